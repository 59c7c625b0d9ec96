package org.bufferyard.iommu.exynos;

import static org.bufferyard.iommu.exynos.SysmmuBench.KIB;
import static org.bufferyard.iommu.exynos.SysmmuBench.MIB;
import static org.bufferyard.iommu.exynos.SysmmuBench.R;
import static org.bufferyard.iommu.exynos.SysmmuBench.W;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Random;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Errno;
import org.junit.jupiter.api.Test;

/**
 * The table as another master of the memory would read it: words, never the provider's own walk.
 */
class PageTableBytesTest {
  private static final long IOVA = 0x1230_0000L;

  @Test
  void everyFirstLevelEntryPointsToOneZeroTableAtFirst() {
    SysmmuBench bench = new SysmmuBench("3.3");
    int link = bench.firstLevelEntry(0);
    assertEquals(1, link & 3, "a link, not a fault");
    for (int index = 0; index < 4096; index++) {
      assertEquals(link, bench.yard.word(bench.firstLevel() + index * 4L));
    }
    for (int index = 0; index < 256; index++) {
      assertEquals(0, bench.yard.word((link & 0xffff_fc00L) + index * 4L));
    }
  }

  @Test
  void v3SmallPageStandsInASecondLevelOf1KiB() {
    SysmmuBench bench = new SysmmuBench("3");
    bench.map(IOVA + 5 * 4 * KIB, 0x5432_1000L, 4 * KIB, R | W);
    int link = bench.firstLevelEntry(IOVA);
    long table = Integer.toUnsignedLong(link) - 1;
    assertEquals(KIB, bench.yard.liveTables().get(table));
    assertEquals(0x5432_1012, bench.secondLevelEntry(table, IOVA + 5 * 4 * KIB));
    assertEquals(0, bench.secondLevelEntry(table, IOVA + 6 * 4 * KIB));
  }

  @Test
  void v5SmallPageAbove4GiBIsFoundFromTheBytes() {
    SysmmuBench bench = new SysmmuBench("5");
    bench.map(IOVA, 0x9_8765_4000L, 4 * KIB, R);
    long table = (Integer.toUnsignedLong(bench.firstLevelEntry(IOVA)) & ~3L) << 4;
    assertEquals(KIB, bench.yard.liveTables().get(table));
    int page = bench.secondLevelEntry(table, IOVA);
    assertEquals(0x9876_5406, page, "phys >> 4, READ in bit 2, small page");
    assertEquals(0x9_8765_4000L, (Integer.toUnsignedLong(page) & ~0xffL) << 4);
  }

  @Test
  void aLargePageFillsSixteenEntriesAndNoMore() {
    SysmmuBench bench = new SysmmuBench("2");
    bench.map(IOVA + 64 * KIB, 0x5001_0000L, 64 * KIB, R | W);
    long table = Integer.toUnsignedLong(bench.firstLevelEntry(IOVA)) - 1;
    for (int index = 0; index < 256; index++) {
      int expected = index >= 16 && index < 32 ? 0x5001_0011 : 0;
      assertEquals(expected, bench.yard.word(table + index * 4L), "entry " + index);
    }
    assertEquals(64 * KIB, bench.domain.unmap(IOVA + 64 * KIB, 64 * KIB, 1));
    for (int index = 0; index < 256; index++) {
      assertEquals(0, bench.yard.word(table + index * 4L), "entry " + index);
    }
  }

  @Test
  void aSectionStandsInTheFirstLevelAndLeavesTheZeroTableBehind() {
    SysmmuBench bench = new SysmmuBench("5");
    int zero = bench.firstLevelEntry(IOVA);
    bench.map(IOVA, 0x8_0010_0000L, MIB, W);
    assertEquals(0x8001_0022, bench.firstLevelEntry(IOVA));
    assertEquals(MIB, bench.domain.unmap(IOVA, MIB, 1));
    assertEquals(zero, bench.firstLevelEntry(IOVA), "not 0: the 3.3 erratum");
  }

