package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.TablelessDomain;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.smmu.Command.AtcInvalidate;
import org.bufferyard.iommu.arm.smmu.ContextDescriptor.Faults;
import org.bufferyard.iommu.arm.smmu.SmmuV3Features.StallModel;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Eats;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage1;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage2;

/**
 * Which stream and substream is in which domain, and what the driver writes for it ({@code
 * arm-smmu-v3.c: arm_smmu_attach_dev(), arm_smmu_set_pasid(), arm_smmu_install_ste_for_dev()}).
 * Engine thread only.
 */
final class Attachments implements AutoCloseable {
  private final SmmuV3Parameters parameters;
  private final TableMemory memory;
  private final StreamTable table;
  private final SmmuV3Hardware hardware;
  private final CommandQueue commands;
  private final Optional<GuestStage2> guest;
  private final boolean stage2Stalls;
  private final Map<Long, Master> masters = new HashMap<>();

  /**
   * @param stage2Stalls whether faults of stage 2 may stall, of a device that may
   */
  Attachments(
      SmmuV3Parameters parameters,
      TableMemory memory,
      StreamTable table,
      SmmuV3Hardware hardware,
      CommandQueue commands,
      Optional<GuestStage2> guest,
      boolean stage2Stalls) {
    this.parameters = parameters;
    this.memory = memory;
    this.table = table;
    this.hardware = hardware;
    this.commands = commands;
    this.guest = guest;
    this.stage2Stalls = stage2Stalls;
  }

  private Master master(long sid) {
    return masters.computeIfAbsent(
        sid,
        s ->
            new Master(
                s,
                parameters.stalls(s),
                parameters.caching().contains(s)
                    ? Optional.of(hardware.addDeviceCache(s))
                    : Optional.empty()));
  }

  /**
   * What comes without a substream.
   *
   * @return 0 or a negative errno with nothing changed
   */
  int attach(long sid, IommuDomain domain) {
    Master master = master(sid);
    boolean described =
        !(domain instanceof PagedDomain paged)
            || parameters.stage2()
            || describe(master, 0, paged);
    if (!described) {
      return Errno.ENOMEM.rc();
    }
    master.domain(domain);
    install(master);
    forgetDevice(master, AccessAttributes.NO_PASID);
    return 0;
  }

  /**
   * A substream: arm_smmu_s1_set_dev_pasid(), arm_smmu_blocking_set_dev_pasid(). No context can
   * pass everything, so there is no identity domain for one.
   *
   * @return 0 or a negative errno with nothing changed
   */
  int attach(long sid, long pasid, IommuDomain domain) {
    int bits = ContextTable.substreamBits(parameters.features());
    boolean possible = pasid > 0 && pasid >>> bits == 0 && !parameters.stage2();
    if (possible && domain == TablelessDomain.BLOCKED) {
      detach(sid, pasid);
      return 0;
    }
    if (!possible || !(domain instanceof PagedDomain paged)) {
      return Errno.EINVAL.rc();
    }
    Master master = master(sid);
    int substream = (int) pasid;
    if (!describe(master, substream, paged)) {
      return Errno.ENOMEM.rc();
    }
    master.substreams().put(substream, paged);
    install(master);
    forgetDevice(master, substream);
    return 0;
  }

  /** arm_smmu_write_cd_entry(). */
  private boolean describe(Master master, int substream, PagedDomain domain) {
    if (master.contexts().isEmpty()) {
      ContextTable contexts = new ContextTable(memory, parameters.features());
      if (!contexts.exists()) {
        return false;
      }
      master.contexts(contexts);
    }
    Faults faults = master.stalls() ? Faults.STALL : Faults.TERMINATE;
    ContextDescriptor context =
        ContextDescriptor.of(
            domain.tag(), domain.table().base(), domain.configuration(), faults);
    if (!master.contexts().get().write(substream, context)) {
      return false;
    }
    commands.issue(new Command.ConfigCd(master.stream(), substream));
    return true;
  }

  /** arm_smmu_install_ste_for_dev(). */
  private void install(Master master) {
    boolean caches = master.usesCache();
    // pci_disable_ats() comes before the entry that forbids it, pci_enable_ats() after.
    if (!caches) {
      master.cache().ifPresent(c -> c.enable(false));
    }
    StreamTableEntry entry = entry(master);
    (caches ? entry.with(Eats.TRANSLATE) : entry).write(memory, table.entry(master.stream()));
    commands.issue(new Command.ConfigSte(master.stream()));
    commands.sync();
    if (caches) {
      master.cache().ifPresent(c -> c.enable(true));
    }
  }

