package org.bufferyard.iommu.exynos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.bufferyard.api.iommu.TlbCounts;
import org.junit.jupiter.api.Test;

class TlbTest {
  private static final int SECTION = 0x1230_0000;

  private static Tlb sectionInEverySet(boolean flushReachesOneSet) {
    Tlb tlb = new Tlb(flushReachesOneSet);
    for (int set = 0; set < Tlb.SETS; set++) {
      tlb.fill(SECTION + (set << 12), 20, 0x8000_0000L, 3);
    }
    return tlb;
  }

  private static int hits(Tlb tlb) {
    int hits = 0;
    for (int set = 0; set < Tlb.SETS; set++) {
      hits += tlb.find(SECTION + (set << 12)) == Tlb.MISS ? 0 : 1;
    }
    return hits;
  }

  @Test
  void version2NeedsAFlushForEverySetThatMayHoldASection() {
    Tlb tlb = sectionInEverySet(true);
    tlb.flushEntry(SECTION);
    assertEquals(Tlb.SETS - 1, hits(tlb));
    SysmmuVersion two = new SysmmuVersion(2, 0);
    assertEquals(1, two.flushesFor(Descriptor.SMALL_PAGE));
    assertEquals(16, two.flushesFor(Descriptor.LARGE_PAGE));
    assertEquals(64, two.flushesFor(Descriptor.SECTION));
    for (int i = 0; i < two.flushesFor(Descriptor.SECTION); i++) {
      tlb.flushEntry(SECTION + (i << 12));
    }
    assertEquals(0, hits(tlb));
  }

  @Test
  void elsewhereOneFlushDropsASectionFromAllSets() {
    Tlb tlb = sectionInEverySet(false);
    tlb.flushEntry(SECTION + 0xf_f000);
    assertEquals(0, hits(tlb));
    assertEquals(1, new SysmmuVersion(3, 3).flushesFor(Descriptor.SECTION));
  }

  @Test
  void aNinthPageOfASetReplacesTheFirst() {
    Tlb tlb = new Tlb(false);
    for (int i = 0; i < 9; i++) {
      tlb.fill(i << 18, 12, (long) i << 18, 1);
    }
    assertEquals(new TlbCounts(0, 0, 1, 0, 0), tlb.counts());
    assertEquals(Tlb.MISS, tlb.find(0));
    for (int i = 1; i < 9; i++) {
      int way = tlb.find((i << 18) + 5);
      assertNotEquals(Tlb.MISS, way);
      assertEquals(((long) i << 18) + 5, tlb.phys(way, (i << 18) + 5));
    }
    tlb.flushEntry(0);
    tlb.flushEntry(1 << 18);
    tlb.flushAll();
    assertEquals(new TlbCounts(8, 1, 1, 3, 8), tlb.counts());
  }

  @Test
  void theTopOfTheAddressSpaceIsLikeAnyOther() {
    Tlb tlb = new Tlb(false);
    tlb.fill(0xffff_ffff, 20, 0xf_fff0_0000L, 1);
    assertEquals(0xf_ffff_ffffL, tlb.phys(tlb.find(0xffff_ffff), 0xffff_ffff));
    assertEquals(Tlb.MISS, tlb.find(0x000f_ffff));
    tlb.flushEntry(0xfff0_0000);
    assertEquals(Tlb.MISS, tlb.find(0xffff_ffff));
  }
}
