package org.bufferyard.allocator.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bufferyard.api.contract.Seeds;
import org.junit.jupiter.api.Test;

/** The books against the plainest model of each. */
final class FramesTest {

  @Test
  void frameBitsAgreeWithABitSet() {
    Seeds.each(
        "frameBitsAgreeWithABitSet",
        seed -> {
          Random random = new Random(seed);
          for (int capacity : List.of(1, 63, 64, 65, 4096, 4097, 300_000)) {
            FrameBits bits = new FrameBits(capacity);
            BitSet model = new BitSet();
            for (int step = 0; step < 400; step++) {
              int from = random.nextInt(capacity);
              int to = Math.min(capacity, from + random.nextInt(random.nextInt(400) + 1));
              if (random.nextBoolean()) {
                bits.set(from, to);
                model.set(from, to);
              } else {
                bits.clear(from, to);
                model.clear(from, to);
              }
              int at = random.nextInt(capacity);
              assertEquals(model.get(at), bits.get(at));
              assertEquals(model.nextSetBit(at), bits.nextSet(at));
              assertEquals(
                  Math.min(model.nextClearBit(at), capacity), bits.nextClear(at, capacity));
            }
          }
        });
  }

  @Test
  void liveRangesAgreeWithAMap() {
    Seeds.each(
        "liveRangesAgreeWithAMap",
        seed -> {
          Random random = new Random(seed);
          LiveRanges ranges = new LiveRanges();
          Map<Long, Long> model = new HashMap<>();
          for (int step = 0; step < 20_000; step++) {
            long key = random.nextInt(500) << 4;
            long value = random.nextInt(1000);
            if (model.containsKey(key)) {
              assertEquals(model.remove(key), ranges.remove(key));
            } else if (random.nextInt(3) > 0) {
              model.put(key, value);
              ranges.put(key, value);
            }
            long other = random.nextInt(500) << 4;
            assertEquals(model.getOrDefault(other, LiveRanges.ABSENT), ranges.get(other));
            assertEquals(model.size(), ranges.size());
          }
          assertEquals(LiveRanges.ABSENT, ranges.remove(-1));
          assertEquals(LiveRanges.ABSENT, ranges.get(-1));
        });
  }

  @Test
  void firstFitAgreesWithTheScanOfTheKernel() {
    Seeds.each(
        "firstFitAgreesWithTheScanOfTheKernel",
        seed -> {
          Random random = new Random(seed);
          int frames = 100 + random.nextInt(200);
          FrameBlocks blocks = new FrameBlocks(frames, 7);
          blocks.release(0, frames);
          BitSet taken = new BitSet();
          Map<Integer, Integer> live = new HashMap<>();
          for (int step = 0; step < 3000; step++) {
            int order = random.nextInt(5);
            int expected = scan(taken, frames, order);
            assertEquals(expected, blocks.firstFit(order, frames));
            if (expected >= 0 && random.nextInt(5) < 3) {
              blocks.take(expected, order);
              taken.set(expected, expected + (1 << order));
              live.put(expected, order);
            } else if (!live.isEmpty()) {
              int frame = live.keySet().stream().skip(random.nextInt(live.size())).findFirst().get();
              int size = live.remove(frame);
              blocks.give(frame, size);
              taken.clear(frame, frame + (1 << size));
            }
            assertEquals(frames - taken.cardinality(), blocks.freeFrames());
          }
        });
  }

  /** bitmap_find_free_region(). */
  private static int scan(BitSet taken, int frames, int order) {
    int size = 1 << order;
    for (int at = 0; at + size <= frames; at += size) {
      if (taken.get(at, at + size).isEmpty()) {
        return at;
      }
    }
    return -1;
  }

  @Test
  void booksTooLargeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new FrameBits(1L << 40));
  }
}
