package org.bufferyard.allocator.frames;

/**
 * A set of small numbers that finds its next member fast.
 *
 * <p>Algorithm: a 64-ary tree of bitmaps; a bit of a level says that the word below it holds a
 * member. Cost: {@link #set}, {@link #clear} and {@link #nextSet} touch at most one word a level in
 * the common case and two in the worst, four levels for 2^24 members; one bit a member and 1/63 on
 * top. Thread rule: one thread. Caveat: the capacity is fixed and dense, so it suits a memory bank
 * and not an address space.
 */
public final class FrameBits {

  /** What a search returns when there is no member. */
  public static final long NONE = -1L;

  /** Most members of a set: 2^31, 8 TiB of 4 KiB pages in 256 MiB of words. */
  public static final long MAX_CAPACITY = 1L << 31;

  private final long capacity;

  /** {@code levels[0]} holds the members, each level above one bit a word of the level below. */
  private final long[][] levels;

  /** An empty set of the numbers below {@code capacity}. */
  public FrameBits(long capacity) {
    if (capacity < 0 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(capacity + " frames are more than a book holds");
    }
    this.capacity = capacity;
    int depth = 1;
    for (long words = words(capacity); words > 1; words = words(words)) {
      depth++;
    }
    levels = new long[depth][];
    long bits = capacity;
    for (int level = 0; level < depth; level++) {
      bits = words(bits);
      levels[level] = new long[(int) bits];
    }
  }

  private static long words(long bits) {
    return Math.max(1, (bits + 63) >>> 6);
  }

  public long capacity() {
    return capacity;
  }

  public boolean get(long index) {
    return (levels[0][(int) (index >>> 6)] & (1L << index)) != 0;
  }

  public void set(long index) {
    long at = index;
    for (long[] words : levels) {
      int word = (int) (at >>> 6);
      long before = words[word];
      words[word] = before | (1L << at);
      if (before != 0) {
        return;
      }
      at >>>= 6;
    }
  }

  public void clear(long index) {
    long at = index;
    for (long[] words : levels) {
      int word = (int) (at >>> 6);
      long after = words[word] & ~(1L << at);
      words[word] = after;
      if (after != 0) {
        return;
      }
      at >>>= 6;
    }
  }

  /** Adds {@code [from, to)}. */
  public void set(long from, long to) {
    for (long index = from; index < to; ) {
      if ((index & 63) == 0 && to - index >= 64) {
        fill(index, -1L);
        index += 64;
      } else {
        set(index++);
      }
    }
  }

  /** Removes {@code [from, to)}. */
  public void clear(long from, long to) {
    for (long index = from; index < to; ) {
      if ((index & 63) == 0 && to - index >= 64) {
        levels[0][(int) (index >>> 6)] = 1L << index;
        clear(index);
        index += 64;
      } else {
        clear(index++);
      }
    }
  }

  private void fill(long index, long word) {
    set(index);
    levels[0][(int) (index >>> 6)] = word;
  }

  /** The lowest member that is {@code from} or more, or {@link #NONE}. */
  public long nextSet(long from) {
    long at = from;
    for (int level = 0; level < levels.length; level++) {
      long[] words = levels[level];
      long word = at >>> 6;
      if (word >= words.length) {
        return NONE;
      }
      long rest = words[(int) word] & (-1L << at);
      if (rest != 0) {
        long found = (word << 6) + Long.numberOfTrailingZeros(rest);
        for (int down = level - 1; down >= 0; down--) {
          found = (found << 6) + Long.numberOfTrailingZeros(levels[down][(int) found]);
        }
        return found;
      }
      at = word + 1;
    }
    return NONE;
  }

  /** The lowest number in {@code [from, to)} that is no member, or {@code to}. */
  public long nextClear(long from, long to) {
    long[] words = levels[0];
    for (long at = from; at < to; at = (at | 63) + 1) {
      long rest = ~words[(int) (at >>> 6)] & (-1L << at);
      if (rest != 0) {
        return Math.min(to, (at & ~63L) + Long.numberOfTrailingZeros(rest));
      }
    }
    return to;
  }
}