  @Test
  void aSectionTakesThePlaceOfAnEmptySecondLevelAndGivesItBack() {
    SysmmuBench bench = new SysmmuBench("3");
    int tables = bench.yard.liveTables().size();
    bench.map(IOVA, 0x5000_0000L, 4 * KIB, R);
    assertEquals(tables + 1, bench.yard.liveTables().size());
    assertEquals(
        Errno.EADDRINUSE.rc(), bench.domain.map(IOVA, 0x6000_0000L, MIB, 1, R), "in use");
    assertEquals(4 * KIB, bench.domain.unmap(IOVA, 4 * KIB, 1));
    assertEquals(tables + 1, bench.yard.liveTables().size(), "unmap keeps the second level");
    bench.map(IOVA, 0x6000_0000L, MIB, R);
    assertEquals(tables, bench.yard.liveTables().size());
    assertEquals(0x6000_8402, bench.firstLevelEntry(IOVA));
  }

  @Test
  void aLargePageOverOneSmallPageIsRefusedWithEveryEntryAsItWas() {
    SysmmuBench bench = new SysmmuBench("5");
    bench.map(IOVA + 15 * 4 * KIB, 0x5000_0000L, 4 * KIB, R | W);
    assertEquals(
        Errno.EADDRINUSE.rc(), bench.domain.map(IOVA, 0x6000_0000L, 64 * KIB, 1, R | W));
    long table = (Integer.toUnsignedLong(bench.firstLevelEntry(IOVA)) & ~3L) << 4;
    for (int index = 0; index < 15; index++) {
      assertEquals(0, bench.yard.word(table + index * 4L));
    }
    assertNotEquals(0, bench.yard.word(table + 15 * 4L));
  }

  @Test
  void aWordWrittenIntoTheTableIsWhatTheHardwareFollows() {
    SysmmuBench bench = new SysmmuBench("3");
    bench.map(IOVA, 0x5000_0000L, 4 * KIB, R | W);
    long table = Integer.toUnsignedLong(bench.firstLevelEntry(IOVA)) - 1;
    bench.yard.memory().write(table + 4, new byte[] {0x12, 0x30, 0x54, 0x76}, 0, 4);
    assertEquals(0x7654_3abcL, bench.domain.iovaToPhys(IOVA + 0x1abc));
  }

  @Test
  void domainsShareTheZeroTable() {
    SysmmuBench bench = new SysmmuBench("5");
    int before = bench.yard.liveTables().size();
    bench.iommu.newDomain(DomainType.DMA);
    assertEquals(before + 1, bench.yard.liveTables().size(), "a first level and nothing else");
  }

  /** Version 5: entries hold phys >> 4. Written down apart from the product's. */
  private static long walk(SysmmuBench bench, long iova) {
    long l1 = Integer.toUnsignedLong(bench.firstLevelEntry(iova));
    if (l1 % 4 == 2) {
      return ((l1 & 0xffff_0000L) << 4) + iova % MIB;
    }
    long l2 = Integer.toUnsignedLong(bench.secondLevelEntry((l1 & 0xffff_ffc0L) << 4, iova));
    if (l2 % 4 >= 2) {
      return ((l2 & 0xffff_ff00L) << 4) + iova % (4 * KIB);
    }
    return l2 % 4 == 1 ? ((l2 & 0xffff_f000L) << 4) + iova % (64 * KIB) : 0;
  }

  @Test
  void aWalkOverTheBytesFindsEveryRandomMapping() {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("PageTableBytesTest seed " + seed);
    Random random = new Random(seed);
    SysmmuBench bench = new SysmmuBench("5");
    long[] sizes = {4 * KIB, 64 * KIB, MIB};
    for (int step = 0; step < 3000; step++) {
      long size = sizes[random.nextInt(3)];
      long iova = (IOVA & -MIB) | (random.nextLong(8 * MIB) & -size);
      long phys = (1 + random.nextLong(0xf_ffff_ffffL / size)) * size;
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
          found == 0 ? new Fault(1, "AR PAGE FAULT", address, false) : new Translated(found, false),
          bench.access(address, false),
          where);
    }
  }
}
