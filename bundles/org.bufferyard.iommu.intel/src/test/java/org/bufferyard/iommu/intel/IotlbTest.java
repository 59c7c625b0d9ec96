package org.bufferyard.iommu.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.bufferyard.api.iommu.TlbCounts;
import org.junit.jupiter.api.Test;

class IotlbTest {
  private static final int DID = 2;

  private final Iotlb tlb = new Iotlb(2);

  @Test
  void everyLookUpIsAHitOrAMiss() {
    assertEquals(Iotlb.MISS, tlb.find(DID, 0x1000));
    tlb.fill(DID, 0x1234, 12, 0x5000, 3);
    assertNotEquals(Iotlb.MISS, tlb.find(DID, 0x1fff));
    assertEquals(Iotlb.MISS, tlb.find(DID + 1, 0x1000));
    assertEquals(new TlbCounts(1, 2, 0, 0, 0), tlb.counts());
  }

  @Test
  void theFifthPageOfASetEvictsTheFirst() {
    for (long i = 0; i < 5; i++) {
      tlb.fill(DID, i << 20, 12, 0x5000, 3);
    }
    assertEquals(Iotlb.MISS, tlb.find(DID, 0));
    assertNotEquals(Iotlb.MISS, tlb.find(DID, 4 << 20));
    assertEquals(1, tlb.counts().evictions());
  }

  @Test
  void anInvalidationCountsOnceAndWhatItDropped() {
    for (long page = 0; page < 8; page++) {
      tlb.fill(DID, page << 12, 12, 0x5000, 3);
    }
    tlb.flushSpan(DID, 0, 14);
    assertEquals(new TlbCounts(0, 0, 0, 1, 4), tlb.counts(), "four pages");
    tlb.flushDomain(DID + 1);
    assertEquals(new TlbCounts(0, 0, 0, 2, 4), tlb.counts());
    tlb.flushAll();
    assertEquals(new TlbCounts(0, 0, 0, 3, 8), tlb.counts());
  }
}
