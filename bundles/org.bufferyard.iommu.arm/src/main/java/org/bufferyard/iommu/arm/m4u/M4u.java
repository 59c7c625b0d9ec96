package org.bufferyard.iommu.arm.m4u;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bufferyard.api.event.DmaEvent;
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
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.iommu.arm.m4u.M4uPlatform.Flag;
import org.bufferyard.iommu.arm.unit.CachedWalk;
import org.bufferyard.iommu.arm.unit.FaultLog;

/**
 * One M4U of generation 2 as {@code drivers/iommu/mtk_iommu.c} drives it: short descriptors with
 * MediaTek's address bits, ports of larbs as streams, a group and a domain for each part of the
 * input addresses or each bank, TLB flushes of ranges, 4 GiB mode, fault registers and the driver's
 * line ({@link FaultRegisters}).
 *
 * <p>A port that is in no domain passes everything: its larb leaves the M4U out. A larb puts the
 * bits 33:32 of its region before the 32 bits of a device, so that no device has an address of
 * another region; here one that says such an address is refused.
 *
 * <p>Not modelled:
 *
 * <ul>
 *   <li>that all regions of a chip share one table ({@code share_dom}): here each has its own,
 *       which a device cannot tell but for the windows of the camera's processors inside a larger
 *       region
 *   <li>the second way in (MMU1) and its registers; MULTI-HIT, FIFO and table walk faults; the
 *       protect address that a faulting access goes to: here it is refused
 *   <li>larbs that are missing or switched off; runtime power management, which skips flushes of a
 *       sleeping unit and empties its TLB as it wakes; a flush that times out
 *   <li>VLD_PA_RNG, AXI modes, write throttling; the bits of INT_ID above the arbiters
 *   <li>the size of the real TLB (here 64 sets of 8); rights, which the tables do not have
 * </ul>
 *
 * <p>Cost of an access: a look-up of the port, 8 compares for a TLB hit; two word reads for a miss.
 * Engine thread only.
 */
final class M4u implements Iommu, CountingTlb, DeviceGroups {
  private static final int MASK_BITS = 34;

  /**
   * Where a port leads.
   *
   * @param bank bits 33:32 of what it puts out
   */
  private record Attachment(IommuDomain domain, long bank) {}

  private final M4uParameters parameters;
  private final M4uPlatform platform;
  private final IommuContext context;
  private final CachedWalk cache = new CachedWalk();
  private final FaultLog log;
  private final List<M4uDomain> domains = new ArrayList<>();
  private final Map<Long, Attachment> ports = new HashMap<>();

  /** What tells the domains apart in the cache. */
  private final Map<M4uDomain, Integer> tags = new HashMap<>();

  private int nextTag;

  M4u(M4uParameters parameters, IommuContext context) {
    this.parameters = parameters;
    this.platform = parameters.platform();
    this.context = context;
    this.log = new FaultLog(parameters.id(), "mtk_iommu_isr", context);
  }

  M4uPlatform platform() {
    return platform;
  }

  @Override
  public Optional<String> group(List<StreamId> streams) {
    int ports = 0;
    int larb = M4uPort.of(id(streams.getFirst())).larb();
    for (StreamId stream : streams) {
      M4uPort port = M4uPort.of(id(stream));
      if (port.larb() != larb && !platform.has(Flag.TYPE_INFRA)) {
        refuse(
            streams, "Can only use one larb. Fail@larb%d-%d.".formatted(larb, port.larb()));
        return Optional.empty();
      }
      ports |= port.mask();
    }
    int bank = platform.bank(ports);
    OptionalInt region = region(streams, larb, ports);
    String whose = platform.has(Flag.SHARE_PGTABLE) ? "m4ulist" : parameters.id();
    return bank > 0
        ? Optional.of(whose + "/" + bank)
        : region.stream().mapToObj(r -> whose + "/" + r).findFirst();
  }

  private OptionalInt region(List<StreamId> streams, int larb, int ports) {
    OptionalInt region = platform.region(larb, ports);
    if (region.isEmpty()) {
      refuse(
          streams, "Can NOT find the region for larb(%d-%x).".formatted(larb, ports));
    }
    return region;
  }

  private void refuse(List<StreamId> streams, String why) {
    String client = context.clientName(streams.getFirst());
    context
        .events()
        .emit(
            new DmaEvent.KernelMessage(
                parameters.id(), DmaEvent.MessageClass.WARNING, client + ": " + why));
  }

  /** The region of a group; that of a bank is the only one. */
  private int regionOf(String group) {
    int number = Integer.parseInt(group.substring(group.lastIndexOf('/') + 1));
    return number < platform.regions().size() ? number : 0;
  }

  /** mtk_iommu_get_resv_regions(): parts of the region that others have. */
  @Override
  public List<PhysRange> reserved(String group) {
    IovaRegion own = platform.regions().get(regionOf(group));
    return platform.regions().stream()
        .filter(r -> r.liesIn(own))
        .map(r -> new PhysRange(r.base(), r.size()))
        .toList();
  }

