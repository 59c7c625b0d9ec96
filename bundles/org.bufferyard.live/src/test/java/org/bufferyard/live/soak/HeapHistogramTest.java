package org.bufferyard.live.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HeapHistogramTest {
  /** What a leak would leave. */
  private static final class Left {}

  @Test
  void copiesOfAClassAreOne() {
    String text =
        """
         num     #instances         #bytes  class name (module)
        -------------------------------------------------------
           1:            10            240  org.bufferyard.yard.Ledger
           2:             5            120  java.lang.String (java.base@25)
           3:             2             48  org.bufferyard.yard.Ledger
        Total            17            408
        """;
    assertEquals(Map.of("org.bufferyard.yard.Ledger", 12L), HeapHistogram.parse(text));
  }

  @Test
  void whatStaysReachableIsCounted() {
    Map<String, Long> before = HeapHistogram.take();
    List<Left> kept = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      kept.add(new Left());
    }
    Map<String, Long> grown = HeapHistogram.growth(before, HeapHistogram.take(), 49);
    assertEquals(Map.of(Left.class.getName(), 50L), grown);
    assertTrue(HeapHistogram.growth(before, HeapHistogram.take(), 50).isEmpty());
    assertEquals(50, kept.size());
  }
}
