package org.bufferyard.iommu.arm.unit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.TlbCounts;
import org.junit.jupiter.api.Test;

class TlbTest {
  private final Tlb tlb = new Tlb();

  private void fill(int tag, long iova, int order) {
    tlb.fill(tag, iova, order, 0x1_0000_0000L + iova, IommuProt.READ);
  }

  @Test
  void aTagHidesTheEntriesOfOthers() {
    fill(1, 0x5000, 12);
    assertEquals(Tlb.MISS, tlb.find(2, 0x5000));
    int way = tlb.find(1, 0x5abc);
    assertEquals(0x1_0000_5abcL, tlb.phys(way, 0x5abc));
    assertEquals(IommuProt.READ, tlb.rights(way));
    assertEquals(new TlbCounts(1, 1, 0, 0, 0), tlb.counts());
  }

  @Test
  void aFlushDropsWhatTouchesTheRangeAndNoMore() {
    fill(1, 0x5000, 12);
    fill(1, 0x6000, 12);
    fill(2, 0x5000, 12);
    tlb.flush(1, 0x5fff, 0x5fff);
    assertEquals(Tlb.MISS, tlb.find(1, 0x5000));
    assertNotEquals(Tlb.MISS, tlb.find(1, 0x6000));
    assertNotEquals(Tlb.MISS, tlb.find(2, 0x5000));
    tlb.flush(2);
    assertEquals(Tlb.MISS, tlb.find(2, 0x5000));
    TlbCounts counts = tlb.counts();
    assertEquals(2, counts.invalidations());
    assertEquals(2, counts.invalidated());
    tlb.flushAll();
    assertEquals(3, tlb.counts().invalidated(), "the one that was left");
  }

  @Test
  void aBlockIsFoundInEverySetThatServedIt() {
    fill(1, 0x20_0000, 21);
    fill(1, 0x20_5000, 21);
    tlb.flush(1, 0x3f_f000, 0x3f_ffff);
    assertEquals(Tlb.MISS, tlb.find(1, 0x20_0000));
    assertEquals(Tlb.MISS, tlb.find(1, 0x20_5000));
  }

  @Test
  void theLastPageOfAllIsAPageToo() {
    fill(1, -0x1000L, 12);
    assertNotEquals(Tlb.MISS, tlb.find(1, -1L));
    tlb.flush(1, -1L, -1L);
    assertEquals(Tlb.MISS, tlb.find(1, -1L));
  }

  @Test
  void aFullSetGivesUpItsOldest() {
    for (long i = 0; i < 9; i++) {
      fill(1, i << 18, 12);
    }
    assertEquals(Tlb.MISS, tlb.find(1, 0));
    assertNotEquals(Tlb.MISS, tlb.find(1, 8L << 18));
    assertEquals(1, tlb.counts().evictions());
    tlb.flushAll();
    assertEquals(Tlb.MISS, tlb.find(1, 8L << 18));
  }
}
