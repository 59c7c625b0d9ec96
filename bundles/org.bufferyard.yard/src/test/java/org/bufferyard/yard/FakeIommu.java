package org.bufferyard.yard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bufferyard.api.iommu.CountingTlb;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;

/**
 * Translates by a map of pages; an unattached stream faults. It defers flushes unless its id ends in
 * "strict", and claims to print faults itself when it ends in "printing".
 */
final class FakeIommu implements Iommu, CountingTlb {
  static final long APERTURE_END = 0xffff_ffffL;

  private final String id;
  final IommuContext context;
  private final List<String> calls;
  private final Map<StreamId, IommuDomain> attached = new HashMap<>();

  private static final Set<Geometry.Trait> DEFERS = Set.of(Geometry.Trait.DEFERS_FLUSHES);

  private final Set<Geometry.Trait> traits;

  private long walks;

  /** What attach answers; a test sets it. */
  int attachResult;

  FakeIommu(String id, IommuContext context, List<String> calls) {
    this.id = id;
    this.context = context;
    this.calls = calls;
    this.traits = id.endsWith("strict") ? Set.of() : DEFERS;
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    calls.add("domain " + id + " " + type);
    return new Pages(type);
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!(domain instanceof Pages)) {
      throw new AssertionError("not the plug-in's own domain but " + domain.getClass());
    }
    if (attachResult == 0) {
      attached.put(stream, domain);
      calls.add("attach " + id + " " + stream.specifier());
    }
    return attachResult;
  }

  @Override
  public void detach(StreamId stream) {
    attached.remove(stream);
    calls.add("detach " + id + " " + stream.specifier());
  }

  @Override
  public TlbCounts tlbCounts() {
    return new TlbCounts(0, walks, 0, 0, 0);
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    walks++;
    IommuDomain domain = attached.get(stream);
    long phys = domain == null ? 0 : domain.iovaToPhys(address);
    return phys == 0
        ? new Translation.Fault(0x10, "PAGE FAULT", address, write)
        : new Translation.Translated(phys, false);
  }

  @Override
  public boolean printsFaults() {
    return id.endsWith("printing");
  }

  @Override
  public void close() {
    calls.add("close " + id);
  }

  /** One page table. */
  final class Pages implements IommuDomain {
    private final DomainType type;
    private final Map<Long, Long> pages = new HashMap<>();

    Pages(DomainType type) {
      this.type = type;
    }

    @Override
    public Geometry geometry() {
      return type == DomainType.IDENTITY
          ? Geometry.IDENTITY
          : new Geometry(4096, 0, APERTURE_END, true, false, traits);
    }

    @Override
    public long map(long iova, long phys, long pageSize, long count, int prot) {
      for (long i = 0; i < count; i++) {
        pages.put((iova >>> 12) + i, (phys >>> 12) + i);
      }
      return pageSize * count;
    }

    @Override
    public long unmap(long iova, long pageSize, long count) {
      for (long i = 0; i < count; i++) {
        pages.remove((iova >>> 12) + i);
      }
      return pageSize * count;
    }

    @Override
    public long iovaToPhys(long iova) {
      if (type == DomainType.IDENTITY) {
        return iova;
      }
      Long frame = pages.get(iova >>> 12);
      return frame == null ? 0 : (frame << 12) + (iova & 0xfff);
    }

    @Override
    public void sync() {}

    @Override
    public void close() {
      calls.add("close table of " + id);
    }
  }
}
