package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.TablelessDomain;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.DefaultSubstream;

/**
 * One stream as the driver knows it: {@code struct arm_smmu_master}. Engine thread only.
 *
 * <p>In the kernel a device with several streams is one master with one table of contexts; here each
 * stream has its own.
 */
final class Master {
  private final long stream;
  private final boolean stalls;
  private final Optional<DeviceCache> cache;
  private final Map<Integer, PagedDomain> substreams = new TreeMap<>();
  private IommuDomain domain = TablelessDomain.BLOCKED;
  private Optional<ContextTable> contexts = Optional.empty();

  /**
   * @param stalls stall_enabled: its transactions may wait
   * @param cache of a device that can have ATS
   */
  Master(long stream, boolean stalls, Optional<DeviceCache> cache) {
    this.stream = stream;
    this.stalls = stalls;
    this.cache = cache;
  }

  long stream() {
    return stream;
  }

  boolean stalls() {
    return stalls;
  }

  Optional<DeviceCache> cache() {
    return cache;
  }

  /** What transactions without a substream are in. */
  IommuDomain domain() {
    return domain;
  }

  void domain(IommuDomain another) {
    domain = another;
  }

  /** The domain of each substream that has one. */
  Map<Integer, PagedDomain> substreams() {
    return substreams;
  }

  Optional<ContextTable> contexts() {
    return contexts;
  }

  void contexts(ContextTable table) {
    contexts = Optional.of(table);
  }

  /** Gives the table of contexts back where nothing needs it. */
  void dropContexts() {
    contexts.ifPresent(ContextTable::close);
    contexts = Optional.empty();
  }

  /** Whether it needs a table of contexts. */
  boolean usesContexts(boolean stage2) {
    return !substreams.isEmpty() || domain instanceof PagedDomain && !stage2;
  }

  /** S1DSS: what the domain is for those that come without a substream. */
  DefaultSubstream defaultSubstream() {
    return switch (domain) {
      case PagedDomain paged -> DefaultSubstream.SSID0;
      case TablelessDomain none when none == TablelessDomain.IDENTITY ->
          DefaultSubstream.BYPASS;
      default -> DefaultSubstream.TERMINATE;
    };
  }

  /** Whether its device is to use its translation cache. */
  boolean usesCache() {
    return cache.isPresent()
        && (domain instanceof PagedDomain || !substreams.isEmpty());
  }

  /** Every PASID in a domain, {@link AccessAttributes#NO_PASID} for no PASID. */
  List<Integer> pasidsIn(PagedDomain wanted) {
    List<Integer> pasids = new ArrayList<>();
    if (domain == wanted) {
      pasids.add(AccessAttributes.NO_PASID);
    }
    substreams.forEach(
        (pasid, paged) -> {
          if (paged == wanted) {
            pasids.add(pasid);
          }
        });
    return pasids;
  }
}
