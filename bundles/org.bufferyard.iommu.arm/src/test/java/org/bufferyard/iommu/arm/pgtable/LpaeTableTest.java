package org.bufferyard.iommu.arm.pgtable;

import static org.bufferyard.iommu.arm.pgtable.TableBench.GIB;
import static org.bufferyard.iommu.arm.pgtable.TableBench.KIB;
import static org.bufferyard.iommu.arm.pgtable.TableBench.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

class LpaeTableTest {
  private static final long SIZES_4K = 4 * KIB | 2 * MIB | GIB;
  private static final long SIZES_16K = 16 * KIB | 32 * MIB;
  private static final long SIZES_64K = 64 * KIB | 512 * MIB | 1L << 42;
  private static final int RW = IommuProt.READ | IommuProt.WRITE;

  private static TableBench stage1(Quirk... quirks) {
    return TableBench.of(TableFormat.ARM_64_LPAE_S1, SIZES_4K, 48, 48, quirks);
  }

  private static TableBench kernel(KernelProfile kernel) {
    return new TableBench(
        new TableRequest(TableFormat.ARM_64_LPAE_S1, SIZES_4K, 48, 48, true, Set.of()), kernel);
  }

  private static long attributes(TableBench bench, int prot) {
    assertEquals(4 * KIB, bench.table.map(0x1000, 0, 4 * KIB, 1, prot));
    return bench.leaf(0x1000);
  }

  @Test
  void stage1LeavesHaveTheManualsBits() {
    long page = 0b11 | 1 << 10 | 1 << 11;
    long outer = 0b10 << 8;
    long inner = 0b11 << 8;
    long unprivileged = 1 << 6;
    assertEquals(page | outer | unprivileged, attributes(stage1(), RW));
    assertEquals(page | outer | unprivileged | 1 << 7, attributes(stage1(), IommuProt.READ));
    assertEquals(
        attributes(stage1(), RW), attributes(stage1(), IommuProt.WRITE), "no write-only page");
    assertEquals(
        page | inner | unprivileged | 1 << 2, attributes(stage1(), RW | IommuProt.CACHE));
    assertEquals(
        page | outer | unprivileged | 2 << 2, attributes(stage1(), RW | IommuProt.MMIO));
    assertEquals(page | outer, attributes(stage1(), RW | IommuProt.PRIV));
    assertEquals(
        page | outer | unprivileged | 3L << 53, attributes(stage1(), RW | IommuProt.NOEXEC));
  }

  @Test
  void quirksSetTheirBits() {
    long plain = attributes(stage1(), RW);
    assertEquals(plain | 1 << 5, attributes(stage1(Quirk.ARM_NS), RW), "NS");
    assertEquals(plain | 1L << 51, attributes(stage1(Quirk.ARM_HD), RW), "DBM");
    assertEquals(
        attributes(stage1(), IommuProt.READ),
        attributes(stage1(Quirk.ARM_HD), IommuProt.READ),
        "no DBM in a read-only page");
    TableBench secure = stage1(Quirk.ARM_NS);
    secure.table.map(0, 0, 4 * KIB, 1, RW);
    assertEquals(1L << 63, secure.table.entries(0).getFirst().descriptor() & 1L << 63, "NSTable");
  }

  @Test
  void stage2LeavesHaveTheManualsBits() {
    long page = 0b11 | 1 << 10;
    int[] prots = {IommuProt.READ, IommuProt.WRITE, RW | IommuProt.CACHE, RW | IommuProt.MMIO};
    long[] bits = {
      0x5 << 2 | 1 << 6 | 2 << 8,
      0x5 << 2 | 1 << 7 | 2 << 8,
      0xf << 2 | 3 << 6 | 3 << 8,
      0x1 << 2 | 3 << 6 | 2 << 8
    };
    for (int i = 0; i < prots.length; i++) {
      TableBench bench = TableBench.of(TableFormat.ARM_64_LPAE_S2, SIZES_4K, 48, 48);
      assertEquals(page | bits[i], attributes(bench, prots[i]), IommuProt.text(prots[i]));
    }
    TableBench forced =
        TableBench.of(TableFormat.ARM_64_LPAE_S2, SIZES_4K, 48, 48, Quirk.ARM_S2FWB);
    assertEquals(0x6 << 2, attributes(forced, RW | IommuProt.CACHE) & 0xf << 2, "FWB");
  }