  /** mtk_iommu_attach_device(): beyond the first region. */
  @Override
  public OptionalLong dmaMask(String group) {
    return regionOf(group) > 0
        ? OptionalLong.of((1L << MASK_BITS) - 1)
        : OptionalLong.empty();
  }

  @Override
  public IommuDomain newDomain(DomainType type, String group) {
    return newDomain(type, OptionalInt.of(regionOf(group)));
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    return newDomain(type, OptionalInt.empty());
  }

  private IommuDomain newDomain(DomainType type, OptionalInt region) {
    return switch (type) {
      case IDENTITY -> TablelessDomain.IDENTITY;
      case BLOCKED -> TablelessDomain.BLOCKED;
      case UNMANAGED, DMA, DMA_FQ -> {
        M4uDomain domain = new M4uDomain(this, parameters, context, region);
        domains.add(domain);
        yield domain;
      }
    };
  }

  private static long id(StreamId stream) {
    return stream.specifier().size() == 1 ? stream.specifier().getFirst() : -1;
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(parameters.id())) {
      return Errno.ENODEV.rc();
    }
    if (stream.specifier().size() != 1) {
      return Errno.EINVAL.rc();
    }
    M4uPort port = M4uPort.of(id(stream));
    OptionalInt region = region(List.of(stream), port.larb(), port.mask());
    if (region.isEmpty()) {
      return Errno.EINVAL.rc();
    }
    int rc =
        switch (domain) {
          case TablelessDomain none -> 0;
          case M4uDomain other when !canWalk(other) -> Errno.EINVAL.rc();
          case M4uDomain own -> own.table().exists() ? 0 : Errno.ENOMEM.rc();
          default -> Errno.EINVAL.rc();
        };
    if (rc == 0) {
      detach(stream);
      long bank = platform.regions().get(region.getAsInt()).bank();
      ports.put(id(stream), new Attachment(domain, bank));
      if (domain instanceof M4uDomain paged) {
        paged.finalise(region.getAsInt());
        paged.enter(this);
        tags.computeIfAbsent(paged, d -> nextTag++);
      }
    }
    return rc;
  }

  /** Units of one chip that share a table walk each other's. */
  private boolean canWalk(M4uDomain domain) {
    M4u owner = domain.owner();
    boolean sibling =
        platform.has(Flag.SHARE_PGTABLE) && owner.platform().has(Flag.SHARE_PGTABLE);
    return (owner == this || sibling) && owner.domains.contains(domain);
  }

  @Override
  public void detach(StreamId stream) {
    if (stream.iommu().equals(parameters.id())) {
      leave(id(stream));
    }
  }

  private void leave(long id) {
    Attachment former = ports.remove(id);
    if (former != null && former.domain() instanceof M4uDomain paged) {
      cache.tlb().flush(tags.get(paged));
      if (ports.values().stream().noneMatch(a -> a.domain() == paged)) {
        tags.remove(paged);
        paged.leave(this);
      }
    }
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    Attachment attachment = ports.get(id(stream));
    if (attachment == null || attachment.domain() == TablelessDomain.IDENTITY) {
      return new Translation.Translated(address, false);
    }
    if (!(attachment.domain() instanceof M4uDomain domain)
        || address >>> Integer.SIZE != attachment.bank()) {
      return fault(stream, address, write, false);
    }
    CachedWalk.Outcome outcome =
        cache.access(tags.get(domain), domain.table(), address, write, domain.hasUnflushed());
    return switch (outcome) {
      case REACHED -> new Translation.Translated(domain.toCpu(cache.phys()), false);
      case STALE -> new Translation.Translated(domain.toCpu(cache.phys()), true);
      case NOTHING, DENIED, NOT_ACCESSED, TOO_FAR, BROKEN ->
          fault(stream, address, write, !domain.entries(address).isEmpty());
    };
  }

  /** mtk_iommu_isr(). */
  private Translation fault(
      StreamId stream, long address, boolean write, boolean layer) {
    FaultRegisters registers =
        FaultRegisters.of(platform, M4uPort.of(id(stream)), address, write, layer);
    log.report(() -> List.of(registers.line(parameters.device(), platform)));
    cache.tlb().flushAll();
    return new Translation.Fault(registers.status(), "TRANSLATION FAULT", address, write);
  }

  @Override
  public boolean printsFaults() {
    return true;
  }

  /** mtk_iommu_tlb_flush_range_sync(). */
  void flushRange(M4uDomain domain, long start, long last) {
    cache.tlb().flush(tags.get(domain), start, last);
  }

  /** A domain is closed: its ports leave the M4U out from now on. */
  void closed(M4uDomain domain) {
    List<Long> members =
        ports.entrySet().stream()
            .filter(e -> e.getValue().domain() == domain)
            .map(Map.Entry::getKey)
            .toList();
    members.forEach(this::leave);
  }

  void forget(M4uDomain domain) {
    domains.remove(domain);
  }

  @Override
  public TlbCounts tlbCounts() {
    return cache.tlb().counts();
  }

  @Override
  public void close() {
    List.copyOf(domains).forEach(M4uDomain::close);
    List.copyOf(ports.keySet()).forEach(this::leave);
  }
}
