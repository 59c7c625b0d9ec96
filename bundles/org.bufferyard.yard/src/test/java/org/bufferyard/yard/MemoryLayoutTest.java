package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.yard.memory.Injected;
import org.bufferyard.yard.memory.MemoryLayout;
import org.bufferyard.yard.memory.Spans;
import org.bufferyard.yard.memory.SparseMemory;
import org.bufferyard.yard.memory.TableArea;
import org.junit.jupiter.api.Test;

/** Zones without what is reserved, and the window for tables. */
final class MemoryLayoutTest {
  private final Bench bench = new Bench();

  private MemoryLayout layout() {
    return MemoryLayout.of(bench.spec());
  }

  private void machine(long zoneDmaLimit, Optional<PhysRange> cma, Optional<PhysRange> bounce) {
    bench.machine =
        new MachineSpec(
            MachineSpec.Architecture.ARM64,
            zoneDmaLimit,
            true,
            false,
            cma,
            new MachineSpec.Bounce(
                bounce.isPresent() ? MachineSpec.BounceMode.AUTO : MachineSpec.BounceMode.OFF,
                bounce,
                1),
            MachineSpec.IommuMode.STRICT);
  }

  @Test
  void zonesAreTheBanksWithoutPoolsAreasAndBounceMemory() {
    machine(
        0xffff_ffffL,
        Optional.of(new PhysRange(0x7c00_0000L, 0x400_0000L)),
        Optional.of(new PhysRange(0x7800_0000L, 0x400_0000L)));
    bench.memory.add(new MemorySpec("ram1", new PhysRange(0x1_4000_0000L, 0x4000_0000L)));
    assertEquals(
        List.of(
            new MemoryLayout.ZoneRanges(
                "DMA",
                List.of(
                    Spans.between(0x4000_0000L, 0x6fff_ffffL),
                    Spans.between(0x7040_0000L, 0x70ff_ffffL),
                    Spans.between(0x7200_0000L, 0x77ff_ffffL))),
            new MemoryLayout.ZoneRanges(
                "NORMAL", List.of(Spans.between(0x1_4000_0000L, 0x1_7fff_ffffL)))),
        layout().zones());
  }

  @Test
  void aLowDmaLimitMakesThreeZones() {
    machine(0x4fff_ffffL, Optional.empty(), Optional.empty());
    bench.pools.clear();
    bench.memory.add(new MemorySpec("ram1", new PhysRange(0x1_0000_0000L, 0x1000)));
    assertEquals(
        List.of(
            new MemoryLayout.ZoneRanges("DMA", List.of(Spans.between(0x4000_0000L, 0x4fff_ffffL))),
            new MemoryLayout.ZoneRanges(
                "DMA32", List.of(Spans.between(0x5000_0000L, 0x7fff_ffffL))),
            new MemoryLayout.ZoneRanges(
                "NORMAL", List.of(Spans.between(0x1_0000_0000L, 0x1_0000_0fffL)))),
        layout().zones());
  }

  @Test
  void aPoolWithinAPageTakesThePageFromTheZone() {
    bench.pools.clear();
    bench.pools.add(
        Bench.pool(
            "odd", new PhysRange(0x4000_1800L, 0x100), PoolSpec.Kind.RESERVED, "", true));
    assertEquals(
        List.of(
            Spans.between(0x4000_0000L, 0x4000_0fffL), Spans.between(0x4000_2000L, 0x7fff_ffffL)),
        layout().zones().getFirst().ranges());
  }

  @Test
  void aBoardWithoutMemoryHasNoZones() {
    bench.memory.clear();
    assertEquals(List.of(), layout().zones());
  }

  @Test
  void tablesLieInTheHighestHoleBelowFourGigabytes() {
    Bench.Part nic = new Bench.Part("nic");
    nic.registers = List.of(new PhysRange(0xfe00_0000L, 0x1000));
    bench.device(nic);
    assertEquals(
        List.of(new PhysRange(0xf800_0000L, MemoryLayout.TABLE_WINDOW)),
        layout().tables().ranges());
  }

  @Test
  void tablesLieAboveAllMemoryWhenThereIsNoHole() {
    bench.memory.clear();
    bench.memory.add(new MemorySpec("all", new PhysRange(0, 0x1_8000_0000L)));
    assertEquals(
        List.of(new PhysRange(0x1_8000_0000L, MemoryLayout.TABLE_WINDOW)),
        layout().tables().ranges());
  }

  @Test
  void tableMemoryIsRealZeroedAlignedAndBounded() {
    SparseMemory memory = new SparseMemory(layout());
    PhysRange window = new PhysRange(0xfc00_0000L, 0x8000);
    TableArea tables = new TableArea(window, memory, new Injected());
    long small = tables.allocate(1024);
    long large = tables.allocate(16384);
    assertEquals(0, large % 16384);
    memory.write(small, new byte[] {1, 2, 3}, 0, 3);
    byte[] back = new byte[3];
    memory.read(small, back, 0, 3);
    assertEquals(2, back[1]);
    assertTrue(memory.isRam(small), "a walker finds memory there");
    assertFalse(memory.isForMasters(small), "no bus master reaches a table");
    tables.free(small, 1024);
    assertEquals(small, tables.allocate(1024));
    memory.read(small, back, 0, 3);
    assertEquals(0, back[1], "zeroed again");
    assertEquals(TableArea.NO_MEMORY, tables.allocate(16384));
    assertEquals(17408, tables.usedBytes());
    assertThrows(IllegalArgumentException.class, () -> tables.free(0x1000, 1024));
    assertThrows(IllegalArgumentException.class, () -> tables.allocate(3000));
    assertTrue(window.contains(small));
  }
}
