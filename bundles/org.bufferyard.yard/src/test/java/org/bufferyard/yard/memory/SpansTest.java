package org.bufferyard.yard.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Test;

/** Sets of addresses, against a bitmap and at the end of the address space. */
final class SpansTest {
  private static Spans spans(long... baseAndSize) {
    List<PhysRange> ranges = new ArrayList<>();
    for (int i = 0; i < baseAndSize.length; i += 2) {
      ranges.add(new PhysRange(baseAndSize[i], baseAndSize[i + 1]));
    }
    return Spans.of(ranges);
  }

  @Test
  void touchingRangesBecomeOne() {
    assertEquals(
        List.of(new PhysRange(0x1000, 0x3000), new PhysRange(0x8000, 0x1000)),
        spans(0x8000, 0x1000, 0x2000, 0x2000, 0x1000, 0x1000).ranges());
  }

  @Test
  void theLastByteOfTheAddressSpaceIsAnAddressLikeAnother() {
    Spans top = spans(-0x2000L, 0x2000);
    assertEquals(0x10, top.runInside(-0x10L, 0x1000));
    assertEquals(List.of(new PhysRange(-0x2000L, 0x1000)), top.minus(spans(-0x1000L, 0x1000)).ranges());
    assertEquals(top.ranges(), top.wholePages().ranges());
    assertEquals(top.ranges(), top.plus(spans(-0x1000L, 0x1000)).ranges());
    assertEquals(top.ranges(), spans(-0x1fffL, 0x1fff).touchedPages().ranges());
  }

  @Test
  void pagesAreRoundedInwardsOrOutwards() {
    Spans odd = spans(0x1800, 0x2000);
    assertEquals(List.of(new PhysRange(0x2000, 0x1000)), odd.wholePages().ranges());
    assertEquals(List.of(new PhysRange(0x1000, 0x3000)), odd.touchedPages().ranges());
    assertEquals(List.of(), spans(0x1800, 0x100).wholePages().ranges());
  }

  @Test
  void setOperationsAgreeWithABitmap() {
    long seed = System.nanoTime();
    System.out.println("SpansTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      boolean[] inA = new boolean[64];
      boolean[] inB = new boolean[64];
      Spans a = random(random, inA);
      Spans b = random(random, inB);
      Spans plus = a.plus(b);
      Spans minus = a.minus(b);
      Spans within = a.within(16, 47);
      for (int i = 0; i < 64; i++) {
        assertEquals(inA[i] || inB[i], plus.contains(i), () -> "plus, seed " + seed);
        assertEquals(inA[i] && !inB[i], minus.contains(i), () -> "minus, seed " + seed);
        assertEquals(inA[i] && i >= 16 && i <= 47, within.contains(i), () -> "within, seed " + seed);
        int inside = 0;
        while (i + inside < 64 && inA[i + inside] && inside < 5) {
          inside++;
        }
        assertEquals(inside, a.runInside(i, 5), () -> "run, seed " + seed);
      }
    }
  }

  private static Spans random(Random random, boolean[] bitmap) {
    List<PhysRange> ranges = new ArrayList<>();
    for (int i = random.nextInt(5); i >= 0; i--) {
      int base = random.nextInt(60);
      int size = 1 + random.nextInt(64 - base);
      ranges.add(new PhysRange(base, size));
      java.util.Arrays.fill(bitmap, base, base + size, true);
    }
    return Spans.of(ranges);
  }
}
