package org.bufferyard.iommu.arm.smmu;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.iommu.arm.pgtable.LpaeWalker;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.unit.CachedWalk;

/**
 * An SMMUv3 as a device (SMMU architecture, IHI 0070): it reads stream table, context descriptors,
 * translation tables and commands from memory, keeps what it read until a command tells it to
 * forget, and writes event records.
 *
 * <p>Modelled: linear and two-level stream tables; abort, bypass, stage 1 and stage 2 entries; one
 * context descriptor a stream; LPAE of every granule; a configuration cache and a TLB tagged by
 * ASID or VMID; the commands of {@link Command} with ranges; the events of a translation.
 *
 * <p>Not modelled:
 *
 * <ul>
 *   <li>both stages nested, substreams (PASID), ATS and PRI, stalls, the secure and realm sides,
 *       EL2
 *   <li>the privilege and instruction bits of a transaction: AP[1], XN and PXN are not checked
 *   <li>hardware updates of access flag and dirty state; memory attributes of any kind
 *   <li>partial walks in a cache; the size check of bypassed addresses
 *   <li>registers: the driver hands over tables and queues at creation; GERROR and queue interrupts
 *       are calls
 * </ul>
 *
 * <p>Cost of an access: a hash look-up, 8 compares for a TLB hit, a word read a level for a miss.
 * Engine thread only.
 */
final class SmmuV3Hardware {
  /** Set in the tags of the TLB that are VMIDs. */
  static final int VMID_TAG = 1 << 16;

  private static final int CLASS_CD = 0;
  private static final int CLASS_TABLE = 1;

  /** What an entry of the stream table leads to. */
  private record StreamConfig(
      StreamTableEntry.Config config, int tag, Optional<LpaeWalker> walker) {}

  private final TableMemory memory;
  private final StreamTable streams;
  private final Ring commands;
  private final Ring events;
  private final int inputClass;
  private final IntPredicate mayDisagree;
  private final Map<Long, StreamConfig> configurations = new HashMap<>();
  private final CachedWalk cache = new CachedWalk();

  /**
   * @param inputClass what this hardware writes as class of a fault of the input address: 2, or 0
   *     in an emulation that leaves it out
   * @param mayDisagree whether flushes of a tag are still to come, so that a hit may be stale
   */
  SmmuV3Hardware(
      TableMemory memory,
      StreamTable streams,
      Ring commands,
      Ring events,
      int inputClass,
      IntPredicate mayDisagree) {
    this.memory = memory;
    this.streams = streams;
    this.commands = commands;
    this.events = events;
    this.inputClass = inputClass;
    this.mayDisagree = mayDisagree;
  }

  CachedWalk cache() {
    return cache;
  }

  /** One transaction. */
  Translation translate(long stream, long address, boolean write) {
    StreamConfig config = configurations.get(stream);
    if (config == null) {
      long at = streams.entry(stream);
      if (at == TableMemory.NONE) {
        return refuse(SmmuV3Event.C_BAD_STREAMID, stream, address, write, 0);
      }
      if (!memory.answers(at)) {
        return refuse(SmmuV3Event.F_STE_FETCH, stream, address, write, at);
      }
      return fetched(StreamTableEntry.read(memory, at), stream, address, write);
    }
    return translate(config, stream, address, write);
  }

  private Translation fetched(
      StreamTableEntry entry, long stream, long address, boolean write) {
    return switch (entry.config()) {
      case BAD -> refuse(SmmuV3Event.C_BAD_STE, stream, address, write, 0);
      case ABORT, BYPASS ->
          keep(new StreamConfig(entry.config(), 0, Optional.empty()), stream, address, write);
      case STAGE_1 -> fetchContext(entry, stream, address, write);
      case STAGE_2 -> {
        Optional<LpaeWalker> walker = stage2Walker(entry.vtcr(), entry.s2Table());
        yield walker.isEmpty()
            ? refuse(SmmuV3Event.C_BAD_STE, stream, address, write, 0)
            : keep(
                new StreamConfig(entry.config(), VMID_TAG | entry.vmid(), walker),
                stream,
                address,
                write);
      }
    };
  }

