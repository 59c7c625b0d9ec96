package org.bufferyard.iommu.arm.smmu;

import java.util.Optional;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.iommu.arm.pgtable.Rights;
import org.bufferyard.iommu.arm.smmu.Command.PriResponse.Answer;
import org.bufferyard.iommu.arm.smmu.HeldTransactions.Held;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Config;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Eats;
import org.bufferyard.iommu.arm.unit.Tlb;

/**
 * What devices with translation caches ask an SMMUv3 (SMMU architecture, 3.9): translation requests,
 * transactions marked translated, which are held against STE.EATS (CR0.ATSCHK is 1), and page
 * requests. A request that finds no translation is no event; one that is not allowed is.
 *
 * <p>Not modelled: translation requests for several pages; that they are answered from the TLB. The
 * device gets the rights for both privileges at once. Engine thread only.
 */
final class DeviceRequests {
  private final SmmuV3Hardware hardware;
  private final ConfigCache configurations;
  private final PageRequestQueue queue;

  DeviceRequests(
      SmmuV3Hardware hardware, ConfigCache configurations, PageRequestQueue queue) {
    this.hardware = hardware;
    this.configurations = configurations;
    this.queue = queue;
  }

  /** A device's access: by its cache, else by a translation request, else by a page request. */
  Translation access(DeviceCache device, Transaction said, boolean requestsPages) {
    Transaction transaction = attributed(said);
    Tlb cache = device.translations();
    int way = cache.find(DeviceCache.tag(transaction), transaction.address());
    if (way != Tlb.MISS && (cache.rights(way) & transaction.need()) != 0) {
      return translated(transaction, cache.phys(way, transaction.address()));
    }
    return switch (configurations.find(transaction)) {
      // Completer abort.
      case ConfigLookup.Refusal refusal -> denied("ATS_CA", transaction);
      case ConfigLookup.Unreached kept when kept.fault().event().isOfTranslation() ->
          unavailable(device, transaction, requestsPages);
      case ConfigLookup.Unreached kept -> denied("ATS_CA", transaction);
      case StreamConfig config -> request(device, config, transaction, requestsPages);
    };
  }

  /** Without a PASID there is neither privilege nor instruction on PCI Express. */
  private static Transaction attributed(Transaction said) {
    return said.hasSubstream() || !said.privileged() && !said.instruction()
        ? said
        : new Transaction(
            said.stream(), said.substream(), said.address(), said.write(), false, false);
  }

  private static Translation.Fault denied(String why, Transaction transaction) {
    return new Translation.Fault(0, why, transaction.address(), transaction.write());
  }

  /** A translation request. */
  private Translation request(
      DeviceCache device, StreamConfig config, Transaction transaction, boolean requestsPages) {
    if (config.aborts()) {
      // Unsupported request, and no event.
      return denied("ATS_UR", transaction);
    }
    if (!allowsDevices(config)) {
      return forbidden(SmmuV3Event.F_BAD_ATS_TREQ, transaction, true);
    }
    int need = transaction.overridden(config.entry().incoming()).need();
    if (config.walk().isEmpty()) {
      // S1DSS bypasses stage 1: everything is itself.
      fill(device, transaction, transaction.address(), Long.SIZE - 1, Rights.ALL);
      return translated(transaction, transaction.address());
    }
    StageWalk walk = config.walk().get();
    WalkFault fault = walk.walk(transaction.address(), need);
    if (!fault.isNone()) {
      return fault.event().isOfTranslation()
          ? unavailable(device, transaction, requestsPages)
          : denied("ATS_CA", transaction);
    }
    int rights = granted(walk.rights(), config.entry().incoming());
    int order = walk.order();
    if (config.entry().eats() == Eats.SPLIT_STAGE) {
      walk.stage1(transaction.address(), need);
    }
    long answer = walk.phys();
    fill(device, transaction, answer, order, rights);
    return translated(transaction, answer);
  }

  /** The rights as the device sees them, by what its attributes become. */
  private static int granted(int rights, StreamTableEntry.Incoming incoming) {
    int granted = 0;
    for (int way = 0; way < 6; way++) {
      boolean privileged = way >= 3;
      boolean write = way % 3 == 1;
      boolean fetch = way % 3 == 2;
      int needed =
          Rights.needed(
              write, incoming.privileged(privileged), incoming.instruction(fetch, write));
      if ((rights & needed) != 0) {
        granted |= Rights.needed(write, privileged, fetch);
      }
    }
    return granted;
  }

  private static boolean allowsDevices(StreamConfig config) {
    return config.entry().config() != Config.BYPASS && config.entry().eats() != Eats.ABORT;
  }

  private static void fill(
      DeviceCache device, Transaction transaction, long answer, int order, int rights) {
    device
        .translations()
        .fill(DeviceCache.tag(transaction), transaction.address(), order, answer, rights);
  }

  private Translation forbidden(
      SmmuV3Event event, Transaction transaction, boolean withoutRights) {
    Transaction who =
        new Transaction(
            transaction.stream(),
            transaction.substream(),
            transaction.address(),
            withoutRights || transaction.write(),
            false,
            false);
    WalkFault fields = new WalkFault(event, false, WalkFault.CLASS_CD, 0);
    hardware.record(new EventRecord(who, fields, false, 0));
    return event.at(transaction.address(), transaction.write());
  }

  /**
   * A transaction marked translated.
   *
   * @param answer what the device was told: physical, or of stage 2 with split stages
   */
  private Translation translated(Transaction transaction, long answer) {
    if (!(configurations.find(transaction) instanceof StreamConfig config)
        || config.aborts()) {
      return denied("ATS_ABORT", transaction);
    }
    if (!allowsDevices(config)) {
      return forbidden(SmmuV3Event.F_TRANSL_FORBIDDEN, transaction, false);
    }
    if (config.walk().isEmpty()) {
      return new Translation.Translated(answer, false);
    }
    StageWalk walk = config.walk().get();
    int need = transaction.overridden(config.entry().incoming()).need();
    if (config.entry().eats() == Eats.SPLIT_STAGE) {
      WalkFault fault = walk.stage2(answer, need, WalkFault.CLASS_IN);
      return fault.isNone()
          ? new Translation.Translated(walk.phys(), false)
          : hardware.fault(fault, config, at(transaction, answer));
    }
    boolean stale =
        hardware.mayDisagree(config.tag())
            && !SmmuV3Hardware.agrees(walk, transaction.address(), need, answer);
    return new Translation.Translated(answer, stale);
  }

  private static Transaction at(Transaction transaction, long address) {
    return new Transaction(
        transaction.stream(),
        transaction.substream(),
        address,
        transaction.write(),
        transaction.privileged(),
        transaction.instruction());
  }

  /** The answer was R and W 0: the device asks for the page if it can. */
  private Translation unavailable(
      DeviceCache device, Transaction transaction, boolean requestsPages) {
    Translation.Fault refusal = denied("ATS_DENIED", transaction);
    if (!requestsPages || !device.asks()) {
      return refusal;
    }
    int group = device.newGroup();
    Held waiting = hardware.hold(transaction, true, refusal);
    hardware.held().ask(group, waiting);
    Optional<Answer> automatic = queue.submit(new PriRecord(transaction, true, group));
    automatic.ifPresent(answer -> hardware.answer(transaction.stream(), group, answer));
    return SmmuV3Hardware.HELD;
  }
}
