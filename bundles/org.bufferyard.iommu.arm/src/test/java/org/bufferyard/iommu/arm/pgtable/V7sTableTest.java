package org.bufferyard.iommu.arm.pgtable;

import static org.bufferyard.iommu.arm.pgtable.TableBench.GIB;
import static org.bufferyard.iommu.arm.pgtable.TableBench.KIB;
import static org.bufferyard.iommu.arm.pgtable.TableBench.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

class V7sTableTest {
  private static final long SIZES = 4 * KIB | 64 * KIB | MIB | 16 * MIB;
  private static final int RW = IommuProt.READ | IommuProt.WRITE;

  private static TableBench plain(Quirk... quirks) {
    return TableBench.of(TableFormat.ARM_V7S, SIZES, 32, 32, quirks);
  }

  private static TableBench mediatek() {
    return TableBench.of(
        TableFormat.ARM_V7S, SIZES, 34, 35, Quirk.NO_PERMS, Quirk.ARM_MTK_EXT);
  }

  @Test
  void leavesHaveTheManualsBits() {
    TableBench bench = plain();
    // S and nG, TEX 001, AP[1:0] 11.
    int attributes = 0b11_0_001_11;
    bench.table.map(0, 0, 4 * KIB, 1, RW);
    assertEquals(attributes << 4 | 0b10, bench.leaf(0));
    bench.table.map(MIB, 0, MIB, 1, RW | IommuProt.CACHE);
    assertEquals(attributes << 10 | 0b1110, bench.leaf(MIB));
    bench.table.map(16 * MIB, 0, 16 * MIB, 1, RW);
    assertEquals(attributes << 10 | 1 << 18 | 0b10, bench.leaf(16 * MIB));
    assertEquals(16, bench.table.entries(31 * MIB).getLast().repeated());
    bench.table.map(64 * KIB, 0, 64 * KIB, 1, RW | IommuProt.NOEXEC);
    // A large page has TEX in 14:12 and XN in 15.
    assertEquals(1 << 15 | 1 << 12 | 0b11_0_000_11 << 4 | 0b01, bench.leaf(64 * KIB));
  }

  @Test
  void rightsAndMemoryTypes() {
    TableBench bench = plain();
    bench.table.map(0, 0, 4 * KIB, 1, IommuProt.READ);
    assertEquals(1 << 9, bench.leaf(0) & 1 << 9, "AP[2]");
    bench.table.map(0x1000, 0, 4 * KIB, 1, IommuProt.WRITE);
    assertEquals(0, bench.leaf(0x1000) & 1 << 9, "a page that is written is read too");
    bench.table.map(0x2000, 0, 4 * KIB, 1, RW | IommuProt.PRIV);
    assertEquals(0, bench.leaf(0x2000) & 1 << 5, "AP[1]");
    bench.table.map(0x3000, 0, 4 * KIB, 1, RW | IommuProt.MMIO);
    assertEquals(0b01, bench.leaf(0x3000) >>> 2 & 0b11, "B alone");
    assertEquals(0, bench.leaf(0x3000) >>> 6 & 7, "TEX 0");
    bench.table.map(MIB, 0, MIB, 1, RW | IommuProt.NOEXEC);
    assertEquals(1 << 4, bench.leaf(MIB) & 1 << 4, "XN of a section");
  }

  @Test
  void nonSecureHasItsOwnBitAtEachLevel() {
    TableBench bench = plain(Quirk.ARM_NS);
    bench.table.map(0, 0, 4 * KIB, 1, RW);
    bench.table.map(MIB, 0, MIB, 1, RW);
    assertEquals(0b1001, bench.table.entries(0).getFirst().descriptor() & 0x3ff);
    assertEquals(1 << 19, bench.leaf(MIB) & 1 << 19);
  }

  @Test
  void mediatekPutsHighAddressBitsInto9And4And5() {
    TableBench bench = mediatek();
    long[] high = {1L << 32, 1L << 33, 1L << 34, 7L << 32};
    long[] bits = {1 << 9, 1 << 4, 1 << 5, 1 << 9 | 1 << 4 | 1 << 5};
    for (int i = 0; i < high.length; i++) {
      long iova = (3L << 32) + i * MIB;
      assertEquals(4 * KIB, bench.table.map(iova, high[i] + 0x5000, 4 * KIB, 1, RW));
      assertEquals(high[i] + 0x5042, bench.table.phys(iova + 0x42));
      // NO_PERMS leaves AP out: bits 9, 5 and 4 are free for the address.
      assertEquals(bits[i], bench.leaf(iova) & (1 << 9 | 1 << 4 | 1 << 5));
    }
    assertEquals(Errno.ERANGE.rc(), bench.table.map(0, 1L << 35, 4 * KIB, 1, RW));
    assertEquals(Errno.ERANGE.rc(), bench.table.map(1L << 34, 0, 4 * KIB, 1, RW));
  }

