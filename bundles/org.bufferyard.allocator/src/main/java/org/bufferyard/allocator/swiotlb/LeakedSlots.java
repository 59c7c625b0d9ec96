package org.bufferyard.allocator.swiotlb;

import java.util.Arrays;
import java.util.BitSet;

/**
 * What the searches of a recorded kernel say about slots that it had lost before the record begins:
 * an oops never gives its slots back, and no later case resets the pool.
 *
 * <p>A search that passes over a run which is free in the book proves that at least one slot of the
 * run is not. It does not say which one, so the whole run is kept as one statement. A leaked slot
 * is never given out again; what the same kernel has lent since the record began is none. So a
 * request is blocked when it needs every slot of a run that is left to suspect, and a run without
 * any left is a contradiction: the book is wrong then, and the difference has to show.
 *
 * <p>Cost: nothing while no search was seen; O(runs) a look-up else. Thread rule: engine thread.
 */
final class LeakedSlots {
  /** Runs, first slot and number of slots in turn. */
  private int[] runs = new int[16];

  /** Numbers in {@link #runs}. */
  private int size;

  /** The same before the search that is under way. */
  private int settled;

  /** Slots that the recorded kernel has given out. */
  private final BitSet lent = new BitSet();

  /** A search begins whose end is known. */
  void begin() {
    settled = size;
  }

  /** The search passed over a run that the book has as free. */
  void passed(int slot, int count) {
    if (size == runs.length) {
      runs = Arrays.copyOf(runs, 2 * size);
    }
    runs[size++] = slot;
    runs[size++] = count;
  }

  /** The search never came to its end: what it passed over says nothing. */
  void forget() {
    size = settled;
  }

  /**
   * The search ended at this slot. Keeps what it passed over, or forgets it when that contradicts
   * what the kernel has lent, these slots included.
   */
  boolean admits(int slot, int count) {
    BitSet known = (BitSet) lent.clone();
    known.set(slot, slot + count);
    for (int at = 0; at < size; at += 2) {
      if (known.nextClearBit(runs[at]) >= runs[at] + runs[at + 1]) {
        forget();
        return false;
      }
    }
    settled = size;
    return true;
  }

  void lent(int slot, int count) {
    lent.set(slot, slot + count);
  }

  /** Whether a request for these slots needs every slot of a run that may be the lost one. */
  boolean blocks(int slot, int count) {
    // During a search only what was settled before it counts: it is asked about every candidate.
    for (int at = 0; at < settled; at += 2) {
      int end = runs[at] + runs[at + 1];
      int suspect = lent.nextClearBit(runs[at]);
      if (suspect >= slot && suspect < slot + count) {
        suspect = lent.nextClearBit(slot + count);
      }
      if (suspect >= end) {
        return true;
      }
    }
    return false;
  }
}
