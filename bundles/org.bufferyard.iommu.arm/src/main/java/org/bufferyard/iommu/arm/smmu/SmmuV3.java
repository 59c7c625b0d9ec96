package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.iommu.arm.pgtable.TableFormat;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.pgtable.TableRequest;

/** One SMMUv3. Engine thread only. */
final class SmmuV3 implements Iommu, Invalidator {
  private static final int STREAM_BITS = 32;

  private final String id;
  private final IommuContext context;
  private final TableMemory memory;
  private final TableRequest request;
  private final CachedWalk cache = new CachedWalk();
  private final List<PagedDomain> domains = new ArrayList<>();
  private final Map<Long, IommuDomain> streams = new HashMap<>();

  /** ASIDs in use; 0 is nobody's. */
  private final BitSet tags = new BitSet();

  SmmuV3(String id, UnitParameters parameters, IommuContext context) {
    this.id = id;
    this.context = context;
    this.memory = new TableMemory(context);
    this.request =
        new TableRequest(
            TableFormat.ARM_64_LPAE_S1,
            parameters.number("page-sizes", 0x4020_1000L, n -> n > 0),
            48,
            parameters.bits("oas", 48, 32, 52),
            true,
            Set.of());
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    return switch (type) {
      case IDENTITY -> TablelessDomain.IDENTITY;
      case BLOCKED -> TablelessDomain.BLOCKED;
      case UNMANAGED, DMA, DMA_FQ -> {
        int tag = tags.nextClearBit(1);
        PagedDomain domain = new PagedDomain(id, context, memory, request, this, tag);
        tags.set(tag);
        domains.add(domain);
        yield domain;
      }
    };
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(id)) {
      return Errno.ENODEV.rc();
    }
    if (!isStream(stream)) {
      return Errno.EINVAL.rc();
    }
    int rc =
        switch (domain) {
          case TablelessDomain none -> 0;
          case PagedDomain paged when !domains.contains(paged) -> Errno.EINVAL.rc();
          case PagedDomain paged when !paged.table().exists() -> Errno.ENOMEM.rc();
          case PagedDomain paged -> 0;
          default -> Errno.EINVAL.rc();
        };
    if (rc == 0) {
      streams.put(stream.specifier().getFirst(), domain);
    }
    return rc;
  }

  private static boolean isStream(StreamId stream) {
    return stream.specifier().size() == 1
        && stream.specifier().getFirst() >>> STREAM_BITS == 0;
  }

  @Override
  public void detach(StreamId stream) {
    if (stream.iommu().equals(id) && isStream(stream)) {
      streams.remove(stream.specifier().getFirst());
    }
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    IommuDomain domain =
        isStream(stream) ? streams.get(stream.specifier().getFirst()) : null;
    return switch (domain) {
      case TablelessDomain none when none == TablelessDomain.IDENTITY ->
          new Translation.Translated(address, false);
      case PagedDomain paged ->
          switch (cache.access(paged, address, write)) {
            case REACHED -> new Translation.Translated(cache.phys(), false);
            case STALE -> new Translation.Translated(cache.phys(), true);
            case NOTHING -> SmmuV3Event.F_TRANSLATION.at(address, write);
            case TOO_FAR -> SmmuV3Event.F_ADDR_SIZE.at(address, write);
            case NOT_ACCESSED -> SmmuV3Event.F_ACCESS.at(address, write);
            case DENIED -> SmmuV3Event.F_PERMISSION.at(address, write);
            case BROKEN -> SmmuV3Event.F_WALK_EABT.at(address, write);
          };
      case null, default -> SmmuV3Event.C_BAD_STE.at(address, write);
    };
  }

  @Override
  public void range(PagedDomain domain, long start, long last, long pageSize, boolean leafOnly) {
    cache.tlb().flush(domain.tag(), start, last);
  }

  @Override
  public void all(PagedDomain domain) {
    cache.tlb().flush(domain.tag());
  }

  @Override
  public void closed(PagedDomain domain) {
    if (domains.remove(domain)) {
      tags.clear(domain.tag());
      streams.values().removeIf(d -> d == domain);
    }
  }

  @Override
  public void close() {
    List.copyOf(domains).forEach(PagedDomain::close);
    streams.clear();
  }
}
