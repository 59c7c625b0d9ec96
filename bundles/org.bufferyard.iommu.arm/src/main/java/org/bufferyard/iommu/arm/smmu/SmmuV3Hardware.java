package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.smmu.Command.PriResponse.Answer;
import org.bufferyard.iommu.arm.smmu.HeldTransactions.Held;
import org.bufferyard.iommu.arm.smmu.SmmuV3Features.StallModel;
import org.bufferyard.iommu.arm.unit.Tlb;

/**
 * An SMMUv3 as a device (SMMU architecture, IHI 0070): it reads stream table, context descriptors,
 * translation tables and commands from memory, keeps what it read until a command tells it to
 * forget, and writes event and page request records.
 *
 * <p>Modelled: linear and two-level stream and context tables with their substreams; abort, bypass,
 * stage 1, stage 2 and nested entries ({@link ConfigCache}, {@link StageWalk}); LPAE of every
 * granule with AP, UXN, PXN and the hierarchical rights, PRIVCFG and INSTCFG; a configuration cache
 * and a TLB tagged by ASID and VMID; stalls with CMD_RESUME and CMD_STALL_TERM; ATS, full and
 * split-stage, with caches in devices ({@link DeviceRequests}); PRI with its queue's overflow; the
 * commands of {@link Command} and {@link TlbCommand}; the events of {@link SmmuV3Event}.
 *
 * <p>Not modelled:
 *
 * <ul>
 *   <li>the secure and realm sides, EL2 and E2H (STRW), VMS, device permission tables, MPAM
 *   <li>a second table for the upper addresses (TTB1), tagged addresses, PAN, WXN, global pages
 *   <li>completion as read-as-zero and write-ignored (IDR0.TERM_MODEL is 1), merged events
 *   <li>hardware updates of access flag and dirty state; memory attributes, but for S2PTW
 *   <li>partial walks in a cache; the size check of bypassed addresses
 *   <li>registers: the driver hands over tables and queues at creation; GERROR and queue interrupts
 *       are calls, an illegal command is an exception (CERROR_ILL)
 *   <li>events for configuration errors of ATS requests (CR2.REC_CFG_ATS is 0)
 * </ul>
 *
 * <p>Cost of an access: a compare, or two hash look-ups where another stream asked last; 8 compares
 * for a TLB hit, a word read a level for a miss. Engine thread only.
 */
final class SmmuV3Hardware {
  /** What {@link #access} answers for a transaction that waits: ask {@link #poll}. */
  static final Translation HELD = new Translation.Fault(0, "HELD", 0, false);

  static boolean isHeld(Translation answer) {
    return answer == HELD;
  }

  private final TableMemory memory;
  private final Ring commands;
  private final Ring events;
  private final SmmuV3Features features;
  private final int inputClass;
  private final LongPredicate mayDisagree;
  private final ConfigCache configurations;
  private final Tlb tlb = new Tlb();
  private final HeldTransactions held = new HeldTransactions();
  private final DeviceRequests devices;
  private final Map<Long, DeviceCache> deviceCaches = new HashMap<>();

  /** Records of stalled transactions that found the queue full: they are not lost. */
  private final Deque<EventRecord> unrecorded = new ArrayDeque<>();

  /** Id of the transaction that is being tried again; 0 for none. */
  private int retrying;

  private int heldId;

  /**
   * @param pri the PRI queue; empty where there is none
   * @param inputClass what this hardware writes as class of a fault of the input address: 2, or 0
   *     in an emulation that leaves it out
   * @param mayDisagree whether flushes of a {@link TlbTag} are still to come, so that a hit may be
   *     stale
   */
  SmmuV3Hardware(
      TableMemory memory,
      StreamTable streams,
      Ring commands,
      Ring events,
      Optional<Ring> pri,
      SmmuV3Features features,
      int inputClass,
      LongPredicate mayDisagree) {
    this.memory = memory;
    this.commands = commands;
    this.events = events;
    this.features = features;
    this.inputClass = inputClass;
    this.mayDisagree = mayDisagree;
    this.configurations = new ConfigCache(memory, streams, features);
    this.devices = new DeviceRequests(this, configurations, new PageRequestQueue(memory, pri));
  }

