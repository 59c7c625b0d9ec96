package org.bufferyard.iommu.arm.smmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.smmu.Command.PriResponse.Answer;
import org.bufferyard.iommu.arm.smmu.Command.Resume.Action;
import org.bufferyard.iommu.arm.smmu.ContextDescriptor.Faults;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.DefaultSubstream;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Eats;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Format;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage1;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage2;
import org.bufferyard.iommu.arm.smmu.TlbCommand.Scope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stands in memory, word by word. */
class SmmuV3StructuresTest {
  private static final long AT = 0x5000_0000L;

  private TableMemory memory;
  private IommuBench bench;

  @BeforeEach
  void open() {
    bench = new IommuBench();
    memory = new TableMemory(bench);
  }

  @Test
  void streamTableEntriesHaveTheManualsFields() {
    StreamTableEntry.ABORT.write(memory, AT);
    assertEquals(0b0001, memory.readLong(AT), "V, Config 000");
    StreamTableEntry.BYPASS.write(memory, AT);
    assertEquals(0b1001, memory.readLong(AT), "V, Config 100");
    StreamTableEntry.stage1(Stage1.single(0x4123_4540L)).write(memory, AT);
    assertEquals(0x4123_4540L | 0b1011, memory.readLong(AT), "V, Config 101, S1ContextPtr");
    Stage2 stage2 = new Stage2(7, 0x51, 0x4444_4000L, true, false, true);
    StreamTableEntry.stage2(stage2).write(memory, AT);
    assertEquals(0b1101, memory.readLong(AT), "V, Config 110");
    long third = memory.readLong(AT + 16);
    assertEquals(7, third & 0xffff, "S2VMID");
    assertEquals(0x51, third >>> 32 & 0x7ffff, "VTCR");
    assertEquals(1, third >>> 51 & 1, "S2AA64");
    assertEquals(1, third >>> 54 & 1, "S2PTW");
    assertEquals(0, third >>> 57 & 1, "S2S");
    assertEquals(1, third >>> 58 & 1, "S2R");
    assertEquals(0x4444_4000L, memory.readLong(AT + 24), "S2TTB");
    Stage1 many =
        new Stage1(0x4123_4000L, Format.LEAF_64K, 12, DefaultSubstream.SSID0, true);
    StreamTableEntry.nested(many, stage2)
        .with(Eats.SPLIT_STAGE)
        .with(new StreamTableEntry.Incoming(3, 2))
        .write(memory, AT);
    long first = memory.readLong(AT);
    assertEquals(0b1111, first & 0xf, "V, Config 111");
    assertEquals(0b10, first >>> 4 & 3, "S1Fmt");
    assertEquals(12, first >>> 59, "S1CDMax");
    long second = memory.readLong(AT + 8);
    assertEquals(0b10, second & 3, "S1DSS");
    assertEquals(1, second >>> 27 & 1, "S1STALLD");
    assertEquals(0b10, second >>> 28 & 3, "EATS");
    assertEquals(0b11, second >>> 48 & 3, "PRIVCFG");
    assertEquals(0b10, second >>> 50 & 3, "INSTCFG");
  }

  @Test
  void entriesComeBackAsTheyWere() {
    for (StreamTableEntry entry :
        List.of(
            StreamTableEntry.ABORT,
            StreamTableEntry.BYPASS,
            StreamTableEntry.stage1(Stage1.single(0xf_ffff_ffff_ffc0L)),
            StreamTableEntry.stage2(
                new Stage2(0xffff, 0x7ffff, 0xf_ffff_ffff_fff0L, false, true, false)),
            StreamTableEntry.nested(
                    new Stage1(0x40L, Format.LEAF_4K, 20, DefaultSubstream.BYPASS, true),
                    new Stage2(1, 2, 0x30, true, true, true))
                .with(Eats.TRANSLATE)
                .with(new StreamTableEntry.Incoming(2, 3)))) {
      entry.write(memory, AT);
      assertEquals(entry, StreamTableEntry.read(memory, AT));
    }
    memory.writeLong(AT, 0b1010);
    assertEquals(StreamTableEntry.Config.BAD, StreamTableEntry.read(memory, AT).config());
    memory.writeLong(AT, 0b0111);
    assertEquals(StreamTableEntry.Config.ABORT, StreamTableEntry.read(memory, AT).config());
    StreamTableEntry.stage1(Stage1.single(0)).write(memory, AT);
    memory.writeLong(AT, memory.readLong(AT) | 0b11 << 4);
    memory.writeLong(AT + 8, memory.readLong(AT + 8) | 0b11 | 0b11L << 28);
    StreamTableEntry reserved = StreamTableEntry.read(memory, AT);
    assertEquals(Format.LINEAR, reserved.stage1().format(), "0b11 behaves as 0b00");
    assertEquals(DefaultSubstream.TERMINATE, reserved.stage1().dss(), "likewise");
    assertEquals(Eats.ABORT, reserved.eats(), "there is no device permission table");
  }

