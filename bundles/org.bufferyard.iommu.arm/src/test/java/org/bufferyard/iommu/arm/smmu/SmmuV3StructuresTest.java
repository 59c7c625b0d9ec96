package org.bufferyard.iommu.arm.smmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
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
    StreamTableEntry.stage1(0x4123_4540L).write(memory, AT);
    assertEquals(0x4123_4540L | 0b1011, memory.readLong(AT), "V, Config 101, S1ContextPtr");
    StreamTableEntry.stage2(7, 0x51, 0x4444_4000L).write(memory, AT);
    assertEquals(0b1101, memory.readLong(AT), "V, Config 110");
    long third = memory.readLong(AT + 16);
    assertEquals(7, third & 0xffff, "S2VMID");
    assertEquals(0x51, third >>> 32 & 0x7ffff, "VTCR");
    assertEquals(1, third >>> 51 & 1, "S2AA64");
    assertEquals(0x4444_4000L, memory.readLong(AT + 24), "S2TTB");
  }

  @Test
  void entriesComeBackAsTheyWere() {
    for (StreamTableEntry entry :
        List.of(
            StreamTableEntry.ABORT,
            StreamTableEntry.BYPASS,
            StreamTableEntry.stage1(0xf_ffff_ffff_ffc0L),
            StreamTableEntry.stage2(0xffff, 0x7ffff, 0xf_ffff_ffff_fff0L))) {
      entry.write(memory, AT);
      assertEquals(entry, StreamTableEntry.read(memory, AT));
    }
    memory.writeLong(AT, 0b1010);
    assertEquals(StreamTableEntry.Config.BAD, StreamTableEntry.read(memory, AT).config());
    memory.writeLong(AT, 0b1111);
    assertEquals(StreamTableEntry.Config.BAD, StreamTableEntry.read(memory, AT).config());
  }

  @Test
  void aContextDescriptorHasTheManualsFields() {
    ContextDescriptor context =
        ContextDescriptor.of(
            0x1234,
            0x4000_0000L,
            Map.of(
                "tcr.tsz", 16L, "tcr.tg", 0L, "tcr.ips", 4L, "tcr.sh", 3L, "mair", 0xf404ff44L));
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
    assertEquals(1, first >>> 41 & 1, "AA64");
    assertEquals(0x1234, first >>> 48, "ASID");
    assertEquals(0x4000_0000L, memory.readLong(AT + 8), "TTB0");
    assertEquals(0xf404ff44L, memory.readLong(AT + 24), "MAIR");
    assertEquals(context, ContextDescriptor.read(memory, AT));
  }

  @Test
  void commandsHaveTheManualsWords() {
    assertEquals(0x0000_0080_0000_0003L, new Command.ConfigSte(0x80).low());
    assertEquals(1, new Command.ConfigSte(0x80).high());
    assertEquals(0x0000_0080_0000_0005L, new Command.ConfigCd(0x80).low());
    assertEquals(31, new Command.ConfigAll().high());
    assertEquals(0x0007_0000_0000_0011L, new Command.TlbAsid(7).low());
    assertEquals(0x0000_0007_0000_0028L, new Command.TlbVmid(7).low());
    assertEquals(0x30, new Command.TlbAll().low());
    assertEquals(0x46 | 2 << 12, new Command.Sync().low());
    Command.TlbRange range = new Command.TlbRange(false, 7, 0x1234_5000L, true, 1, 4, 3, 3);
    assertEquals(0x0007_0000_0000_0012L | 4 << 12 | 3 << 20, range.low());
    assertEquals(0x1234_5000L | 1 | 3 << 8 | 1 << 10, range.high());
    assertEquals(5L << 3 << 12, range.bytes());
    assertEquals(1, new Command.TlbRange(false, 7, 0x5000, true, 0, 0, 0, 0).bytes());
    assertEquals(
        0x0000_0007_0000_002aL, new Command.TlbRange(true, 7, 0, true, 0, 0, 0, 0).low());
  }

  @Test
  void commandsComeBackAsTheyWere() {
    for (Command command :
        List.of(
            new Command.ConfigSte(0xffff_ffffL),
            new Command.ConfigCd(1),
            new Command.ConfigAll(),
            new Command.TlbAsid(0xffff),
            new Command.TlbVmid(0xffff),
            new Command.TlbAll(),
            new Command.TlbRange(false, 0xffff, -0x1000L, true, 3, 31, 31, 3),
            new Command.TlbRange(true, 9, 0x1000, false, 0, 0, 0, 0),
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
