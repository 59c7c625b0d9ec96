package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MasksTest {
  private final TestYard yard = new TestYard();

  private static long bits(int n) {
    return n == 64 ? -1L : (1L << n) - 1;
  }

  @ParameterizedTest
  @CsvSource({"1,-5", "24,-5", "30,-5", "31,0", "32,0", "33,0", "64,0"})
  void directRefusesMasksBelowTheDmaZone(int bits, int rc) {
    TestDevice b = yard.device("b");
    assertEquals(rc, yard.dma().setMask(b, bits(bits)));
    assertEquals(rc, yard.dma().setCoherentMask(b, bits(bits)));
    long expected = rc == 0 ? bits(bits) : 0xffff_ffffL;
    assertEquals(expected, b.mask.orElseThrow(), "the old mask stays on -EIO");
    assertEquals(expected, b.coherentMask);
  }

  @Test
  void maskOfNoBitsIsRefusedDirectAndTakenBehindAnIommu() {
    assertEquals(-5, yard.dma().setMask(yard.device("direct"), 0));
    TestDevice translated = yard.device("translated");
    yard.translate(translated);
    assertEquals(0, yard.dma().setMask(translated, 0));
    assertEquals(0, yard.dma().setMask(translated, 1));
  }

  @ParameterizedTest
  @CsvSource({"28,-5", "30,0"})
  void anOffsetBusLowersWhatTheMaskMustReach(int bits, int rc) {
    assertEquals(rc, yard.dma().setMask(yard.behindOffsetBus("r1"), bits(bits)));
  }

  @Test
  void withoutMaskPointerNoMaskCanBeSet() {
    TestDevice d = yard.device("d");
    d.mask = Optional.empty();
    assertEquals(-5, yard.dma().setMask(d, -1L));
    assertEquals(0, yard.dma().setCoherentMask(d, -1L));
  }

  @Test
  void requiredMaskCoversTheLastPage() {
    assertEquals(0x1_ffff_ffffL, yard.dma().requiredMask(yard.device("b")));
    assertEquals(-1L, yard.dma().requiredMask(yard.behindOffsetBus("r0")), "outside its window");
    TestDevice s = yard.device("s");
    yard.translate(s);
    assertEquals(0xffff_ffffL, yard.dma().requiredMask(s));
  }

  @Test
  void mappingSizeIsLimitedOnlyWhereSomethingMayBounce() {
    TestDevice narrow = yard.device("narrow");
    assertEquals(0x40000, yard.dma().maxMappingSize(narrow));
    narrow.minAlign = 0xfff;
    assertEquals(0x40000 - 4096, yard.dma().maxMappingSize(narrow));
    assertEquals(-1L, yard.dma().maxMappingSize(yard.device("wide").masks(bits(36))));
    TestDevice behind = yard.device("behind");
    yard.translate(behind);
    assertEquals(-1L, yard.dma().maxMappingSize(behind));
    behind.untrusted = true;
    assertEquals(0x40000, yard.dma().maxMappingSize(behind));
  }

  @ParameterizedTest(name = "min_align_mask {0}: {1}")
  @CsvSource({
    "0x0, 0x40000", "0x1, 0x3f800", "0x7ff, 0x3f800", "0x800, 0x3f800", "0x801, 0x3f000",
    "0x3fff, 0x3c000", "0x3ffff, 0x0", "0x7ffff, 0xfffffffffffc0000", "0xffffffff, 0x40000",
    "0x80000000, 0x8003f800",
  })
  void theLargestBounceIsReckonedInInts(String mask, String size) {
    TestDevice d = yard.device("d");
    d.minAlign = Long.decode(mask);
    assertEquals(
        Long.parseUnsignedLong(size.substring(2), 16), yard.dma().maxMappingSize(d));
  }

  @Test
  void addressingIsLimitedByMaskOrByWindows() {
    assertTrue(yard.dma().addressingLimited(yard.device("b")));
    assertFalse(yard.dma().addressingLimited(yard.device("b").masks(bits(33))));
    TestDevice windows = yard.behindTwoWindows("v0").masks(-1L);
    windows.busLimit = 0;
    assertTrue(yard.dma().addressingLimited(windows), "RAM above 2 GiB is in no window");
  }

  @Test
  void windowsBeginToLimitWith67() {
    TestYard old = new TestYard(KernelProfile.LINUX_6_1);
    TestDevice windows = old.behindTwoWindows("v0").masks(-1L);
    windows.busLimit = 0;
    windows.rangeMap =
        new org.bufferyard.api.dma.DmaRangeMap(
            java.util.List.of(
                new org.bufferyard.api.dma.DmaRange(0x1_7000_0000L, 0, 0x1000_0000L)));
    assertFalse(old.dma().addressingLimited(windows));
    TestYard now = new TestYard();
    assertTrue(now.dma().addressingLimited(windows));
  }
}
