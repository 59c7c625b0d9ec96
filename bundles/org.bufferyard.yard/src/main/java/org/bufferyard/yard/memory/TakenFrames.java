package org.bufferyard.yard.memory;

/**
 * A set of runs of frame numbers below 2^52: two bits a frame, whether it is taken and whether a run
 * begins with it, in chunks of 2^14 that are made when they are first written. Runs that touch stay
 * apart. Cost: one look-up a chunk and one test a frame. Engine thread only.
 */
final class TakenFrames {
  private static final int CHUNK_SHIFT = 14;
  private static final int BYTE_MASK = (1 << CHUNK_SHIFT - 2) - 1;
  private static final int TAKEN = 1;
  private static final int FIRST = 2;

  private final FrameMap chunks = new FrameMap();

  /** Takes note of a run. */
  @FunctionalInterface
  public interface Reader {
    void run(long first, long count);
  }

  /** Whether any of {@code count} frames from {@code first} on is in the set. */
  boolean containsAny(long first, long count) {
    final long end = first + count;
    for (long at = first; at < end; ) {
      final long stop = chunkEnd(at, end);
      final byte[] bits = chunks.get(at >>> CHUNK_SHIFT);
      if (bits.length == 0) {
        at = stop;
      }
      for (; at < stop; at++) {
        if ((bits[index(at)] & TAKEN << shift(at)) != 0) {
          return true;
        }
      }
    }
    return false;
  }

  void add(long first, long count) {
    final long end = first + count;
    for (long at = first; at < end; ) {
      final long stop = chunkEnd(at, end);
      final byte[] bits = chunks.create(at >>> CHUNK_SHIFT);
      for (; at < stop; at++) {
        bits[index(at)] |= (byte) ((at == first ? TAKEN | FIRST : TAKEN) << shift(at));
      }
    }
  }

  /** What is left of a run behind {@code count} frames is a run of its own. */
  void remove(long first, long count) {
    final long end = first + count;
    if (bits(end) == TAKEN) {
      chunks.create(end >>> CHUNK_SHIFT)[index(end)] |= (byte) (FIRST << shift(end));
    }
    for (long at = first; at < end; ) {
      final long stop = chunkEnd(at, end);
      final byte[] bits = chunks.get(at >>> CHUNK_SHIFT);
      if (bits.length == 0) {
        at = stop;
      }
      for (; at < stop; at++) {
        bits[index(at)] &= (byte) ~((TAKEN | FIRST) << shift(at));
      }
    }
  }

  /** Frames of the run that begins with {@code first}; 0: none does. */
  long runAt(long first) {
    if (bits(first) != (TAKEN | FIRST)) {
      return 0;
    }
    long at = first + 1;
    while (bits(at) == TAKEN) {
      at++;
    }
    return at - first;
  }

  /** All runs, ascending. Linear in the chunks that were ever written. */
  void read(Reader reader) {
    for (long chunk : chunks.pfns()) {
      final long end = chunk + 1 << CHUNK_SHIFT;
      final byte[] bits = chunks.get(chunk);
      for (long at = chunk << CHUNK_SHIFT; at < end; at++) {
        if ((bits[index(at)] & FIRST << shift(at)) != 0) {
          reader.run(at, runAt(at));
        }
      }
    }
  }

  private int bits(long frame) {
    final byte[] chunk = chunks.get(frame >>> CHUNK_SHIFT);
    return chunk.length == 0 ? 0 : chunk[index(frame)] >>> shift(frame) & (TAKEN | FIRST);
  }

  private static long chunkEnd(long at, long end) {
    return Math.min(end, ((at >>> CHUNK_SHIFT) + 1) << CHUNK_SHIFT);
  }

  private static int index(long frame) {
    return (int) (frame >>> 2) & BYTE_MASK;
  }

  private static int shift(long frame) {
    return (int) (frame & 3) << 1;
  }
}
