package org.bufferyard.allocator.frames;

import java.util.Arrays;

/**
 * The ranges that are live: start to one number about it.
 *
 * <p>Algorithm: open addressing with linear probing and backward shift deletion, at most half full,
 * no boxing. Cost: one or two cache lines an operation, 32 bytes a range. Thread rule: one thread.
 * Caveat: the key -1 does not exist; iteration order is none, so it is not offered.
 */
public final class LiveRanges {

  /** What a look-up returns when the key is not there; no value may be it. */
  public static final long ABSENT = -1L;

  private static final long EMPTY = -1L;

  private long[] keys;
  private long[] values;
  private int size;

  public LiveRanges() {
    keys = new long[32];
    Arrays.fill(keys, EMPTY);
    values = new long[32];
  }

  public int size() {
    return size;
  }

  /** The value of {@code key}, or {@link #ABSENT}. */
  public long get(long key) {
    long[] table = keys;
    int mask = table.length - 1;
    int at = slot(key, mask);
    while (table[at] != EMPTY) {
      if (table[at] == key) {
        return values[at];
      }
      at = (at + 1) & mask;
    }
    return ABSENT;
  }

  /** Adds a key that is not there. */
  public void put(long key, long value) {
    assert key != EMPTY && value != ABSENT && get(key) == ABSENT : "0x" + Long.toHexString(key);
    if (2 * (size + 1) > keys.length) {
      grow();
    }
    insert(key, value);
    size++;
  }

  /** Removes a key and returns its value, or {@link #ABSENT}. */
  public long remove(long key) {
    long[] table = keys;
    int mask = table.length - 1;
    int at = slot(key, mask);
    while (table[at] != key) {
      if (table[at] == EMPTY) {
        return ABSENT;
      }
      at = (at + 1) & mask;
    }
    if (key == EMPTY) {
      return ABSENT;
    }
    long value = values[at];
    size--;
    // Close the gap: whoever probed across it moves into it.
    int gap = at;
    for (int next = (gap + 1) & mask; table[next] != EMPTY; next = (next + 1) & mask) {
      int home = slot(table[next], mask);
      if (((next - home) & mask) >= ((next - gap) & mask)) {
        table[gap] = table[next];
        values[gap] = values[next];
        gap = next;
      }
    }
    table[gap] = EMPTY;
    return value;
  }

  private void insert(long key, long value) {
    int mask = keys.length - 1;
    int at = slot(key, mask);
    while (keys[at] != EMPTY) {
      at = (at + 1) & mask;
    }
    keys[at] = key;
    values[at] = value;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    Arrays.fill(keys, EMPTY);
    values = new long[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != EMPTY) {
        insert(oldKeys[i], oldValues[i]);
      }
    }
  }

  private static int slot(long key, int mask) {
    long mixed = key * 0x9E37_79B9_7F4A_7C15L;
    return (int) (mixed >>> 40) & mask;
  }
}