  /** VTCR: T0SZ 5:0, SL0 7:6, TG0 15:14, PS 18:16. */
  private Optional<LpaeWalker> stage2Walker(long vtcr, long table) {
    return LpaeWalker.stage2(
        memory,
        table,
        (int) vtcr & 0x3f,
        (int) (vtcr >>> 14) & 3,
        (int) (vtcr >>> 16) & 7,
        (int) (vtcr >>> 6) & 3);
  }

  private Translation fetchContext(
      StreamTableEntry entry, long stream, long address, boolean write) {
    if (!memory.answers(entry.context())) {
      return refuse(SmmuV3Event.F_CD_FETCH, stream, address, write, entry.context());
    }
    ContextDescriptor context = ContextDescriptor.read(memory, entry.context());
    Optional<LpaeWalker> walker =
        context.valid()
            ? LpaeWalker.stage1(
                memory,
                context.table(),
                context.sizeOffset(),
                context.granule(),
                context.outputSize())
            : Optional.empty();
    return walker.isEmpty()
        ? refuse(SmmuV3Event.C_BAD_CD, stream, address, write, 0)
        : keep(
            new StreamConfig(entry.config(), context.asid(), walker),
            stream,
            address,
            write);
  }

  private Translation keep(StreamConfig config, long stream, long address, boolean write) {
    configurations.put(stream, config);
    return translate(config, stream, address, write);
  }

  private Translation translate(
      StreamConfig config, long stream, long address, boolean write) {
    return switch (config.config()) {
      case BYPASS -> new Translation.Translated(address, false);
      // Terminated, and no event is recorded.
      case ABORT, BAD -> new Translation.Fault(0, "STE_ABORT", address, write);
      case STAGE_1, STAGE_2 -> walk(config, stream, address, write);
    };
  }

  private Translation walk(StreamConfig config, long stream, long address, boolean write) {
    int tag = config.tag();
    CachedWalk.Outcome outcome =
        cache.access(
            tag,
            config.walker().orElseThrow(),
            address,
            write,
            mayDisagree.test(tag));
    return switch (outcome) {
      case REACHED -> new Translation.Translated(cache.phys(), false);
      case STALE -> new Translation.Translated(cache.phys(), true);
      case NOTHING -> fault(SmmuV3Event.F_TRANSLATION, config, stream, address, write, inputClass);
      case DENIED -> fault(SmmuV3Event.F_PERMISSION, config, stream, address, write, inputClass);
      case NOT_ACCESSED ->
          fault(SmmuV3Event.F_ACCESS, config, stream, address, write, inputClass);
      case TOO_FAR -> fault(SmmuV3Event.F_ADDR_SIZE, config, stream, address, write, inputClass);
      case BROKEN -> fault(SmmuV3Event.F_WALK_EABT, config, stream, address, write, CLASS_TABLE);
    };
  }

  private Translation fault(
      SmmuV3Event event,
      StreamConfig config,
      long stream,
      long address,
      boolean write,
      int kind) {
    boolean stage2 = config.config() == StreamTableEntry.Config.STAGE_2;
    long ipa = stage2 ? address & -0x1000L : 0;
    record(new EventRecord(event, stream, !write, stage2, kind, address, ipa));
    return event.at(address, write);
  }

  /** Configuration that cannot be used: nothing is known of the address. */
  private Translation refuse(
      SmmuV3Event event, long stream, long address, boolean write, long fetched) {
    record(new EventRecord(event, stream, false, false, CLASS_CD, 0, fetched));
    return event.at(address, write);
  }

  /** An event that finds the queue full is lost. */
  private void record(EventRecord event) {
    if (!events.isFull()) {
      event.write(memory, events.producerSlot());
      events.produced();
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
      case Command.ConfigSte ste -> configurations.remove(ste.stream());
      case Command.ConfigCd cd -> configurations.remove(cd.stream());
      case Command.ConfigAll all -> configurations.clear();
      case Command.TlbAsid asid -> cache.tlb().flush(asid.asid());
      case Command.TlbVmid vmid -> cache.tlb().flush(VMID_TAG | vmid.vmid());
      case Command.TlbAll all -> cache.tlb().flushAll();
      case Command.TlbRange range ->
          cache
              .tlb()
              .flush(
                  range.stage2() ? VMID_TAG | range.tag() : range.tag(),
                  range.address(),
                  range.address() + range.bytes() - 1);
      case Command.Sync sync -> {
        // Commands are carried out in order: there is nothing left to wait for.
      }
    }
  }
}
