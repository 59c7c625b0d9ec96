package org.bufferyard.api.contract;

import static org.bufferyard.api.allocator.AllocationRequest.NO_PREFERENCE;
import static org.bufferyard.api.allocator.BouncePool.FULL;
import static org.bufferyard.api.allocator.BouncePoolSpec.SLOT_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.BouncePoolSpec;
import org.bufferyard.api.allocator.BounceRequest;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Test;

/**
 * Long random histories of a {@link BouncePoolKind} beside a plain book, a bit a slot: no slot twice,
 * no leak, everything comes back, through mistakes of the caller and successors. Seeds as in {@link
 * Seeds}.
 */
public abstract class BounceWalk {
  private static final int STEPS = 3000;
  private static final int REIGN = 700;

  /** The kind to prove. */
  protected abstract BouncePoolKind kind();

  /** The pool of these tests. */
  protected BouncePoolSpec spec() {
    return new BouncePoolSpec("walk", "walk", new PhysRange(0x7800_0000L, 1L << 19), 1);
  }

  @Test
  public final void aRandomHistoryAgreesWithAPlainBook() {
    Seeds.each(
        getClass().getSimpleName() + ".aRandomHistoryAgreesWithAPlainBook",
        seed -> {
          try {
            new Walk(new Random(seed)).go();
          } catch (AdoptionDeclinedException e) {
            throw new AssertionError("its own bounces are declined", e);
          }
        });
  }

  private final class Walk {
    private final Random random;
    private final BitSet taken = new BitSet();

    /** Address to bytes. */
    private final TreeMap<Long, Long> live = new TreeMap<>();

    private BouncePool pool;

    Walk(Random random) {
      this.random = random;
    }

    void go() throws AdoptionDeclinedException {
      pool = kind().open(spec(), PlainAllocatorContext.of(List.of()));
      for (int step = 0; step < STEPS; step++) {
        if (step % REIGN == REIGN - 1) {
          succeed();
        }
        boolean growing = step / 400 % 2 == 0;
        int dice = random.nextInt(20);
        if (dice == 0) {
          mistake();
        } else if (live.isEmpty() || dice < (growing ? 14 : 6)) {
          map();
        } else {
          release();
        }
        assertTrue(pool.usedSlots() >= taken.cardinality(), () -> "used slots say too few");
      }
      while (!live.isEmpty()) {
        release();
      }
      assertEquals(0, pool.usedSlots(), "everything comes back");
      long longest = (long) BouncePoolSpec.SEGMENT_SLOTS * SLOT_BYTES;
      assertNotEquals(
          FULL,
          pool.map(
              new BounceRequest(
                  1L << 32, longest, 0, 0, -1L, spec().region().base(), NO_PREFERENCE)));
      pool.close();
    }

    private void succeed() throws AdoptionDeclinedException {
      List<PhysRange> ranges = new ArrayList<>();
      live.forEach((address, bytes) -> ranges.add(new PhysRange(address, bytes)));
      pool.close();
      pool = kind().open(spec(), PlainAllocatorContext.of(ranges));
    }

    private BounceRequest request(long size, long allocAlign, long minAlign) {
      long boundary = random.nextInt(5) == 0 ? (0x8000L << random.nextInt(4)) - 1 : -1L;
      return new BounceRequest(
          0x1_0000_0000L + random.nextInt(1 << 20),
          size,
          allocAlign,
          minAlign,
          boundary,
          spec().region().base(),
          random.nextInt(6) == 0 ? somewhere() : NO_PREFERENCE);
    }

    private void map() {
      long size = 1L + random.nextInt(random.nextInt(8) == 0 ? 60_000 : 9000);
      long allocAlign = random.nextInt(4) == 0 ? (0x1000L << random.nextInt(3)) - 1 : 0;
      long minAlign = random.nextInt(3) == 0 ? random.nextInt(0x4000) : 0;
      BounceRequest request = request(size, allocAlign, minAlign);
      long address = pool.map(request);
      if (address == FULL) {
        return;
      }
      assertTrue(spec().region().contains(address, size), () -> request + " leaves the pool");
      assertEquals(
          request.original() & minAlign, address & minAlign, () -> request + " keeps its bits");
      assertEquals(
          0, address & allocAlign & ~minAlign, () -> request + " is not aligned");
      long crossed = (address ^ (address + size - 1)) & ~request.boundaryMask();
      assertEquals(0, crossed, () -> request + " crosses its boundary");
      int first = slot(address);
      int end = slot(address + size - 1) + 1;
      int busy = taken.nextSetBit(first);
      assertFalse(busy >= 0 && busy < end, () -> request + " got slot " + busy + " twice");
      taken.set(first, end);
      live.put(address, size);
    }

    private int slot(long address) {
      return (int) ((address - spec().region().base()) / SLOT_BYTES);
    }

    private long somewhere() {
      return spec().region().base() + random.nextLong(spec().region().size());
    }

    private void release() {
      Map.Entry<Long, Long> victim = live.floorEntry(somewhere());
      if (victim == null) {
        victim = live.firstEntry();
      }
      live.remove(victim.getKey());
      taken.clear(slot(victim.getKey()), slot(victim.getKey() + victim.getValue() - 1) + 1);
      pool.release(victim.getKey());
    }

    /** A release of what is not live; it is refused and changes nothing. */
    private void mistake() {
      long address = somewhere();
      if (!live.containsKey(address)) {
        long before = pool.usedSlots();
        assertThrows(IllegalArgumentException.class, () -> pool.release(address));
        assertEquals(before, pool.usedSlots(), "a refused release changes nothing");
      }
    }
  }
}
