package org.bufferyard.iommu.arm.smmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.iommu.arm.pgtable.PageTable;
import org.bufferyard.iommu.arm.pgtable.PageTables;
import org.bufferyard.iommu.arm.pgtable.TableFormat;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.pgtable.TableRequest;
import org.bufferyard.iommu.arm.pgtable.TlbFlush;
import org.bufferyard.iommu.arm.smmu.ContextDescriptor.Faults;
import org.bufferyard.iommu.arm.smmu.SmmuV3Features.StallModel;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage2;

/** An SMMUv3 without a driver: a test writes its structures and reads its queues. */
final class HardwareBench {
  static final int SID = 0x80;
  static final int RW = IommuProt.READ | IommuProt.WRITE;
  static final SmmuV3Features EVERYTHING =
      new SmmuV3Features(true, 16, true, StallModel.CONFIGURED, true, true);

  private static final TlbFlush NO_FLUSH =
      new TlbFlush() {
        @Override
        public void addPage(long iova, long sizeBytes) {
          // The test flushes.
        }

        @Override
        public void flushWalk(long iova, long sizeBytes, long granule) {
          // The test flushes.
        }
      };

  final IommuBench bench = new IommuBench();
  final TableMemory memory = new TableMemory(bench);
  final StreamTable streams = new StreamTable(memory, 16, true);
  final Ring commands = new Ring(memory, 4, 8);
  final Ring events;
  final Ring requests;
  final SmmuV3Hardware hardware;

  HardwareBench() {
    this(EVERYTHING, 7, 3);
  }

  HardwareBench(SmmuV3Features features) {
    this(features, 7, 3);
  }

  HardwareBench(SmmuV3Features features, int eventShift, int requestShift) {
    this.events = new Ring(memory, EventRecord.SHIFT, eventShift);
    this.requests = new Ring(memory, PriRecord.SHIFT, requestShift);
    Optional<Ring> pri = features.pri() ? Optional.of(requests) : Optional.empty();
    this.hardware =
        new SmmuV3Hardware(memory, streams, commands, events, pri, features, 2, tag -> false);
    assertTrue(streams.prepare(SID));
  }

  /** An empty table of stage 1, of addresses of 40 bits. */
  PageTable stage1() {
    return table(TableFormat.ARM_64_LPAE_S1, 48);
  }

  /** An empty table of stage 2. */
  PageTable stage2() {
    return table(TableFormat.ARM_64_LPAE_S2, 40);
  }

  private PageTable table(TableFormat format, int inputBits) {
    TableRequest request = new TableRequest(format, 0x4020_1000L, inputBits, 40, true, Set.of());
    return PageTables.open(request, memory, bench.kernel(), text -> {}, NO_FLUSH).orElseThrow();
  }

  static ContextDescriptor context(int asid, PageTable table, Faults faults) {
    return ContextDescriptor.of(asid, table.base(), table.configuration(), faults);
  }

  /** Memory for descriptors. */
  long block(long bytes) {
    long block = memory.allocate(bytes, Long.SIZE);
    assertTrue(block != TableMemory.NONE);
    return block;
  }

  static Stage2 fields(int vmid, PageTable table) {
    return new Stage2(
        vmid, Attachments.vtcr(table.configuration()), table.base(), true, false, true);
  }

  void install(StreamTableEntry entry) {
    entry.write(memory, streams.entry(SID));
    run(new Command.ConfigSte(SID));
  }

  void run(Command command) {
    memory.writeLong(commands.producerSlot(), command.low());
    memory.writeLong(commands.producerSlot() + 8, command.high());
    commands.produced();
    hardware.runCommands();
  }

  Translation access(long address, boolean write, AccessAttributes attributes) {
    return hardware.access(
        Transaction.of(SID, address, write, attributes), attributes.requestsPages());
  }

  Translation read(long address) {
    return access(address, false, AccessAttributes.PLAIN);
  }

  void assertReaches(long phys, Translation answer) {
    assertEquals(new Translation.Translated(phys, false), answer);
    assertTrue(events.isEmpty(), () -> "an event: " + EventRecord.read(memory, events.consumerSlot()));
  }

  /** The one event that came of a refused access. */
  EventRecord fault(SmmuV3Event event, Translation answer) {
    Translation.Fault fault = assertInstanceOf(Translation.Fault.class, answer);
    assertEquals(event.number(), fault.code(), fault::toString);
    return event(event);
  }

  EventRecord event(SmmuV3Event event) {
    assertTrue(!events.isEmpty(), "an event");
    EventRecord record = EventRecord.read(memory, events.consumerSlot());
    assertEquals(event, record.event());
    events.consumed();
    hardware.recordWaiting();
    return record;
  }

  /** A word of the record that the next event has, which stays. */
  long eventWord(int word) {
    return memory.readLong(events.consumerSlot() + 8L * word);
  }

  void assertSilent(String name, Translation answer) {
    assertEquals(name, assertInstanceOf(Translation.Fault.class, answer).name());
    assertTrue(events.isEmpty(), "no event");
  }
}
