package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.EntryFormat.EXECUTE;
import static org.bufferyard.iommu.intel.EntryFormat.READ;
import static org.bufferyard.iommu.intel.EntryFormat.USER;
import static org.bufferyard.iommu.intel.EntryFormat.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bufferyard.api.iommu.IommuProt;
import org.junit.jupiter.api.Test;

/**
 * Paging entries bit by bit: VT-d specification 9.7, "First-Stage Paging Entries", and 9.8,
 * "Second-Stage Paging Entries".
 */
class EntryFormatTest {
  private static final long PHYS = 0xf_1234_5678_9000L;
  private static final int RW = IommuProt.READ | IommuProt.WRITE;

  private static final long P = 1;
  private static final long RW_BIT = 1 << 1;
  private static final long US = 1 << 2;
  private static final long A = 1 << 5;
  private static final long D = 1 << 6;
  private static final long PS = 1 << 7;
  private static final long XD = 1L << 63;

  @Test
  void firstLevelPagesHavePresentUserAccessedAndDirty() {
    FirstLevelEntry format = FirstLevelEntry.PLAIN;
    assertEquals(PHYS | P | RW_BIT | US | A | D, format.page(PHYS, 0, RW), "FS-PTE");
    assertEquals(PHYS | P | US | A, format.page(PHYS, 0, IommuProt.READ), "no R/W, no D");
    assertEquals(
        PHYS | P | RW_BIT | US | A | D,
        format.page(PHYS, 0, IommuProt.WRITE),
        "write alone cannot be said");
    assertEquals(
        1L << 30 | P | RW_BIT | US | A | D | PS, format.page(1 << 30, 2, RW), "FS-PDPTE, 1 GiB");
    assertEquals(3L << 21 | P | US | A | PS, format.page(3 << 21, 1, IommuProt.READ), "FS-PDE");
    assertEquals(
        format.page(PHYS, 0, RW),
        format.page(PHYS, 0, RW | IommuProt.CACHE | IommuProt.MMIO | IommuProt.NOEXEC),
        "no bits for these");
  }

  @Test
  void firstLevelTablesAreWritableAndAccessed() {
    assertEquals(PHYS | P | RW_BIT | US | A, FirstLevelEntry.PLAIN.table(PHYS));
    assertEquals(PHYS | P | RW_BIT | US | A | XD, FirstLevelEntry.NO_EXECUTE.table(PHYS));
    assertEquals(PHYS | P | US | A | XD, FirstLevelEntry.NO_EXECUTE.page(PHYS, 0, IommuProt.READ));
  }

  @Test
  void firstLevelEntriesArePresentByBit0() {
    FirstLevelEntry format = FirstLevelEntry.PLAIN;
    assertFalse(format.isPresent(~P));
    assertTrue(format.isPresent(P));
    assertEquals(READ | EXECUTE, format.rights(P));
    assertEquals(READ | WRITE, format.rights(P | RW_BIT | XD));
    assertEquals(READ | USER | EXECUTE, format.rights(P | US));
    assertEquals(PHYS, EntryFormat.address(PHYS | XD | 0xfff));
  }

  @Test
  void secondLevelPagesHaveReadAndWrite() {
    SecondLevelEntry exact = SecondLevelEntry.EXACT;
    assertEquals(PHYS | 3, exact.page(PHYS, 0, RW), "SS-PTE");
    assertEquals(PHYS | 1, exact.page(PHYS, 0, IommuProt.READ | IommuProt.CACHE));
    assertEquals(PHYS | 2, exact.page(PHYS, 0, IommuProt.WRITE));
    assertEquals(3L << 21 | 3 | PS, exact.page(3 << 21, 1, RW), "SS-PDE, 2 MiB");
    assertEquals(PHYS | 3, exact.table(PHYS));
    assertEquals(
        PHYS | 3,
        SecondLevelEntry.READABLE.page(PHYS, 0, IommuProt.WRITE),
        "__domain_mapping() sets bit 0 in both formats");
    assertFalse(exact.isPresent(~3L), "neither R nor W");
    assertTrue(exact.isPresent(2), "W alone is present");
    assertEquals(WRITE | USER, exact.rights(2));
  }

  @Test
  void largePagesAreReservedWhereTheUnitHasNone() {
    for (EntryFormat format : new EntryFormat[] {FirstLevelEntry.PLAIN, SecondLevelEntry.EXACT}) {
      long large = format.page(1L << 39, 2, RW);
      assertFalse(format.isReserved(large, 2, 2));
      assertTrue(format.isReserved(large, 2, 1));
      assertTrue(format.isReserved(large, 3, 2), "PS above 1 GiB");
      assertTrue(format.isReserved(large | 1 << 21, 2, 2), "address below the page's size");
      assertFalse(format.isReserved(large | 1 << 12, 2, 2), "bit 12 is PAT, or ignored");
      assertFalse(format.isReserved(format.table(PHYS), 2, 1), "a table");
    }
  }
}
