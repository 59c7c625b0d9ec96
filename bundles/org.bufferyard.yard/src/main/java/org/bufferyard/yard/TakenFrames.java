package org.bufferyard.yard;

/**
 * A set of frame numbers below 2^52: one bit each, in chunks of 2^15 that are made when they are
 * first written. Cost: one look-up a chunk and one test a frame. Engine thread only.
 */
final class TakenFrames {
  private static final int CHUNK_SHIFT = 15;
  private static final int BYTE_MASK = (1 << CHUNK_SHIFT - 3) - 1;

  private final FrameMap chunks = new FrameMap();

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
        if ((bits[index(at)] & bit(at)) != 0) {
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
        bits[index(at)] |= (byte) bit(at);
      }
    }
  }

  void remove(long first, long count) {
    final long end = first + count;
    for (long at = first; at < end; ) {
      final long stop = chunkEnd(at, end);
      final byte[] bits = chunks.get(at >>> CHUNK_SHIFT);
      if (bits.length == 0) {
        at = stop;
      }
      for (; at < stop; at++) {
        bits[index(at)] &= (byte) ~bit(at);
      }
    }
  }

  private static long chunkEnd(long at, long end) {
    return Math.min(end, ((at >>> CHUNK_SHIFT) + 1) << CHUNK_SHIFT);
  }

  private static int index(long frame) {
    return (int) (frame >>> 3) & BYTE_MASK;
  }

  private static int bit(long frame) {
    return 1 << (frame & 7);
  }
}