  @Test
  void aWalkerThatSeesNoCacheGetsMarkedTables() {
    TableBench bench =
        new TableBench(
            new TableRequest(TableFormat.ARM_64_LPAE_S1, SIZES_4K, 48, 48, false, Set.of()),
            KernelProfile.DEFAULT);
    bench.table.map(0, 0, 4 * KIB, 1, RW);
    assertEquals(1L << 55, bench.table.entries(0).getFirst().descriptor() & 1L << 55);
  }

  @Test
  void blocksHaveTypeOneAndPagesTypeThree() {
    TableBench bench = stage1();
    bench.table.map(0, 0, 4 * KIB, 1, RW);
    bench.table.map(2 * MIB, 0, 2 * MIB, 1, RW);
    bench.table.map(GIB, 0, GIB, 1, RW);
    assertEquals(3, bench.leaf(0) & 3);
    assertEquals(1, bench.leaf(2 * MIB) & 3);
    assertEquals(1, bench.leaf(GIB) & 3);
    TableBench mali = TableBench.of(TableFormat.ARM_MALI_LPAE, SIZES_4K, 48, 40);
    mali.table.map(0, 0, 4 * KIB, 1, RW);
    assertEquals(1, mali.leaf(0) & 3, "Mali's pages are blocks");
    assertEquals(0, mali.leaf(0) & 1 << 10, "and have no access flag");
  }

  @Test
  void highAddressesOf64kPagesStandInTheLowBits() {
    TableBench bench = TableBench.of(TableFormat.ARM_64_LPAE_S1, SIZES_64K, 52, 52);
    long phys = 0xa_1234_5678_0000L;
    assertEquals(64 * KIB, bench.table.map(0x10_0000, phys, 64 * KIB, 1, RW));
    assertEquals(0xa, bench.leaf(0x10_0000) >>> 12 & 0xf);
    assertEquals(phys + 5, bench.table.phys(0x10_0005));
    long block = 1L << 42;
    assertEquals(block, bench.table.map(block, 0xc_0000_0000_0000L, block, 1, RW));
    assertEquals(0xc_0000_0000_0007L, bench.table.phys(block + 7));
  }

  @Test
  void everyGranuleHasItsSizesAndLevels() {
    assertEquals(List.of(0L, 9L, 9L), shape(TableFormat.ARM_64_LPAE_S1, SIZES_4K, 48, 48));
    assertEquals(List.of(0L, 1L, 11L), shape(TableFormat.ARM_64_LPAE_S1, SIZES_16K, 48, 48));
    assertEquals(List.of(1L, 6L, 13L), shape(TableFormat.ARM_64_LPAE_S1, SIZES_64K, 48, 48));
    assertEquals(List.of(1L, 10L, 13L), shape(TableFormat.ARM_64_LPAE_S1, SIZES_64K, 52, 52));
    assertEquals(List.of(1L, 2L, 9L), shape(TableFormat.ARM_64_LPAE_S1, SIZES_4K, 32, 40));
    long all = SIZES_4K | SIZES_16K | SIZES_64K;
    TableBench cpu = TableBench.of(TableFormat.ARM_64_LPAE_S1, all, 48, 48);
    assertEquals(SIZES_4K, cpu.table.pageSizes(), "the CPU's page is the granule");
    TableBench narrow =
        TableBench.of(TableFormat.ARM_64_LPAE_S1, SIZES_16K | SIZES_64K, 48, 48);
    assertEquals(SIZES_16K, narrow.table.pageSizes(), "else the smallest larger one");
    TableBench short64 = TableBench.of(TableFormat.ARM_64_LPAE_S1, SIZES_64K, 48, 48);
    assertEquals(
        64 * KIB | 512 * MIB, short64.table.pageSizes(), "4T blocks need 52 bits of output");
  }

