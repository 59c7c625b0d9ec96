package org.bufferyard.iommu.arm.m4u;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.iommu.CountingTlb;
import org.bufferyard.api.iommu.DeviceGroups;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TablelessDomain;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.iommu.arm.unit.CachedWalk;
import org.bufferyard.iommu.arm.unit.FaultLog;

/**
 * One M4U of generation 1 (mt2701) as {@code drivers/iommu/mtk_iommu_v1.c} drives it: a flat table
 * ({@link FlatTable}), one domain for all devices, flushes of ranges, the fault registers and the
 * driver's line. Ports are numbered across larbs, as {@code dt-bindings/memory/mt2701-larb-port.h}
 * does.
 *
 * <p>A port that is in no domain passes everything. The hardware does not tell whether a read or a
 * write failed, and cuts the number of a port to four bits.
 *
 * <p>Not modelled: larbs that are missing or switched off, faults but that of translation, runtime
 * power management, that the driver ignores every domain but its own. Engine thread only.
 */
final class M4uV1 implements Iommu, CountingTlb, DeviceGroups {
  private static final int TRANSLATION_FAULT = 1;

  /** First port of each larb: LARB0_PORT_OFFSET to LARB3_PORT_OFFSET. */
  private static final int[] LARBS = {0, 11, 21, 44};

  private static final int LAST_LARB = 6;
  private static final int LARB_SHIFT = 13;
  private static final int LARB_MASK = 7;
  private static final int PORT_SHIFT = 8;
  private static final int PORT_MASK = 0xf;

  private final String id;
  private final String device;
  private final IommuContext context;
  private final CachedWalk cache = new CachedWalk();
  private final FaultLog log;
  private final List<M4uV1Domain> domains = new ArrayList<>();
  private final Map<Long, IommuDomain> ports = new HashMap<>();

  /** What tells the domains apart in the cache. */
  private final Map<M4uV1Domain, Integer> tags = new HashMap<>();

  private int nextTag;

  M4uV1(String id, String device, IommuContext context) {
    this.id = id;
    this.device = device;
    this.context = context;
    this.log = new FaultLog(id, "mtk_iommu_v1_isr", context);
  }

  String id() {
    return id;
  }

  /** All devices share one mapping. */
  @Override
  public Optional<String> group(List<StreamId> streams) {
    return Optional.of(id);
  }

  @Override
  public IommuDomain newDomain(DomainType type, String group) {
    return newDomain(type);
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    return switch (type) {
      case IDENTITY -> TablelessDomain.IDENTITY;
      case BLOCKED -> TablelessDomain.BLOCKED;
      case UNMANAGED, DMA, DMA_FQ -> {
        M4uV1Domain domain = new M4uV1Domain(this, context);
        domains.add(domain);
        tags.put(domain, nextTag++);
        yield domain;
      }
    };
  }

  private static long id(StreamId stream) {
    return stream.specifier().size() == 1 ? stream.specifier().getFirst() : -1;
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(id)) {
      return Errno.ENODEV.rc();
    }
    if (stream.specifier().size() != 1) {
      return Errno.EINVAL.rc();
    }
    int rc =
        switch (domain) {
          case TablelessDomain none -> 0;
          case M4uV1Domain other when !domains.contains(other) -> Errno.EINVAL.rc();
          case M4uV1Domain own -> own.table().exists() ? 0 : Errno.ENOMEM.rc();
          default -> Errno.EINVAL.rc();
        };
    if (rc == 0) {
      leave(id(stream));
      ports.put(id(stream), domain);
    }
    return rc;
  }

  @Override
  public void detach(StreamId stream) {
    if (stream.iommu().equals(id)) {
      leave(id(stream));
    }
  }

  private void leave(long port) {
    if (ports.remove(port) instanceof M4uV1Domain paged) {
      cache.tlb().flush(tags.get(paged));
    }
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    IommuDomain domain = ports.get(id(stream));
    if (domain == null || domain == TablelessDomain.IDENTITY) {
      return new Translation.Translated(address, false);
    }
    if (!(domain instanceof M4uV1Domain paged) || address >>> Integer.SIZE != 0) {
      return fault(stream, address, write);
    }
    return switch (cache.access(tags.get(paged), paged.table(), address, write, false)) {
      case REACHED, STALE -> new Translation.Translated(cache.phys(), false);
      case NOTHING, DENIED, NOT_ACCESSED, TOO_FAR, BROKEN -> fault(stream, address, write);
    };
  }

  /** mtk_iommu_v1_isr(). */
  private Translation fault(StreamId stream, long address, boolean write) {
    int port = (int) id(stream);
    int larb = larb(port);
    int intId = (LAST_LARB - larb) << LARB_SHIFT | (port - LARBS[larb] & PORT_MASK) << PORT_SHIFT;
    log.report(
        () ->
            List.of(
                "mtk-iommu-v1 %s: fault type=0x%x iova=0x%x pa=0x%x larb=%d port=%d"
                    .formatted(
                        device,
                        TRANSLATION_FAULT,
                        address & 0xffff_f000L,
                        0,
                        LAST_LARB - (intId >>> LARB_SHIFT & LARB_MASK),
                        intId >>> PORT_SHIFT & PORT_MASK)));
    cache.tlb().flushAll();
    return new Translation.Fault(TRANSLATION_FAULT, "TRANSLATION FAULT", address, write);
  }

  /** mt2701_m4u_to_larb(). */
  private static int larb(int port) {
    int larb = LARBS.length - 1;
    while (larb > 0 && port < LARBS[larb]) {
      larb--;
    }
    return larb;
  }

  @Override
  public boolean printsFaults() {
    return true;
  }

  void flushRange(M4uV1Domain domain, long start, long last) {
    cache.tlb().flush(tags.get(domain), start, last);
  }

  void closed(M4uV1Domain domain) {
    if (!domains.remove(domain)) {
      return;
    }
    List<Long> members =
        ports.entrySet().stream()
            .filter(e -> e.getValue() == domain)
            .map(Map.Entry::getKey)
            .toList();
    members.forEach(this::leave);
    tags.remove(domain);
  }

  @Override
  public TlbCounts tlbCounts() {
    return cache.tlb().counts();
  }

  @Override
  public void close() {
    List.copyOf(domains).forEach(M4uV1Domain::close);
    ports.clear();
  }
}
