package org.bufferyard.iommu.exynos.rockchip;

import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.KIB;
import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.MIB;
import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.PAGE;
import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.R;
import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.W;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Random;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Errno;
import org.junit.jupiter.api.Test;

/**
 * The tables as another master of the memory would read them: words, never the provider's own walk.
 */
class TableBytesTest {
  private static final long IOVA = 0x1240_0000L;

  @Test
  void anEmptyDomainIsADirectoryOfZeros() {
    RockchipBench bench = RockchipBench.version2();
    assertEquals(Map.of(bench.directory, 4 * KIB), bench.yard.liveTables());
    for (int index = 0; index < 1024; index++) {
      assertEquals(0, bench.yard.word(bench.directory + index * 4L));
    }
  }

  @Test
  void aPageStandsInAPageTableOf4KiB() {
    RockchipBench bench = RockchipBench.version1();
    bench.map(IOVA + 5 * PAGE, 0x5432_1000L, PAGE, R | W);
    // 0x12400000 >> 22 = 0x49; 5 is the index below it.
    int dte = bench.yard.word(bench.directory + 0x49 * 4);
    long table = Integer.toUnsignedLong(dte) - 1;
    assertEquals(4 * KIB, bench.yard.liveTables().get(table));
    assertEquals(0x5432_1007, bench.yard.word(table + 5 * 4));
    assertEquals(0, bench.yard.word(table + 4 * 4));
    assertEquals(0, bench.yard.word(table + 6 * 4));
  }

  @Test
  void version2FoldsBits39To32IntoTheLowBits() {
    RockchipBench bench = RockchipBench.version2();
    bench.map(IOVA, 0xa9_8765_4000L, PAGE, R);
    assertEquals(0x8765_49a3, bench.pte(IOVA), "bits 35:32 = 9 in 11:8, bits 39:36 = a in 7:4");
    assertEquals(0xa9_8765_4abcL, bench.domain.iovaToPhys(IOVA + 0xabc));
  }

  @Test
  void everySizeIsARunOfPages() {
    for (long size = 4 * KIB; size <= 4 * MIB; size *= 2) {
      RockchipBench bench = RockchipBench.version1();
      long iova = IOVA + 4 * MIB - size;
      bench.map(iova, 0x8000_0000L, size, W);
      for (long page = 0; page < 1024; page++) {
        long offset = IOVA + page * PAGE - iova;
        int expected = offset < 0 ? 0 : 0x8000_0005 + (int) offset;
        assertEquals(expected, bench.pte(IOVA + page * PAGE), size + " bytes, page " + page);
      }
      assertEquals(2, bench.yard.liveTables().size());
    }
  }

  @Test
  void unmapClearsTheValidBitsAndKeepsThePageTable() {
    RockchipBench bench = RockchipBench.version2();
    bench.map(IOVA, 0x5_0000_0000L, 16 * KIB, R | W);
    assertEquals(16 * KIB, bench.domain.unmap(IOVA, 16 * KIB, 1));
    for (int page = 0; page < 4; page++) {
      assertEquals(0x0000_0506 + page * 0x1000, bench.pte(IOVA + page * PAGE));
    }
    assertEquals(2, bench.yard.liveTables().size());
  }

  @Test
  void anUnwoundMapLeavesInvalidEntriesAndTheOccupiedOneAsItWas() {
    RockchipBench bench = RockchipBench.version1();
    bench.map(IOVA + 2 * PAGE, 0x5000_0000L, PAGE, R);
    assertEquals(Errno.EADDRINUSE.rc(), bench.domain.map(IOVA, 0x6000_0000L, 16 * KIB, 1, R | W));
    assertEquals(0x6000_0006, bench.pte(IOVA));
    assertEquals(0x6000_1006, bench.pte(IOVA + PAGE));
    assertEquals(0x5000_0003, bench.pte(IOVA + 2 * PAGE));
    assertEquals(0, bench.pte(IOVA + 3 * PAGE), "never reached");
  }

  @Test
  void aWordWrittenIntoTheTableIsWhatTheHardwareFollows() {
    RockchipBench bench = RockchipBench.version2();
    bench.map(IOVA, 0x5000_0000L, PAGE, R | W);
    bench.poke(IOVA + PAGE, 0x7654_3213);
    assertEquals(0x12_7654_3abcL, bench.domain.iovaToPhys(IOVA + PAGE + 0xabc));
    assertEquals(
        new Translated(0x12_7654_3abcL, false), bench.access(IOVA + PAGE + 0xabc, false));
  }

  /** Version 2. Written down apart from the product's: divisions and remainders of the words. */
  private static long walk(RockchipBench bench, long iova) {
    long dte = Integer.toUnsignedLong(bench.yard.word(bench.directory + iova / (4 * MIB) * 4));
    if (dte % 2 == 0) {
      return 0;
    }
    long at = target(dte) + iova / PAGE % 1024 * 4;
    long pte = Integer.toUnsignedLong(bench.yard.word(at));
    return pte % 2 == 0 ? 0 : target(pte) + iova % PAGE;
  }

  private static long target(long entry) {
    long bits39to36 = entry / 0x10 % 0x10;
    long bits35to32 = entry / 0x100 % 0x10;
    return ((bits39to36 * 0x10 + bits35to32) << 32) + entry / 0x1000 * 0x1000;
  }

  @Test
  void aWalkOverTheBytesFindsEveryRandomMapping() {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("TableBytesTest seed " + seed);
    Random random = new Random(seed);
    RockchipBench bench = RockchipBench.version2();
    for (int step = 0; step < 3000; step++) {
      long size = PAGE << random.nextInt(11);
      long iova = IOVA + (random.nextLong(16 * MIB) & -size);
      long phys = (1 + random.nextLong(0xff_ffff_ffffL / size)) * size;
      if (random.nextInt(3) == 0) {
        bench.domain.unmap(iova, size, 1);
        bench.domain.sync();
      } else {
        bench.domain.map(iova, phys, size, 1, R | W);
      }
      long address = iova + random.nextLong(size);
      long found = walk(bench, address);
      String where = "seed " + seed + ", step " + step;
      assertEquals(found, bench.domain.iovaToPhys(address), where);
      assertEquals(
          found == 0 ? new Fault(1, "Page fault", address, false) : new Translated(found, false),
          bench.access(address, false),
          where);
    }
  }
}
