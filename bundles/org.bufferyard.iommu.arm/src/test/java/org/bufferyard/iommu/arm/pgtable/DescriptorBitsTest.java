package org.bufferyard.iommu.arm.pgtable;

import static org.bufferyard.iommu.arm.pgtable.TableBench.GIB;
import static org.bufferyard.iommu.arm.pgtable.TableBench.KIB;
import static org.bufferyard.iommu.arm.pgtable.TableBench.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Set;
import org.bufferyard.api.iommu.IommuProt;
import org.junit.jupiter.api.Test;

/**
 * Whole descriptors, worked out by hand from the manuals (Arm ARM D8.3 and G5.4) and the drivers'
 * macros: one of each kind for the formats and granules of which no kernel output is recorded, and
 * the rest beside them.
 */
class DescriptorBitsTest {
  private static final int R = IommuProt.READ;
  private static final int W = IommuProt.WRITE;
  private static final int RW = R | W;
  private static final int CACHED = RW | IommuProt.CACHE;

  /** AF, bit 10. */
  private static final long AF = 1 << 10;

  /** SH in 9:8: outer 2, inner 3. */
  private static final long OUTER = 2 << 8;

  private static final long INNER = 3 << 8;
  private static final int PAGE = 0b11;
  private static final int BLOCK = 0b01;

  private static final long SIZES_4K = 4 * KIB | 2 * MIB | GIB;
  private static final long SIZES_16K = 16 * KIB | 32 * MIB;
  private static final long SIZES_64K = 64 * KIB | 512 * MIB;
  private static final long V7S_SIZES = 4 * KIB | 64 * KIB | MIB | 16 * MIB;

  private static long leaf(
      TableFormat format, long sizes, int ias, int oas, long size, long phys, int prot) {
    TableBench bench = TableBench.of(format, sizes, ias, oas);
    assertEquals(size, bench.table.map(size, phys, size, 1, prot));
    return bench.leaf(size);
  }

  /** AP[1] bit 6 unprivileged, AP[2] bit 7 read-only, AttrIndx 4:2, nG 11, UXN and PXN 54:53. */
  @Test
  void stage1Of16And64KibGranulesDiffersFrom4KibInItsAddressOnly() {
    long bits = 1 << 11 | AF | 1 << 6;
    TableFormat stage1 = TableFormat.ARM_64_LPAE_S1;
    assertEquals(
        0x4800_4000L | bits | OUTER | PAGE,
        leaf(stage1, SIZES_16K, 48, 48, 16 * KIB, 0x4800_4000L, RW));
    assertEquals(
        0x4a00_0000L | bits | 1 << 7 | INNER | 1 << 2 | BLOCK,
        leaf(stage1, SIZES_16K, 48, 48, 32 * MIB, 0x4a00_0000L, R | IommuProt.CACHE));
    assertEquals(
        0x4801_0000L | bits | OUTER | 2 << 2 | 3L << 53 | PAGE,
        leaf(
            stage1,
            SIZES_64K,
            48,
            48,
            64 * KIB,
            0x4801_0000L,
            RW | IommuProt.MMIO | IommuProt.NOEXEC));
    assertEquals(
        0x6000_0000L | bits | INNER | 1 << 2 | BLOCK,
        leaf(stage1, SIZES_64K, 48, 48, 512 * MIB, 0x6000_0000L, CACHED));
  }

  /** S2AP: read 6, write 7; MemAttr 5:2: write-back 1111, not cached 0101, device 0001. */
  @Test
  void stage2Of16And64KibGranules() {
    TableFormat stage2 = TableFormat.ARM_64_LPAE_S2;
    assertEquals(
        0x4800_4000L | AF | OUTER | 3 << 6 | 0x5 << 2 | PAGE,
        leaf(stage2, SIZES_16K, 40, 40, 16 * KIB, 0x4800_4000L, RW));
    assertEquals(
        0x4a00_0000L | AF | INNER | 3 << 6 | 0xf << 2 | BLOCK,
        leaf(stage2, SIZES_16K, 40, 40, 32 * MIB, 0x4a00_0000L, CACHED));
    assertEquals(
        0x4801_0000L | AF | OUTER | 2 << 6 | 0x5 << 2 | PAGE,
        leaf(stage2, SIZES_64K, 42, 42, 64 * KIB, 0x4801_0000L, W));
    assertEquals(
        0x6000_0000L | AF | OUTER | 1 << 6 | 0x1 << 2 | BLOCK,
        leaf(stage2, SIZES_64K, 42, 42, 512 * MIB, 0x6000_0000L, R | IommuProt.MMIO));
  }