  @Test
  void withoutPermissionsEverythingIsAllowed() {
    TableBench bench = plain(Quirk.NO_PERMS);
    bench.table.map(0, 0, 4 * KIB, 1, IommuProt.READ | IommuProt.NOEXEC);
    assertEquals(0, bench.leaf(0) & (1 << 9 | 3 << 4 | 1));
    assertEquals(TableWalker.Found.PAGE, bench.table.walk(0));
    assertEquals(RW, bench.table.walkedProt());
  }

  @Test
  void largePagesAreSixteenEqualEntries() {
    TableBench bench = plain();
    bench.table.map(0x1_0000, 0x8000_0000L, 64 * KIB, 1, RW);
    List<TableWalk.Entry> first = bench.table.entries(0x1_0000);
    List<TableWalk.Entry> last = bench.table.entries(0x1_f000);
    assertEquals(first.getLast().descriptor(), last.getLast().descriptor());
    assertEquals(31, last.getLast().index());
    assertEquals(0x8000_ffffL, bench.table.phys(0x1_ffff));
    assertEquals(64 * KIB, bench.table.unmap(0x1_0000, 64 * KIB, 1));
    assertEquals(16, bench.flushes.size());
  }

  @Test
  void errorsAreTheDrivers() {
    TableBench bench = plain();
    assertEquals(Errno.ERANGE.rc(), bench.table.map(4 * GIB, 0, 4 * KIB, 1, RW));
    assertEquals(Errno.ERANGE.rc(), bench.table.map(0, 4 * GIB, 4 * KIB, 1, RW));
    assertEquals(Errno.EINVAL.rc(), bench.table.map(0, 0, 4 * KIB, 1, 0));
    bench.table.map(0, 0, MIB, 1, RW);
    assertEquals(Errno.EEXIST.rc(), bench.table.map(0x1000, 0, 4 * KIB, 1, RW));
    assertEquals(Errno.EEXIST.rc(), bench.table.map(0, 0, 16 * MIB, 1, RW));
    bench.table.map(16 * MIB, 0, MIB, 1, RW);
    assertEquals(
        2 * MIB, bench.table.map(14 * MIB, 0, MIB, 3, RW), "what went in before the error stays");
  }

  @Test
  void partOfALargePageStaysIn73AndGoesIn612() {
    TableBench now = plain();
    now.table.map(0, 0, 64 * KIB, 1, RW);
    now.table.map(MIB, 0, MIB, 1, RW);
    assertEquals(0, now.table.unmap(0x1000, 4 * KIB, 1));
    assertEquals(0, now.table.unmap(MIB, 64 * KIB, 1));
    TableBench then =
        new TableBench(
            new TableRequest(TableFormat.ARM_V7S, SIZES, 32, 32, true, Set.of()),
            KernelProfile.LINUX_6_12);
    then.table.map(0, 0x10_0000, 64 * KIB, 1, IommuProt.READ | IommuProt.NOEXEC);
    assertEquals(4 * KIB, then.table.unmap(0x1000, 4 * KIB, 1));
    assertEquals(0, then.table.phys(0x1000));
    assertEquals(0x10_2000, then.table.phys(0x2000));
    assertEquals(1 << 9 | 0b11, then.leaf(0x2000) & (1 << 9 | 0b11), "read-only, small, XN");
    then.table.map(MIB, 0x20_0000, MIB, 1, RW | IommuProt.CACHE);
    assertEquals(64 * KIB, then.table.unmap(MIB + 64 * KIB, 64 * KIB, 1));
    assertEquals(0, then.table.phys(MIB + 64 * KIB));
    assertEquals(0x20_0000, then.table.phys(MIB));
    assertEquals(0x2f_ffff, then.table.phys(2 * MIB - 1));
    assertEquals(0b11, then.leaf(MIB) >>> 2 & 0b11, "still cached");
    then.table.map(32 * MIB, 0x100_0000, 16 * MIB, 1, RW);
    assertEquals(MIB, then.table.unmap(33 * MIB, MIB, 1));
    assertEquals(0, then.table.phys(33 * MIB));
    assertEquals(0x120_0000, then.table.phys(34 * MIB));
  }
}
