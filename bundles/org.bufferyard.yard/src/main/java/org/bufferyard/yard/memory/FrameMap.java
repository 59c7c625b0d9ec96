package org.bufferyard.yard.memory;

import java.util.Arrays;
import org.bufferyard.api.memory.PageRef;

/**
 * 4 KiB frames by frame number: open addressing with linear probing, no boxing. A look-up costs one
 * probe or two at the load of at most one half; frames are never removed. Engine thread only.
 */
public final class FrameMap {
  /** What stands for a frame that was never written. */
  public static final byte[] NOTHING = new byte[0];

  private static final int FIRST_CAPACITY = 256;

  /** Frame number plus 1; 0 is an empty slot. */
  private long[] keys = new long[FIRST_CAPACITY];

  private byte[][] frames = new byte[FIRST_CAPACITY][];
  private int size;

  /** The frame, or an empty array when nothing was ever written to it. */
  public byte[] get(long pfn) {
    int slot = slot(keys, pfn);
    return keys[slot] == 0 ? NOTHING : frames[slot];
  }

  /** The frame, zeroed when it is new. */
  public byte[] create(long pfn) {
    int slot = slot(keys, pfn);
    if (keys[slot] != 0) {
      return frames[slot];
    }
    if (2 * (size + 1) > keys.length) {
      grow();
      slot = slot(keys, pfn);
    }
    byte[] frame = new byte[(int) PageRef.SIZE];
    keys[slot] = pfn + 1;
    frames[slot] = frame;
    size++;
    return frame;
  }

  int size() {
    return size;
  }

  /** Frame numbers that were written, ascending. */
  long[] pfns() {
    long[] pfns = new long[size];
    int at = 0;
    for (long key : keys) {
      if (key != 0) {
        pfns[at++] = key - 1;
      }
    }
    Arrays.sort(pfns);
    return pfns;
  }

  private void grow() {
    long[] oldKeys = keys;
    byte[][] oldFrames = frames;
    keys = new long[2 * oldKeys.length];
    frames = new byte[keys.length][];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = slot(keys, oldKeys[i] - 1);
        keys[slot] = oldKeys[i];
        frames[slot] = oldFrames[i];
      }
    }
  }

  private static int slot(long[] keys, long pfn) {
    int mask = keys.length - 1;
    // Fibonacci hashing: neighbouring frames, the usual case, spread over the table.
    int slot = (int) (pfn * 0x9e37_79b9_7f4a_7c15L >>> 32) & mask;
    while (keys[slot] != 0 && keys[slot] != pfn + 1) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
