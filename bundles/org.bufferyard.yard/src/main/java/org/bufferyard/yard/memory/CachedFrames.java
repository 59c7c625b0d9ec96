package org.bufferyard.yard.memory;

/**
 * Cached frames by frame number: open addressing with linear probing, no boxing; frames are never
 * removed, only emptied. Engine thread only.
 */
final class CachedFrames {
  private static final int FIRST_CAPACITY = 64;

  private CachedFrame[] frames = new CachedFrame[FIRST_CAPACITY];
  private long[] pfns = new long[FIRST_CAPACITY];
  private int size;

  /** How a frame comes to be. */
  interface Maker {
    CachedFrame make(long pfn);
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** The frame's lines when cores use them. */
  boolean has(long pfn) {
    CachedFrame frame = frames[slot(frames, pfns, pfn)];
    return frame != null && frame.inUse();
  }

  CachedFrame get(long pfn, Maker maker) {
    int slot = slot(frames, pfns, pfn);
    if (frames[slot] == null) {
      if (2 * (size + 1) > frames.length) {
        grow();
        slot = slot(frames, pfns, pfn);
      }
      frames[slot] = maker.make(pfn);
      pfns[slot] = pfn;
      size++;
    }
    return frames[slot];
  }

  private void grow() {
    CachedFrame[] moreFrames = new CachedFrame[2 * frames.length];
    long[] morePfns = new long[moreFrames.length];
    for (int i = 0; i < frames.length; i++) {
      if (frames[i] != null) {
        int slot = slot(moreFrames, morePfns, pfns[i]);
        moreFrames[slot] = frames[i];
        morePfns[slot] = pfns[i];
      }
    }
    frames = moreFrames;
    pfns = morePfns;
  }

  private static int slot(CachedFrame[] frames, long[] pfns, long pfn) {
    int mask = frames.length - 1;
    int slot = (int) (pfn * 0x9e37_79b9_7f4a_7c15L >>> 32) & mask;
    while (frames[slot] != null && pfns[slot] != pfn) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