  @Test
  void aContextDescriptorHasTheManualsFields() {
    ContextDescriptor context =
        ContextDescriptor.of(
            0x1234,
            0x4000_0000L,
            Map.of(
                "tcr.tsz", 16L, "tcr.tg", 0L, "tcr.ips", 4L, "tcr.sh", 3L, "mair", 0xf404ff44L),
            Faults.STALL);
    context.write(memory, AT);
    long first = memory.readLong(AT);
    assertEquals(16, first & 0x3f, "T0SZ");
    assertEquals(0, first >>> 6 & 3, "TG0");
    assertEquals(0b01, first >>> 8 & 3, "IRGN0");
    assertEquals(0b01, first >>> 10 & 3, "ORGN0");
    assertEquals(3, first >>> 12 & 3, "SH0");
    assertEquals(1, first >>> 30 & 1, "EPD1");
    assertEquals(1, first >>> 31 & 1, "V");
    assertEquals(4, first >>> 32 & 7, "IPS");
    assertEquals(0, first >>> 14 & 1, "EPD0");
    assertEquals(1, first >>> 41 & 1, "AA64");
    assertEquals(1, first >>> 44 & 1, "S");
    assertEquals(1, first >>> 45 & 1, "R");
    assertEquals(1, first >>> 46 & 1, "A");
    assertEquals(1, first >>> 47 & 1, "ASET");
    assertEquals(0x1234, first >>> 48, "ASID");
    assertEquals(0x4000_0000L, memory.readLong(AT + 8), "TTB0");
    assertEquals(0xf404ff44L, memory.readLong(AT + 24), "MAIR");
    assertEquals(context, ContextDescriptor.read(memory, AT));
  }

  @Test
  void commandsHaveTheManualsWords() {
    assertEquals(0x0000_0080_0000_0003L, new Command.ConfigSte(0x80).low());
    assertEquals(1, new Command.ConfigSte(0x80).high());
    assertEquals(0x0000_0080_0001_2005L, new Command.ConfigCd(0x80, 0x12).low());
    assertEquals(0x0000_0080_0000_0006L, new Command.ConfigCdAll(0x80).low());
    assertEquals(31, Command.ConfigRange.ALL.high());
    assertEquals(0x0000_0009_0000_0010L, new TlbCommand.Stage1OfVmid(9).low());
    assertEquals(0x0007_0009_0000_0011L, new TlbCommand.Asid(9, 7).low());
    assertEquals(0x0000_0007_0000_0028L, new TlbCommand.Vmid(7).low());
    assertEquals(0x30, new TlbCommand.All().low());
    assertEquals(0x46 | 2 << 12, new Command.Sync().low());
    TlbCommand.Range range =
        new TlbCommand.Range(Scope.VA, 2, 7, 0x1234_5000L, true, 1, 4, 3, 3);
    assertEquals(0x0007_0002_0000_0012L | 4 << 12 | 3 << 20, range.low());
    assertEquals(0x1234_5000L | 1 | 3 << 8 | 1 << 10, range.high());
    assertEquals(5L << 3 << 12, range.bytes());
    TlbCommand.Range one = new TlbCommand.Range(Scope.IPA, 7, 0, 0x5000, true, 0, 0, 0, 0);
    assertEquals(1, one.bytes());
    assertEquals(0x0000_0007_0000_002aL, one.low());
    assertEquals(
        0x0000_0007_0000_0013L,
        new TlbCommand.Range(Scope.ANY_VA, 7, 0, 0, true, 0, 0, 0, 0).low());
  }