  private StreamTableEntry entry(Master master) {
    boolean stage2 = parameters.stage2();
    if (master.usesContexts(stage2)) {
      Stage1 fields = master.contexts().orElseThrow().fields(master.defaultSubstream());
      boolean stallable =
          master.stalls() || parameters.features().stallModel() != StallModel.CONFIGURED;
      Stage1 stage1 = stallable ? fields : fields.withoutStalls();
      return guest
          .map(g -> StreamTableEntry.nested(stage1, g.fields(stage2Stalls(master))))
          .orElseGet(() -> StreamTableEntry.stage1(stage1));
    }
    return switch (master.domain()) {
      case PagedDomain paged ->
          StreamTableEntry.stage2(
              new Stage2(
                  paged.tag(),
                  vtcr(paged.configuration()),
                  paged.table().base(),
                  true,
                  stage2Stalls(master),
                  true));
      case TablelessDomain none when none == TablelessDomain.IDENTITY ->
          StreamTableEntry.BYPASS;
      default -> StreamTableEntry.ABORT;
    };
  }

  private boolean stage2Stalls(Master master) {
    return master.stalls() && stage2Stalls;
  }

  static long vtcr(Map<String, Long> configuration) {
    long writeBack = 1;
    return configuration.get("vtcr.tsz")
        | configuration.get("vtcr.sl") << 6
        | writeBack << 8
        | writeBack << 10
        | configuration.get("vtcr.sh") << 12
        | configuration.get("vtcr.tg") << 14
        | configuration.get("vtcr.ps") << 16;
  }

  /** What comes without a substream aborts from now on. */
  void detach(long sid) {
    Master master = masters.get(sid);
    if (master != null) {
      master.domain(TablelessDomain.BLOCKED);
      leave(master, AccessAttributes.NO_PASID);
    }
  }

  /** arm_smmu_remove_dev_pasid(). */
  void detach(long sid, long pasid) {
    Master master = masters.get(sid);
    if (master != null && master.substreams().remove((int) pasid) != null) {
      master.contexts().ifPresent(c -> c.clear((int) pasid));
      commands.issue(new Command.ConfigCd(sid, (int) pasid));
      leave(master, (int) pasid);
    }
  }

  private void leave(Master master, int pasid) {
    install(master);
    forgetDevice(master, pasid);
    if (!master.usesContexts(parameters.stage2())) {
      master.dropContexts();
    }
  }

  /** arm_smmu_atc_inv_master(): the device forgets all of a PASID. */
  private void forgetDevice(Master master, int pasid) {
    if (master.cache().isPresent()) {
      commands.issue(
          new AtcInvalidate(master.stream(), pasid, false, 0, AtcInvalidate.ALL));
      commands.sync();
    }
  }

  /** arm_smmu_atc_inv_domain(): from {@code start} to {@code last}. */
  void invalidate(PagedDomain domain, long start, long last) {
    if (parameters.caching().isEmpty()) {
      return;
    }
    boolean all = start == 0 && last == -1L;
    long difference = start >>> 12 ^ last >>> 12;
    int size = all ? AtcInvalidate.ALL : Long.SIZE - Long.numberOfLeadingZeros(difference);
    long address = all ? 0 : start & -0x1000L << size;
    int told = 0;
    for (Master master : masters.values()) {
      if (master.usesCache()) {
        for (int pasid : master.pasidsIn(domain)) {
          commands.issue(new AtcInvalidate(master.stream(), pasid, false, address, size));
          told++;
        }
      }
    }
    if (told > 0) {
      commands.sync();
    }
  }

  /** Nothing may walk the domain's table any more. */
  void evict(PagedDomain domain) {
    for (Master master : List.copyOf(masters.values())) {
      for (int pasid : master.pasidsIn(domain)) {
        if (pasid == AccessAttributes.NO_PASID) {
          detach(master.stream());
        } else {
          detach(master.stream(), pasid);
        }
      }
    }
  }

  @Override
  public void close() {
    for (Master master : new ArrayList<>(masters.values())) {
      List.copyOf(master.substreams().keySet()).forEach(p -> detach(master.stream(), p));
      detach(master.stream());
    }
    masters.clear();
  }
}
