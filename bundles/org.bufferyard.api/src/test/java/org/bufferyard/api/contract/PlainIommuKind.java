package org.bufferyard.api.contract;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Errno;

/**
 * The smallest IOMMU that keeps the contract, and the ways to break it: 4 KiB pages, 22-bit IOVA,
 * one table of 64-bit entries (physical address, protection in the low bits), a cache without a
 * limit.
 */
final class PlainIommuKind implements IommuKind {
  /** What a broken one does. */
  enum Defect {
    SYNC_FLUSHES_NOTHING,
    CLOSED_DOMAIN_KEEPS_ITS_TABLE,
    WRITES_PASS_READ_ONLY_PAGES,
    IOVA_IS_CUT_TO_THE_APERTURE,
    REMAP_REPLACES,
    FAULT_SAYS_READ,
    THROWS_ON_FAULT
  }

  private static final int ENTRIES = 1024;
  private static final long PAGE = 4096;
  private static final long TABLE = ENTRIES * 8L;
  private static final Geometry GEOMETRY =
      new Geometry(PAGE, 0, ENTRIES * PAGE - 1, true, false);

  private final Set<Defect> defects = EnumSet.noneOf(Defect.class);

  PlainIommuKind(Defect... defects) {
    this.defects.addAll(List.of(defects));
  }

  @Override
  public Iommu open(IommuUnit unit, IommuContext context) {
    return new PlainIommu(unit.id(), context);
  }

  private boolean has(Defect defect) {
    return defects.contains(defect);
  }

  private record Cached(long entry, PlainDomain domain) {}

  private final class PlainIommu implements Iommu {
    private final String id;
    private final IommuContext context;
    private final List<PlainDomain> domains = new ArrayList<>();
    private final Map<StreamId, PlainDomain> streams = new HashMap<>();

    /** By page number; one stream is enough. */
    private final Map<Long, Cached> cache = new HashMap<>();

    PlainIommu(String id, IommuContext context) {
      this.id = id;
      this.context = context;
    }

    @Override
    public IommuDomain newDomain(DomainType type) {
      PlainDomain domain = new PlainDomain(this, type);
      domains.add(domain);
      return domain;
    }

    @Override
    public int attach(StreamId stream, IommuDomain domain) {
      if (!stream.iommu().equals(id)) {
        return Errno.ENODEV.rc();
      }
      if (!(domain instanceof PlainDomain plain) || plain.owner != this) {
        return Errno.EINVAL.rc();
      }
      cache.clear();
      streams.put(stream, plain);
      return 0;
    }

    @Override
    public void detach(StreamId stream) {
      streams.remove(stream);
    }

    @Override
    public Translation translate(StreamId stream, long address, boolean write) {
      PlainDomain domain = streams.get(stream);
      long iova = has(Defect.IOVA_IS_CUT_TO_THE_APERTURE) ? address & (ENTRIES * PAGE - 1) : address;
      if (domain == null || domain.type == DomainType.BLOCKED) {
        return fault(address, write);
      }
      if (domain.type == DomainType.IDENTITY) {
        return new Translated(address, false);
      }
      Cached cached = cache.get(iova >> 12);
      long entry = cached != null && cached.domain == domain ? cached.entry : domain.entry(iova);
      boolean allowed =
          (entry & (write ? IommuProt.WRITE : IommuProt.READ)) != 0
              || (has(Defect.WRITES_PASS_READ_ONLY_PAGES) && entry != 0 && write);
      if (!allowed) {
        return fault(address, write);
      }
      cache.put(iova >> 12, new Cached(entry, domain));
      return new Translated((entry & -PAGE) + (iova & (PAGE - 1)), entry != domain.entry(iova));
    }

    private Fault fault(long address, boolean write) {
      if (has(Defect.THROWS_ON_FAULT) && address == 1L << 60) {
        throw new IllegalArgumentException("address");
      }
      return new Fault(1, "PAGE", address, write && !has(Defect.FAULT_SAYS_READ));
    }

    @Override
    public void close() {
      List.copyOf(domains).forEach(PlainDomain::release);
      domains.clear();
      streams.clear();
    }
  }

  private final class PlainDomain implements IommuDomain {
    private final PlainIommu owner;
    private final DomainType type;
    private final Set<Long> unsynced = new HashSet<>();
    private long table;

    PlainDomain(PlainIommu owner, DomainType type) {
      this.owner = owner;
      this.type = type;
      this.table = hasTable() ? owner.context.allocTable(TABLE) : -1;
    }

    private boolean hasTable() {
      return type != DomainType.BLOCKED && type != DomainType.IDENTITY;
    }

    @Override
    public Geometry geometry() {
      return hasTable() ? GEOMETRY : Geometry.IDENTITY;
    }

    /** 0 for none and outside the aperture. */
    private long entry(long iova) {
      long index = iova >>> 12;
      if (table == -1 || index >= ENTRIES) {
        return 0;
      }
      byte[] bytes = new byte[8];
      owner.context.memory().read(table + index * 8, bytes, 0, 8);
      return ByteBuffer.wrap(bytes).getLong();
    }

    private void set(long iova, long entry) {
      byte[] bytes = ByteBuffer.allocate(8).putLong(entry).array();
      owner.context.memory().write(table + (iova >>> 12) * 8, bytes, 0, 8);
    }

    @Override
    public long map(long iova, long phys, long pageSize, long count, int prot) {
      int access = prot & (IommuProt.READ | IommuProt.WRITE);
      if (!hasTable()
          || pageSize != PAGE
          || count <= 0
          || ((iova | phys) & (PAGE - 1)) != 0
          || Long.compareUnsigned(iova, GEOMETRY.apertureEnd()) > 0
          || access == 0) {
        return Errno.EINVAL.rc();
      }
      if (table == -1) {
        return Errno.ENOMEM.rc();
      }
      if (entry(iova) != 0 && !has(Defect.REMAP_REPLACES)) {
        return Errno.EEXIST.rc();
      }
      set(iova, phys | access);
      return PAGE;
    }

    @Override
    public long unmap(long iova, long pageSize, long count) {
      if (pageSize != PAGE || count <= 0 || (iova & (PAGE - 1)) != 0 || entry(iova) == 0) {
        return 0;
      }
      set(iova, 0);
      unsynced.add(iova >> 12);
      return PAGE;
    }

    @Override
    public long iovaToPhys(long iova) {
      if (type == DomainType.IDENTITY) {
        return iova;
      }
      long entry = entry(iova);
      return entry == 0 ? 0 : (entry & -PAGE) + (iova & (PAGE - 1));
    }

    @Override
    public void sync() {
      if (!has(Defect.SYNC_FLUSHES_NOTHING)) {
        owner.cache.keySet().removeAll(unsynced);
      }
      unsynced.clear();
    }

    @Override
    public void close() {
      owner.streams.values().removeIf(d -> d == this);
      if (!has(Defect.CLOSED_DOMAIN_KEEPS_ITS_TABLE)) {
        release();
      }
    }

    private void release() {
      if (table != -1) {
        owner.context.freeTable(table, TABLE);
        table = -1;
      }
    }
  }
}
