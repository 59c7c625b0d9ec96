package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.bufferyard.api.contract.PlainMemory;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.yard.memory.MemoryLayout;
import org.bufferyard.yard.memory.SparseMemory;
import org.junit.jupiter.api.Test;

/** Bytes across frames, banks and holes. */
final class SparseMemoryTest {
  private static final PhysRange SRAM = new PhysRange(0x1000_0000L, 0x1800);
  private final Bench bench = new Bench();
  private final SparseMemory memory;

  SparseMemoryTest() {
    bench.memory.add(new MemorySpec("ram1", new PhysRange(0x1_4000_0000L, 0x1000_0000L)));
    bench.pools.add(Bench.pool("sram", SRAM, PoolSpec.Kind.COHERENT, "coherent-pool", true));
    memory = new SparseMemory(MemoryLayout.of(bench.spec()));
  }

  private byte[] read(long phys, int length) {
    byte[] bytes = new byte[length];
    memory.read(phys, bytes, 0, length);
    return bytes;
  }

  @Test
  void aWriteOverPageBordersReadsBack() {
    byte[] data = new byte[3 * 4096];
    new Random(1).nextBytes(data);
    long at = Bench.RAM.base() + 4096 - 7;
    memory.write(at, data, 0, data.length);
    assertArrayEquals(data, read(at, data.length));
    assertArrayEquals(new byte[7], read(at - 7, 7));
    assertEquals(4, memory.frames());
  }

  @Test
  void aWriteOverTheEndOfABankLosesWhatNothingDecodes() {
    byte[] data = {1, 2, 3, 4};
    long at = Bench.RAM.last() - 1;
    memory.write(at, data, 0, 4);
    assertArrayEquals(new byte[] {1, 2, -1, -1}, read(at, 4));
  }

  @Test
  void aRegionThatEndsWithinAPageIsDecodedToItsLastByte() {
    memory.fill(SRAM.last() - 1, 4, (byte) 7);
    assertArrayEquals(new byte[] {7, 7, -1, -1}, read(SRAM.last() - 1, 4));
    assertTrue(memory.isRam(SRAM.last()));
    assertFalse(memory.isRam(SRAM.last() + 1));
  }

  @Test
  void zeroingMakesNoFrames() {
    memory.fill(Bench.RAM.base(), Bench.RAM.size(), (byte) 0);
    assertEquals(0, memory.frames());
    memory.write(Bench.RAM.base() + 5, new byte[] {9}, 0, 1);
    memory.fill(Bench.RAM.base(), 8192, (byte) 0);
    assertArrayEquals(new byte[16], read(Bench.RAM.base(), 16));
  }

  @Test
  void backingSaysWhatStandsBehindAFrame() {
    assertEquals(PageBacking.LINEAR, memory.backing(Bench.RAM.base()));
    assertEquals(PageBacking.UNMAPPED, memory.backing(Bench.POOL.base()));
    assertEquals(PageBacking.UNMAPPED, memory.backing(Bench.POOL.last()));
    assertEquals(PageBacking.LINEAR, memory.backing(Bench.POOL.last() + 1));
    assertEquals(PageBacking.LINEAR, memory.backing(Bench.CMA.base()), "reusable memory has pages");
    assertEquals(PageBacking.NONE, memory.backing(SRAM.base()), "no struct page outside the banks");
    assertEquals(PageBacking.NONE, memory.backing(0));
  }

  @Test
  void itAgreesWithPlainMemoryOnRandomAccesses() {
    long seed = System.nanoTime();
    System.out.println("SparseMemoryTest seed " + seed);
    Random random = new Random(seed);
    PlainMemory plain =
        new PlainMemory(List.of(Bench.RAM, new PhysRange(0x1_4000_0000L, 0x1000_0000L)), List.of());
    for (int i = 0; i < 3000; i++) {
      // Around the border of both banks and around some frames that collide in the map or not.
      long base = random.nextBoolean() ? Bench.RAM.last() - 0x4000 : 0x1_4000_0000L - 0x100;
      long at = base + random.nextInt(0x8000);
      byte[] bytes = new byte[1 + random.nextInt(6000)];
      if (random.nextInt(3) == 0) {
        byte[] expected = new byte[bytes.length];
        plain.read(at, expected, 0, expected.length);
        memory.read(at, bytes, 0, bytes.length);
        assertArrayEquals(expected, bytes, () -> "seed " + seed);
      } else {
        random.nextBytes(bytes);
        plain.write(at, bytes, 0, bytes.length);
        memory.write(at, bytes, 0, bytes.length);
      }
    }
  }

  @Test
  void manyFramesSurviveTheGrowthOfTheirMap() {
    for (int i = 0; i < 5000; i++) {
      memory.write(Bench.RAM.base() + i * 4096L, new byte[] {(byte) i, (byte) (i >> 8)}, 0, 2);
    }
    for (int i = 0; i < 5000; i++) {
      assertArrayEquals(
          new byte[] {(byte) i, (byte) (i >> 8)}, read(Bench.RAM.base() + i * 4096L, 2));
    }
    assertEquals(5000, memory.frames());
  }
}