  @Test
  void stage2ConcatenatesWhereTheArchitectureWantsIt() {
    assertEquals(List.of(1L, 12L, 9L), shape(TableFormat.ARM_64_LPAE_S2, SIZES_4K, 42, 42));
    assertEquals(List.of(1L, 10L, 9L), shape(TableFormat.ARM_64_LPAE_S2, SIZES_4K, 40, 40));
    assertEquals(List.of(0L, 9L, 9L), shape(TableFormat.ARM_64_LPAE_S2, SIZES_4K, 48, 48));
    assertEquals(List.of(0L, 5L, 9L), shape(TableFormat.ARM_64_LPAE_S2, SIZES_4K, 44, 44));
    assertEquals(List.of(1L, 12L, 11L), shape(TableFormat.ARM_64_LPAE_S2, SIZES_16K, 48, 48));
    assertEquals(List.of(2L, 15L, 11L), shape(TableFormat.ARM_64_LPAE_S2, SIZES_16K, 40, 40));
  }

  @Test
  void before614Stage2ConcatenatesWhereverItSavesALevel() {
    TableRequest request =
        new TableRequest(TableFormat.ARM_64_LPAE_S2, SIZES_4K, 43, 44, true, Set.of());
    assertEquals(
        Optional.of(1),
        LpaeShape.of(request, KernelProfile.LINUX_6_12).map(LpaeShape::startLevel));
    assertEquals(
        Optional.of(0), LpaeShape.of(request, KernelProfile.DEFAULT).map(LpaeShape::startLevel));
  }

  private static List<Long> shape(TableFormat format, long sizes, int ias, int oas) {
    var values = TableBench.of(format, sizes, ias, oas).table.configuration();
    return List.of(
        values.get("start_level"), values.get("pgd_bits"), values.get("bits_per_level"));
  }

  @Test
  void errorsAreTheDrivers() {
    TableBench bench = TableBench.of(TableFormat.ARM_64_LPAE_S1, SIZES_4K, 40, 44);
    assertEquals(Errno.ERANGE.rc(), bench.table.map(1L << 40, 0, 4 * KIB, 1, RW));
    assertEquals(Errno.ERANGE.rc(), bench.table.map(-4 * KIB, 0, 4 * KIB, 1, RW));
    assertEquals(Errno.ERANGE.rc(), bench.table.map(0, 1L << 44, 4 * KIB, 1, RW));
    assertEquals(3, bench.warnings.size(), "each with a warning");
    assertEquals(Errno.EINVAL.rc(), bench.table.map(0, 0, 4 * KIB, 1, IommuProt.CACHE));
    assertEquals(Errno.EINVAL.rc(), bench.table.map(0, 0, 64 * KIB, 1, RW));
    assertEquals(4 * KIB, bench.table.map(0, 0, 4 * KIB, 1, RW));
    assertEquals(Errno.EEXIST.rc(), bench.table.map(0, 0, 4 * KIB, 1, RW));
    assertFalse(bench.warnings.isEmpty());
    TableBench quiet = stage1(Quirk.NO_WARN);
    quiet.table.map(0, 0, 4 * KIB, 1, RW);
    assertEquals(Errno.EEXIST.rc(), quiet.table.map(0, 0, 4 * KIB, 1, RW));
    assertEquals(List.of(), quiet.warnings);
  }

  @Test
  void theUpperHalfTakesSignExtendedAddresses() {
    TableBench upper = stage1(Quirk.ARM_TTBR1);
    long iova = 0xffff_8000_0000_0000L;
    assertEquals(4 * KIB, upper.table.map(iova, 0x5000, 4 * KIB, 1, RW));
    assertEquals(0x5042, upper.table.phys(iova + 0x42));
    assertEquals(Errno.ERANGE.rc(), upper.table.map(0, 0, 4 * KIB, 1, RW));
  }

