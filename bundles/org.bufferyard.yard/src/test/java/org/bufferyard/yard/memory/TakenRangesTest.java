package org.bufferyard.yard.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TakenRangesTest {
  @Test
  void longAndShortRangesAgreeWithAList() {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("TakenRangesTest seed " + seed);
    Random random = new Random(seed);
    TakenRanges taken = new TakenRanges();
    List<long[]> plain = new ArrayList<>();
    for (int step = 0; step < 3000; step++) {
      long count = random.nextBoolean() ? 1 + random.nextInt(64) : 1 + random.nextInt(1 << 17);
      long first = random.nextInt(1 << 22);
      boolean meets =
          plain.stream().anyMatch(r -> r[0] < first + count && first < r[0] + r[1]);
      assertEquals(meets, taken.containsAny(first, count), "seed " + seed + " step " + step);
      if (!meets) {
        taken.add(first, count);
        plain.add(new long[] {first, count});
      } else if (random.nextBoolean()) {
        long[] gone = plain.remove(random.nextInt(plain.size()));
        taken.remove(gone[0], gone[1]);
      }
    }
  }

  @Test
  void aPetabyteIsOneRange() {
    TakenRanges taken = new TakenRanges();
    taken.add(1L << 40, 1L << 38);
    assertTrue(taken.containsAny((1L << 40) + (1L << 37), 1));
    assertFalse(taken.containsAny((1L << 40) - 1, 1));
    taken.remove(1L << 40, 1);
    assertFalse(taken.containsAny(1L << 40, 1L << 38));
  }
}