  /** A device of that stream has a translation cache. */
  DeviceCache addDeviceCache(long stream) {
    return deviceCaches.computeIfAbsent(stream, s -> new DeviceCache());
  }

  TlbCounts counts() {
    return deviceCaches.values().stream()
        .map(d -> d.translations().counts())
        .reduce(tlb.counts(), TlbCounts::plus);
  }

  boolean mayDisagree(long tag) {
    return mayDisagree.test(tag);
  }

  /**
   * One transaction.
   *
   * @param requestsPages whether its device, with a cache, asks for the page that it is refused
   * @return {@link #HELD} when it waits; {@link #heldId} then names it
   */
  Translation access(Transaction transaction, boolean requestsPages) {
    DeviceCache device =
        deviceCaches.isEmpty() ? null : deviceCaches.get(transaction.stream());
    return device != null && device.isEnabled()
        ? devices.access(device, transaction, requestsPages)
        : untranslated(transaction);
  }

  /** The transaction that the last {@link #HELD} was about. */
  int heldId() {
    return heldId;
  }

  /** Tries again what was told to, then what became of that one; empty while it waits. */
  Optional<Translation> poll(int id) {
    for (Optional<Held> next = held.nextRetry(); next.isPresent(); next = held.nextRetry()) {
      Held again = next.get();
      retrying = again.id();
      Translation outcome = access(again.transaction(), again.requestsPages());
      retrying = 0;
      if (!isHeld(outcome)) {
        held.finish(again, outcome);
      }
    }
    return held.takeOutcome(id);
  }

  /** Ends a transaction that waits as if it had been aborted. */
  void abandon(int id) {
    held.abandon(id);
  }

  private Translation untranslated(Transaction transaction) {
    return switch (configurations.find(transaction)) {
      case ConfigLookup.Refusal refusal -> refuse(refusal, transaction);
      case ConfigLookup.Unreached kept -> fault(kept.fault(), kept.config(), transaction);
      case StreamConfig config -> translate(config, transaction);
    };
  }

  private Translation translate(StreamConfig config, Transaction transaction) {
    long address = transaction.address();
    if (config.aborts()) {
      // Terminated, and no event is recorded.
      return new Translation.Fault(0, "STE_ABORT", address, transaction.write());
    }
    if (config.walk().isEmpty()) {
      return new Translation.Translated(address, false);
    }
    StageWalk walk = config.walk().get();
    int need = transaction.overridden(config.entry().incoming()).need();
    int way = tlb.find(config.tag(), address);
    if (way != Tlb.MISS && (tlb.rights(way) & need) != 0) {
      long phys = tlb.phys(way, address);
      boolean stale = mayDisagree.test(config.tag()) && !agrees(walk, address, need, phys);
      return new Translation.Translated(phys, stale);
    }
    // One that lacks the right is walked for again: which stage denies it is not cached.
    WalkFault fault = walk.walk(address, need);
    if (!fault.isNone()) {
      return fault(fault, config, transaction);
    }
    if (way == Tlb.MISS) {
      tlb.fill(config.tag(), address, walk.order(), walk.phys(), walk.rights());
    }
    return new Translation.Translated(walk.phys(), false);
  }

  /** Whether a walk would say the same now. */
  static boolean agrees(StageWalk walk, long address, int need, long phys) {
    return walk.walk(address, need).isNone() && walk.phys() == phys;
  }

  /** What a fault of translation does to a transaction (5.5). */
  Translation fault(WalkFault fault, StreamConfig config, Transaction transaction) {
    Transaction seen = transaction.overridden(config.entry().incoming());
    WalkFault written =
        fault.kind() == WalkFault.CLASS_IN
            ? new WalkFault(fault.event(), fault.stage2(), inputClass, fault.last())
            : fault;
    Translation.Fault outcome =
        fault.event().at(transaction.address(), transaction.write());
    if (config.stalls(fault)) {
      Held waiting = hold(transaction, false, outcome);
      int stag = held.stall(waiting);
      if (stag >= 0) {
        record(new EventRecord(seen, written, true, stag));
        return HELD;
      }
    }
    if (config.records(fault)) {
      record(new EventRecord(seen, written, false, 0));
    }
    return outcome;
  }

  /** A transaction that will wait. */
  Held hold(Transaction transaction, boolean requestsPages, Translation.Fault refusal) {
    heldId = retrying == 0 ? held.newId() : retrying;
    return new Held(heldId, transaction, requestsPages, refusal);
  }

