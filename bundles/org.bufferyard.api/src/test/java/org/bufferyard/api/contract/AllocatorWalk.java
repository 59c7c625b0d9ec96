package org.bufferyard.api.contract;

import static org.bufferyard.api.allocator.AllocationRequest.NO_PREFERENCE;
import static org.bufferyard.api.allocator.Allocator.NO_MEMORY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Test;

/**
 * Long random histories of an {@link AllocatorKind} beside a plain book, which is a list of what is
 * live: no overlap, no leak, everything comes back, through mistakes of the caller and successors
 * that take over in mid-life. Where {@link AllocatorContract} names the broken promise, this finds
 * what only a history shows. Seeds as in {@link Seeds}.
 */
public abstract class AllocatorWalk {
  private static final int STEPS = 3000;

  /** Steps from one successor to the next. */
  private static final int REIGN = 700;

  /** The kind to prove. */
  protected abstract AllocatorKind kind();

  /** What it manages in these tests. */
  protected AllocatorSpec spec() {
    return new AllocatorSpec(
        "walk", "walk", List.of(new PhysRange(0x4000_0000L, 1L << 21)), Map.of());
  }

  @Test
  public final void aRandomHistoryAgreesWithAPlainBook() {
    Seeds.each(
        getClass().getSimpleName() + ".aRandomHistoryAgreesWithAPlainBook",
        seed -> {
          try {
            new Walk(new Random(seed)).go();
          } catch (AdoptionDeclinedException e) {
            throw new AssertionError("its own live ranges are declined", e);
          }
        });
  }

  private final class Walk {
    private final Random random;

    /** Base to bytes. */
    private final TreeMap<Long, Long> live = new TreeMap<>(Long::compareUnsigned);

    private Allocator book;
    private long fresh;

    Walk(Random random) {
      this.random = random;
    }

    void go() throws AdoptionDeclinedException {
      book = kind().open(spec(), PlainAllocatorContext.of(List.of()));
      fresh = book.freeBytes();
      for (int step = 0; step < STEPS; step++) {
        if (step % REIGN == REIGN - 1) {
          succeed();
        }
        boolean growing = step / 400 % 2 == 0;
        int dice = random.nextInt(20);
        if (dice == 0) {
          mistake();
        } else if (live.isEmpty() || dice < (growing ? 14 : 6)) {
          allocate();
        } else {
          free();
        }
        assertTrue(
            book.freeBytes() <= fresh - taken(), () -> "free bytes say more than is free");
      }
      while (!live.isEmpty()) {
        free();
      }
      assertEquals(fresh, book.freeBytes(), "everything comes back");
      assertFalse(book.allocate(AllocationRequest.pages(1)) == NO_MEMORY);
      book.close();
    }

    private long taken() {
      return live.values().stream().mapToLong(Long::longValue).sum();
    }

    private void succeed() throws AdoptionDeclinedException {
      List<PhysRange> ranges =
          live.entrySet().stream()
              .map(e -> new PhysRange(e.getKey(), e.getValue()))
              .collect(Collectors.toList());
      book.close();
      book = kind().open(spec(), PlainAllocatorContext.of(ranges));
    }

    private void allocate() {
      long pages = 1L + random.nextInt(random.nextInt(10) == 0 ? 70 : 6);
      int align = random.nextInt(4) == 0 ? random.nextInt(6) : 0;
      long limit = random.nextInt(4) == 0 ? somewhere() | 0xfff : -1L;
      long preferred = random.nextInt(4) == 0 ? somewhere() & -PageRef.SIZE : NO_PREFERENCE;
      AllocationRequest request = new AllocationRequest(pages, align, limit, preferred);
      long base = book.allocate(request);
      if (base == NO_MEMORY) {
        return;
      }
      PhysRange got = new PhysRange(base, request.sizeBytes());
      assertTrue(
          spec().regions().stream().anyMatch(r -> r.contains(base, got.size())),
          () -> request + " got " + got + ", which leaves the regions");
      assertTrue(Long.compareUnsigned(got.last(), limit) <= 0, () -> request + " got " + got);
      assertEquals(0, base & (PageRef.SIZE << align) - 1, () -> request + " got " + got);
      Map.Entry<Long, Long> below = live.floorEntry(got.last());
      assertTrue(
          below == null
              || Long.compareUnsigned(below.getKey() + below.getValue(), base) <= 0,
          () -> request + " got " + got + ", but " + below + " is live");
      live.put(base, got.size());
    }

    private long somewhere() {
      PhysRange region = spec().regions().get(random.nextInt(spec().regions().size()));
      return region.base() + random.nextLong(region.size());
    }

    private void free() {
      Long base = live.floorKey(somewhere());
      long victim = base == null ? live.firstKey() : base;
      book.free(victim, live.remove(victim));
    }

    /** A free of what is not live in this shape; it is refused and changes nothing. */
    private void mistake() {
      long before = book.freeBytes();
      long base = somewhere() & -PageRef.SIZE;
      long size = PageRef.SIZE * (1 + random.nextInt(4));
      if (live.getOrDefault(base, 0L) == size) {
        return;
      }
      assertThrows(IllegalArgumentException.class, () -> book.free(base, size));
      assertEquals(before, book.freeBytes(), "a refused free changes nothing");
    }
  }
}
