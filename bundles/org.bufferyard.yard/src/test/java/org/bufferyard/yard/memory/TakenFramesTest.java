package org.bufferyard.yard.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TakenFramesTest {
  /** Three chunks' worth, so that ranges cross their borders. */
  private static final int SPAN = 3 << 15;

  @Test
  void answersAsABitSetDoes() {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("TakenFramesTest seed " + seed);
    Random random = new Random(seed);
    long origin = 0x8_0000_0000L >>> 12 << 3;
    TakenFrames taken = new TakenFrames();
    BitSet model = new BitSet();
    for (int i = 0; i < 2000; i++) {
      int first = random.nextInt(SPAN);
      int count = 1 + random.nextInt(Math.min(SPAN - first, random.nextInt(10) == 0 ? 40_000 : 40));
      int next = model.nextSetBit(first);
      assertEquals(
          next >= 0 && next < first + count, taken.containsAny(origin + first, count), "seed " + seed);
      if (random.nextBoolean()) {
        taken.add(origin + first, count);
        model.set(first, first + count);
      } else {
        taken.remove(origin + first, count);
        model.clear(first, first + count);
      }
    }
  }

  @Test
  void theLastFramesThereAreAreFramesToo() {
    TakenFrames taken = new TakenFrames();
    long last = (1L << 52) - 1;
    taken.add(last, 1);
    assertTrue(taken.containsAny(last - 10, 11));
    assertFalse(taken.containsAny(last - 10, 10));
    taken.remove(last, 1);
    assertFalse(taken.containsAny(last, 1));
  }
}