  @Test
  void lpaeOf32BitsHasTheSameDescriptors() {
    assertEquals(
        0x8_4800_1000L | 1 << 11 | AF | 1 << 6 | OUTER | PAGE,
        leaf(TableFormat.ARM_32_LPAE_S1, SIZES_4K, 32, 40, 4 * KIB, 0x8_4800_1000L, RW));
    assertEquals(
        0x4020_0000L | AF | INNER | 3 << 6 | 0xf << 2 | BLOCK,
        leaf(TableFormat.ARM_32_LPAE_S2, SIZES_4K, 40, 40, 2 * MIB, 0x4020_0000L, CACHED));
  }

  /**
   * Mali: rights of stage 2 (bits 7:6), memory by index as in stage 1, always outer, no AF and no
   * nG, and pages of the last level have the type of a block.
   */
  @Test
  void maliMixesBothStages() {
    TableFormat mali = TableFormat.ARM_MALI_LPAE;
    assertEquals(
        0x4800_1000L | OUTER | 3 << 6 | BLOCK,
        leaf(mali, SIZES_4K, 48, 40, 4 * KIB, 0x4800_1000L, RW));
    assertEquals(
        0x4800_1000L | OUTER | 1 << 6 | 1 << 2 | BLOCK,
        leaf(mali, SIZES_4K, 48, 40, 4 * KIB, 0x4800_1000L, R | IommuProt.CACHE));
    assertEquals(
        0x4800_1000L | OUTER | 2 << 6 | 2 << 2 | 3L << 53 | BLOCK,
        leaf(
            mali, SIZES_4K, 48, 40, 4 * KIB, 0x4800_1000L, W | IommuProt.MMIO | IommuProt.NOEXEC));
    assertEquals(
        0x4020_0000L | OUTER | 3 << 6 | BLOCK,
        leaf(mali, SIZES_4K, 48, 40, 2 * MIB, 0x4020_0000L, RW));
  }

  private static TableBench mediatek(Quirk... more) {
    Quirk[] quirks = {Quirk.ARM_NS, Quirk.NO_PERMS, Quirk.ARM_MTK_EXT};
    Quirk[] all = Arrays.copyOf(quirks, quirks.length + more.length);
    System.arraycopy(more, 0, all, quirks.length, more.length);
    return TableBench.of(TableFormat.ARM_V7S, V7S_SIZES, 34, 35, all);
  }

  /** PA[32] bit 9, PA[33] bit 4, PA[34] bit 5, at both levels; nG, S and TEX[0] as without them. */
  @Test
  void mediatekHasThreeAddressBitsInLeavesOfEverySize() {
    int high = 1 << 9 | 1 << 4 | 1 << 5;
    int section = 1 << 17 | 1 << 16 | 1 << 12 | 1 << 19 | 0b10;
    int small = 1 << 11 | 1 << 10 | 1 << 6 | 0b10;
    int large = 1 << 11 | 1 << 10 | 1 << 12 | 0b01;
    TableBench bench = mediatek();
    long above = 7L << 32;
    bench.table.map(MIB, above | 0x4810_0000L, MIB, 1, RW);
    assertEquals(0x4810_0000L | high | section, bench.leaf(MIB), "nG 17, S 16, TEX 12, NS 19");
    bench.table.map(16 * MIB, above | 0x5000_0000L, 16 * MIB, 1, RW);
    assertEquals(0x5000_0000L | high | section | 1 << 18, bench.leaf(16 * MIB), "super 18");
    bench.table.map(0, above | 0x4800_1000L, 4 * KIB, 1, RW);
    assertEquals(0x4800_1000L | high | small, bench.leaf(0), "nG 11, S 10, TEX 6");
    bench.table.map(64 * KIB, above | 0x4801_0000L, 64 * KIB, 1, RW);
    assertEquals(0x4801_0000L | high | large, bench.leaf(64 * KIB), "TEX 12");
    assertEquals(16, bench.table.entries(64 * KIB).getLast().repeated());
    for (long iova : new long[] {MIB + 5, 17 * MIB + 5, 5, 64 * KIB + 5}) {
      assertEquals(above, bench.table.phys(iova) & above);
    }
  }

  @Test
  void mediatekTableEntriesTakeTheSameBits() {
    TableRequest request =
        new TableRequest(
            TableFormat.ARM_V7S,
            V7S_SIZES,
            34,
            35,
            false,
            Set.of(
                Quirk.ARM_NS, Quirk.NO_PERMS, Quirk.ARM_MTK_EXT, Quirk.ARM_MTK_TTBR_EXT));
    int high = 1 << 9 | 1 << 4 | 1 << 5;
    assertEquals(0x4800_0400 | high | 0b1001, V7sEntry.table(request, 0x7_4800_0400L));
    assertEquals(0x7_4800_0400L, V7sEntry.phys(request, 0x4800_0400 | high | 0b1001, 1));
  }
}