  @Test
  void commandsForDevicesAndStallsHaveTheManualsWords() {
    Command.AtcInvalidate atc = new Command.AtcInvalidate(0x80, 0x12, true, 0x1234_5000L, 3);
    assertEquals(0x0000_0080_0001_2a40L, atc.low(), "SSID, SSV bit 11, Global bit 9");
    assertEquals(0x1234_5000L | 3, atc.high(), "address, Size");
    assertEquals(0x1234_0000L, atc.first(), "the span is aligned to its size");
    assertEquals(0x1234_7fffL, atc.last());
    Command.AtcInvalidate all =
        new Command.AtcInvalidate(0x80, AccessAttributes.NO_PASID, false, 0x5000, 52);
    assertEquals(0x0000_0080_0000_0040L, all.low());
    assertEquals(0, all.first());
    assertEquals(-1L, all.last());
    Command.PriResponse response = new Command.PriResponse(0x80, 5, 0x1ff, Answer.SUCCESS);
    assertEquals(0x0000_0080_0000_5841L, response.low());
    assertEquals(0x1ff | 0b10 << 12, response.high(), "PRGIndex, Resp 10");
    Command.Resume retry = new Command.Resume(0x80, 0xabcd, Action.RETRY);
    assertEquals(0x0000_0080_0000_1044L, retry.low(), "Ac bit 12");
    assertEquals(0xabcd, retry.high(), "STAG");
    assertEquals(
        0x0000_0080_0000_2044L, new Command.Resume(0x80, 1, Action.ABORT).low(), "Ab bit 13");
    assertEquals(0x0000_0080_0000_0045L, new Command.StallTerminate(0x80).low());
    assertEquals(retry, Command.decode(retry.low() | 1 << 13, retry.high()), "Ab is ignored");
    assertThrows(
        IllegalArgumentException.class, () -> Command.decode(0x41, 0b11 << 12), "Resp 11");
  }

  @Test
  void commandsComeBackAsTheyWere() {
    for (Command command :
        List.of(
            new Command.ConfigSte(0xffff_ffffL),
            new Command.ConfigCd(1, 0xf_ffff),
            new Command.ConfigCdAll(1),
            Command.ConfigRange.ALL,
            new Command.ConfigRange(0x100, 7),
            new Command.Prefetch(3),
            new Command.AtcInvalidate(0xffff_ffffL, 0xf_ffff, true, -0x1000L, 52),
            new Command.AtcInvalidate(1, AccessAttributes.NO_PASID, false, 0x1000, 0),
            new Command.PriResponse(1, AccessAttributes.NO_PASID, 0, Answer.FAILURE),
            new Command.PriResponse(1, 0, 0x1ff, Answer.INVALID),
            new Command.Resume(0xffff_ffffL, 0xffff, Action.TERMINATE),
            new Command.StallTerminate(7),
            new TlbCommand.Stage1OfVmid(1),
            new TlbCommand.Asid(0xffff, 0xffff),
            new TlbCommand.Vmid(0xffff),
            new TlbCommand.All(),
            new TlbCommand.Range(Scope.VA, 1, 0xffff, -0x1000L, true, 3, 31, 31, 3),
            new TlbCommand.Range(Scope.ANY_VA, 0xffff, 0, 0x1000, true, 1, 0, 0, 0),
            new TlbCommand.Range(Scope.IPA, 9, 0, 0x1000, false, 0, 0, 0, 0),
            new Command.Sync())) {
      assertEquals(command, Command.decode(command.low(), command.high()));
    }
    assertThrows(IllegalArgumentException.class, () -> Command.decode(0xff, 0));
  }

  @Test
  void aRingWrapsAndKnowsFullFromEmpty() {
    try (Ring ring = new Ring(memory, 4, 2)) {
      for (int lap = 0; lap < 5; lap++) {
        assertTrue(ring.isEmpty());
        for (int i = 0; i < 4; i++) {
          assertFalse(ring.isFull());
          memory.writeLong(ring.producerSlot(), 10 * lap + i);
          ring.produced();
        }
        assertTrue(ring.isFull());
        for (int i = 0; i < 4; i++) {
          assertEquals(10 * lap + i, memory.readLong(ring.consumerSlot()));
          ring.consumed();
        }
      }
    }
    assertEquals(Map.of(), bench.liveTables());
  }

  @Test
  void aTwoLevelTableGrowsWithItsStreams() {
    try (StreamTable table = new StreamTable(memory, 16, true)) {
      assertEquals(1, bench.liveTables().size());
      assertEquals(TableMemory.NONE, table.entry(0x80), "no second level yet");
      assertTrue(table.prepare(0x80));
      assertTrue(table.prepare(0xff));
      assertEquals(2, bench.liveTables().size());
      assertEquals(64, table.entry(0x81) - table.entry(0x80));
      assertEquals(
          StreamTableEntry.ABORT, StreamTableEntry.read(memory, table.entry(0xff)));
      assertEquals(TableMemory.NONE, table.entry(0x100));
      assertTrue(table.prepare(0x100));
      assertEquals(3, bench.liveTables().size());
      assertFalse(table.has(0x1_0000));
    }
    assertEquals(Map.of(), bench.liveTables());
  }

  @Test
  void aLinearTableHasAllEntriesAtOnce() {
    try (StreamTable table = new StreamTable(memory, 6, true)) {
      assertEquals(Map.of(table.entry(0), 64L * 64), bench.liveTables());
      assertEquals(StreamTableEntry.ABORT, StreamTableEntry.read(memory, table.entry(63)));
      assertEquals(TableMemory.NONE, table.entry(64));
    }
  }
}