  HeldTransactions held() {
    return held;
  }

  /** Configuration that cannot be used: nothing is known of the address. */
  private Translation refuse(ConfigLookup.Refusal refusal, Transaction transaction) {
    record(EventRecord.ofConfiguration(refusal.event(), transaction, refusal.fetched()));
    return refusal.event().at(transaction.address(), transaction.write());
  }

  /** An event that finds the queue full is lost, but for those of stalled transactions. */
  void record(EventRecord event) {
    if (!events.isFull()) {
      event.write(memory, events.producerSlot());
      events.produced();
    } else if (event.stalled()) {
      unrecorded.add(event);
    } else {
      events.overflow();
    }
  }

  /** The driver has made room in the event queue. */
  void recordWaiting() {
    while (!unrecorded.isEmpty() && !events.isFull()) {
      record(unrecorded.remove());
    }
  }

  /** Carries out the commands that were queued. */
  void runCommands() {
    while (!commands.isEmpty()) {
      long at = commands.consumerSlot();
      run(Command.decode(memory.readLong(at), memory.readLong(at + 8)));
      commands.consumed();
    }
  }

  private void run(Command command) {
    switch (command) {
      case TlbCommand forget -> run(forget);
      case Command.ConfigSte ste -> configurations.forgetStream(ste.stream());
      case Command.ConfigRange all ->
          configurations.forgetStreams(all.stream(), all.range() + 1);
      case Command.ConfigCd cd -> configurations.forgetContext(cd.stream(), cd.substream());
      case Command.ConfigCdAll all -> configurations.forgetContexts(all.stream());
      case Command.AtcInvalidate atc -> {
        require(features.ats(), "CMD_ATC_INV");
        Optional.ofNullable(deviceCaches.get(atc.stream())).ifPresent(d -> d.invalidate(atc));
      }
      case Command.PriResponse response -> {
        require(features.pri(), "CMD_PRI_RESP");
        answer(response.stream(), response.group(), response.answer());
      }
      case Command.Resume resume -> {
        require(features.stallModel() != StallModel.NONE, "CMD_RESUME");
        held.resume(resume);
      }
      case Command.StallTerminate stream -> {
        require(features.stallModel() != StallModel.NONE, "CMD_STALL_TERM");
        held.terminate(stream.stream());
      }
      case Command.Prefetch hint -> {
        // Nothing comes of it but a warmer cache.
      }
      case Command.Sync sync -> {
        // Commands are carried out in order: there is nothing left to wait for.
      }
    }
  }

  /** CERROR_ILL. */
  private static void require(boolean supported, String command) {
    if (!supported) {
      throw new IllegalArgumentException(command + " on an SMMU that has nothing for it");
    }
  }

  /** A device gets the answer to a group of page requests. */
  void answer(long stream, int group, Answer answer) {
    if (answer == Answer.FAILURE) {
      Optional.ofNullable(deviceCaches.get(stream)).ifPresent(DeviceCache::stopAsking);
    }
    held.answer(stream, group, answer == Answer.SUCCESS);
  }

  private void run(TlbCommand command) {
    switch (command) {
      case TlbCommand.Stage1OfVmid all ->
          tlb.flush(TlbTag.stage1(all.vmid(), 0), TlbTag.BY_VMID_AND_STAGE);
      case TlbCommand.Asid asid -> tlb.flush(TlbTag.stage1(asid.vmid(), asid.asid()));
      case TlbCommand.Vmid vmid -> tlb.flush(TlbTag.stage2(vmid.vmid()), TlbTag.BY_VMID);
      case TlbCommand.All all -> tlb.flushAll();
      case TlbCommand.Range range -> {
        long last = range.address() + range.bytes() - 1;
        switch (range.scope()) {
          case VA ->
              tlb.flush(
                  TlbTag.stage1(range.vmid(), range.asid()), range.address(), last);
          case ANY_VA ->
              tlb.flush(
                  TlbTag.stage1(range.vmid(), 0),
                  TlbTag.BY_VMID_AND_STAGE,
                  range.address(),
                  last);
          case IPA -> tlb.flush(TlbTag.stage2(range.vmid()), range.address(), last);
        }
      }
    }
  }
}