  @Test
  void aBlockReplacesATableAndFlushesIt() {
    TableBench bench = stage1();
    bench.table.map(0, 0, 4 * KIB, 1, RW);
    bench.table.unmap(0, 4 * KIB, 1);
    int tables = bench.bench.liveTables().size();
    bench.flushes.clear();
    assertEquals(2 * MIB, bench.table.map(0, 0, 2 * MIB, 1, RW));
    assertEquals(List.of("walk 0x0 0x200000 0x1000"), bench.flushes);
    assertEquals(tables - 1, bench.bench.liveTables().size());
  }

  @Test
  void unmapOfARangeTakesTheTableBelowIt() {
    TableBench bench = stage1();
    bench.table.map(0, 0, 4 * KIB, 512, RW);
    assertEquals(2 * MIB, bench.table.unmap(0, 2 * MIB, 1));
    assertEquals(List.of("walk 0x0 0x200000 0x1000"), bench.flushes);
    assertEquals(0, bench.table.phys(0x1000));
  }

  @Test
  void aCallStopsWhereItsTableEnds() {
    TableBench bench = stage1();
    assertEquals(4 * KIB, bench.table.map(2 * MIB - 4 * KIB, 0, 4 * KIB, 3, RW));
    bench.table.map(2 * MIB, 0, 4 * KIB, 2, RW);
    assertEquals(4 * KIB, bench.table.unmap(2 * MIB - 4 * KIB, 4 * KIB, 3));
    assertEquals(8 * KIB, bench.table.unmap(2 * MIB, 4 * KIB, 3), "up to what is not mapped");
    assertEquals(List.of("__arm_lpae_unmap: nothing is mapped at 0x202000"), bench.warnings);
  }

  @Test
  void partOfABlockStaysIn73() {
    TableBench bench = kernel(KernelProfile.LINUX_7_3);
    bench.table.map(0, 0, 2 * MIB, 1, RW);
    assertEquals(0, bench.table.unmap(4 * KIB, 4 * KIB, 1));
    assertEquals(List.of("Unmap of a partial large IOPTE is not allowed"), bench.warnings);
    assertEquals(0x1234, bench.table.phys(0x1234));
  }

  @Test
  void partOfABlockGoesAloneIn612() {
    TableBench bench = kernel(KernelProfile.LINUX_6_12);
    bench.table.map(0, GIB, GIB, 1, IommuProt.READ | IommuProt.CACHE);
    long attributes = bench.leaf(0) & ~3;
    assertEquals(4 * KIB, bench.table.unmap(0x1000, 4 * KIB, 1));
    assertEquals(0, bench.table.phys(0x1000));
    assertEquals(GIB, bench.table.phys(0));
    assertEquals(GIB + 0x2000, bench.table.phys(0x2000));
    assertEquals(GIB + 5 * MIB, bench.table.phys(5 * MIB));
    assertEquals(
        attributes | 3 | 0x2000, bench.leaf(0x2000), "rights are kept, the type is a page's");
    assertEquals(List.of("page 0x1000 0x1000"), bench.flushes);
    assertTrue(bench.warnings.isEmpty());
  }

  @Test
  void aBrokenTableIsNoPage() {
    TableBench bench = TableBench.of(TableFormat.ARM_64_LPAE_S1, SIZES_4K, 48, 44);
    bench.table.map(0, 0, 4 * KIB, 1, RW);
    TableMemory memory = new TableMemory(bench.bench);
    memory.writeLong(bench.table.base(), 0x1000_0000_0003L);
    assertEquals(TableWalker.Found.TOO_FAR, bench.table.walk(0), "beyond 44 bits");
    memory.writeLong(bench.table.base(), 0x00ff_0000_0003L);
    assertEquals(TableWalker.Found.BROKEN, bench.table.walk(0), "no memory there");
    memory.writeLong(bench.table.base(), 0x1);
    assertEquals(TableWalker.Found.NOTHING, bench.table.walk(0), "level 0 has no blocks of 4K");
  }
}
