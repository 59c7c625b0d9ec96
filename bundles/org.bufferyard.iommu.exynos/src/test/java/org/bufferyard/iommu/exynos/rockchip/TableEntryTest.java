package org.bufferyard.iommu.exynos.rockchip;

import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.R;
import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.W;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bufferyard.api.iommu.IommuProt;
import org.junit.jupiter.api.Test;

/** Entries as hexadecimal words, worked out by hand from the driver's masks. */
class TableEntryTest {
  private static final TableEntry V1 = TableEntry.V1;
  private static final TableEntry V2 = TableEntry.V2;

  @Test
  void aDteIsThePageTableAndTheValidBit() {
    assertEquals(0x4012_3001, V1.table(0x4012_3000L));
    assertEquals(0x4012_3001, V2.table(0x4012_3000L));
    assertEquals(0x4012_3000L, V1.address(0x4012_3001));
    assertEquals(0x4012_3000L, V2.address(0x4012_3001));
  }

  @Test
  void aPteHasValidInBit0ReadInBit1AndWriteInBit2() {
    for (TableEntry format : TableEntry.values()) {
      assertEquals(0xcafe_b007, format.page(0xcafe_b000L, R | W));
      assertEquals(0xcafe_b003, format.page(0xcafe_b000L, R));
      assertEquals(0xcafe_b005, format.page(0xcafe_b000L, W));
      assertEquals(0xcafe_b001, format.page(0xcafe_b000L, 0));
    }
  }

  @Test
  void version2PutsBits35To32Into11To8AndBits39To36Into7To4() {
    assertEquals(0x89ab_c707, V2.page(0x7_89ab_c000L, R | W), "bits 35:32 alone");
    assertEquals(0x89ab_c067, V2.page(0x60_89ab_c000L, R | W), "bits 39:36 alone");
    assertEquals(0x89ab_c763, V2.page(0x67_89ab_c000L, R));
    assertEquals(0x89ab_c761, V2.table(0x67_89ab_c000L));
    assertEquals(0x67_89ab_c000L, V2.address(0x89ab_c763));
    assertEquals(0xff_ffff_f000L, V2.address(V2.page(0xff_ffff_f000L, 0)));
  }

  @Test
  void everyAddressBitHasItsOwnPlace() {
    for (int bit = 12; bit < 40; bit++) {
      int place = bit < 32 ? bit : bit < 36 ? bit - 24 : bit - 32;
      assertEquals(1 << place | 1, V2.table(1L << bit), "bit " + bit);
      assertEquals(1L << bit, V2.address(1 << place), "bit " + place);
      assertEquals(bit < 32 ? 1 << bit | 1 : 1, V1.table(1L << bit), "bit " + bit);
    }
  }

  @Test
  void version1ReadsNoAddressFromItsFlagsAndVersion2NoneFromBit3() {
    assertEquals(0x1000, V1.address(0x1fff));
    assertEquals(0xff_0000_1000L, V2.address(0x1fff));
    assertEquals(0, V2.address(0xf));
  }

  @Test
  void otherProtectionBitsAreDropped() {
    int all = IommuProt.CACHE | IommuProt.NOEXEC | IommuProt.MMIO | IommuProt.PRIV;
    for (TableEntry format : TableEntry.values()) {
      assertEquals(format.page(0x5000_0000L, R), format.page(0x5000_0000L, R | all));
    }
  }

  @Test
  void physicalAddressesHave32BitsInVersion1And40InVersion2() {
    assertTrue(V1.reaches(0xffff_ffffL));
    assertFalse(V1.reaches(0x1_0000_0000L));
    assertTrue(V2.reaches(0xff_ffff_ffffL));
    assertFalse(V2.reaches(0x100_0000_0000L));
    assertFalse(V2.reaches(-1L));
    assertEquals(0x2345_6001, V1.page(0x1_2345_6000L, 0), "cut off");
    assertEquals(0x2345_6011, V2.page(0xf10_2345_6000L, 0), "cut off");
  }

  @Test
  void anInvalidPteKeepsAddressAndRights() {
    assertEquals(0xcafe_b006, TableEntry.invalid(0xcafe_b007));
    assertFalse(TableEntry.isValid(0xcafe_b006));
    assertEquals(R | W, TableEntry.prot(0xcafe_b006));
    assertEquals(W, TableEntry.prot(5));
    assertEquals(0, TableEntry.prot(0xffff_fff9));
  }
}
