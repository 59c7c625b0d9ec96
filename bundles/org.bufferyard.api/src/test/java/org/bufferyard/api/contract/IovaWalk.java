package org.bufferyard.api.contract;

import static org.bufferyard.api.allocator.IovaAllocator.NO_IOVA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.allocator.IovaContext.LiveIova;
import org.bufferyard.api.allocator.IovaSpec;
import org.junit.jupiter.api.Test;

/**
 * Long random histories of an {@link IovaAllocatorKind} beside a plain book of live and reserved
 * ranges: no overlap, no leak, everything comes back, through mistakes of the caller and successors.
 * Seeds as in {@link Seeds}.
 */
public abstract class IovaWalk {
  private static final int STEPS = 3000;
  private static final int REIGN = 900;
  private static final long START = 0x100;

  /** The kind to prove. */
  protected abstract IovaAllocatorKind kind();

  @Test
  public final void aRandomHistoryAgreesWithAPlainBook() {
    Seeds.each(
        getClass().getSimpleName() + ".aRandomHistoryAgreesWithAPlainBook",
        seed -> {
          // Crowded, then with room on both sides of 4 GiB.
          for (long top : new long[] {0x4ff, 3L << 20}) {
            try {
              new Walk(new Random(seed), top).go();
            } catch (AdoptionDeclinedException e) {
              throw new AssertionError("its own live ranges are declined", e);
            }
          }
        });
  }

  private final class Walk {
    private final Random random;
    private final long top;

    /** First frame to frames. */
    private final TreeMap<Long, Long> live = new TreeMap<>();

    private final List<long[]> reserved = new ArrayList<>();
    private IovaAllocator book;

    Walk(Random random, long top) {
      this.random = random;
      this.top = top;
    }

    void go() throws AdoptionDeclinedException {
      book = kind().open(new IovaSpec("walk", 12, START), PlainIovaContext.of(List.of()));
      reserve(0x180, 0x18f);
      reserve(top - 3, top);
      for (int step = 0; step < STEPS; step++) {
        if (step % REIGN == REIGN - 1) {
          succeed();
        }
        boolean growing = step / 500 % 2 == 0;
        int dice = random.nextInt(20);
        if (dice == 0) {
          mistake();
        } else if (live.isEmpty() || dice < (growing ? 14 : 6)) {
          allocate();
        } else {
          free();
        }
        assertTrue(book.livePages() >= taken(), () -> "live pages say too few");
      }
      while (!live.isEmpty()) {
        free();
      }
      assertEquals(0, book.livePages(), "everything comes back");
      assertNotEquals(NO_IOVA, book.allocate(0x80, 0x17f, true), "and in one piece");
      book.close();
    }

    private long taken() {
      return live.values().stream().mapToLong(Long::longValue).sum();
    }

    private void reserve(long lo, long hi) {
      book.reserve(lo, hi);
      reserved.add(new long[] {lo, hi});
    }

    /** Reservations are the yard's to repeat. */
    private void succeed() throws AdoptionDeclinedException {
      List<LiveIova> ranges = new ArrayList<>();
      live.forEach((pfn, pages) -> ranges.add(new LiveIova(pfn, pages)));
      book.close();
      book = kind().open(new IovaSpec("walk", 12, START), PlainIovaContext.of(ranges));
      reserved.forEach(r -> book.reserve(r[0], r[1]));
    }

    private void allocate() {
      long pages = 1L + random.nextInt(random.nextInt(8) == 0 ? 90 : 6);
      long limit = random.nextInt(3) == 0 ? START + random.nextLong(top - START) : top;
      long pfn = book.allocate(pages, limit, random.nextInt(4) != 0);
      if (pfn == NO_IOVA) {
        return;
      }
      long last = pfn + pages - 1;
      String got = pages + " frames up to " + limit + " got " + pfn;
      assertTrue(pfn >= START && last <= limit, got);
      long power = Long.highestOneBit(2 * pages - 1);
      assertEquals(0, pfn & (power - 1), () -> got + ", which is not aligned");
      for (long[] r : reserved) {
        assertFalse(pfn <= r[1] && r[0] <= last, () -> got + ", which is reserved");
      }
      Map.Entry<Long, Long> below = live.floorEntry(last);
      assertTrue(
          below == null || below.getKey() + below.getValue() <= pfn,
          () -> got + ", but " + below + " is live");
      live.put(pfn, pages);
    }

    private void free() {
      Long at = live.floorKey(START + random.nextLong(top - START));
      long victim = at == null ? live.firstKey() : at;
      book.free(victim, live.remove(victim));
    }

    /** A free of what is not live; it is refused and changes nothing. */
    private void mistake() {
      long pfn = random.nextLong(top);
      long pages = 1L + random.nextInt(5);
      if (live.getOrDefault(pfn, 0L) < pages) {
        long before = book.livePages();
        assertThrows(IllegalArgumentException.class, () -> book.free(pfn, pages));
        assertEquals(before, book.livePages(), "a refused free changes nothing");
      }
    }
  }
}
