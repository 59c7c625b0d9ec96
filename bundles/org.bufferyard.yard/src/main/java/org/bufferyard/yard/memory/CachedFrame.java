package org.bufferyard.yard.memory;

import java.util.Arrays;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.platform.yard.CpuCache;

/**
 * The cache lines of one 4 KiB frame, and what was last written where neither they nor memory hold
 * it any more. Rules and worked cases: docs/caches.md.
 *
 * <p>Four bits a line. <b>valid</b>: the cache holds it. <b>dirty</b>: newer than memory.
 * <b>outdated</b>: memory is newer. <b>torn</b>: some written bytes are in neither, and {@link
 * #latest} keeps them so that a reader can be told what it should have seen. Engine thread only.
 */
final class CachedFrame {
  private static final String NOT_CLEANED =
      "the core's dirty line was never cleaned to memory";
  private static final String NOT_INVALIDATED =
      "the core's line is older than what a device wrote to memory, and was never invalidated";
  private static final String WRITTEN_BACK =
      "a dirty line was written back over what was written to memory past the cache";
  private static final String DIRTIED =
      "a core dirtied a line that was older than what a device had written to memory";
  private static final String DROPPED = "an invalidation dropped bytes that a core had written";

  private final SparseMemory memory;
  private final long base;
  private final int lineBytes;
  private final byte[] lines = new byte[(int) PageRef.SIZE];
  private final byte[] scratch;
  private byte[] latest = new byte[0];
  private long valid;
  private long dirty;
  private long outdated;
  private long torn;
  private String tornBy = "";
  private boolean inUse;

  CachedFrame(SparseMemory memory, long base, int lineBytes) {
    this.memory = memory;
    this.base = base;
    this.lineBytes = lineBytes;
    this.scratch = new byte[lineBytes];
  }

  /** Whether cores use this frame through a cacheable mapping, so that its lines may fill. */
  boolean inUse() {
    return inUse;
  }

  CpuCache.Line line(int at) {
    int line = at / lineBytes;
    if (!has(valid, line)) {
      return CpuCache.Line.NONE;
    }
    if (has(dirty, line)) {
      return CpuCache.Line.DIRTY;
    }
    return has(outdated, line) ? CpuCache.Line.OUTDATED : CpuCache.Line.CLEAN;
  }

  // ---- cores, through a cacheable mapping ----

  void coreRead(int at, byte[] into, int offset, int length, StaleBytes stale) {
    inUse = true;
    for (int from = at; from < at + length; from = endOf(from)) {
      int part = Math.min(endOf(from), at + length) - from;
      fill(from / lineBytes);
      System.arraycopy(lines, from, into, offset + from - at, part);
      check(from, part, into, offset + from - at, true, stale);
    }
  }

  void coreWrite(int at, byte[] bytes, int offset, int length) {
    inUse = true;
    for (int from = at; from < at + length; from = endOf(from)) {
      int part = Math.min(endOf(from), at + length) - from;
      fill(from / lineBytes);
      storeInLine(from, bytes, offset + from - at, part);
    }
  }

  // ---- everybody else ----

  /**
   * A device, or a core past its cache.
   *
   * @param snoops whether the access looks into the cache, as a coherent device's does
   */
  void busRead(
      int at, byte[] into, int offset, int length, boolean snoops, StaleBytes stale) {
    for (int from = at; from < at + length; from = endOf(from)) {
      int part = Math.min(endOf(from), at + length) - from;
      int to = offset + from - at;
      boolean hit = snoops && has(valid, from / lineBytes);
      if (hit) {
        System.arraycopy(lines, from, into, to, part);
      } else {
        memory.read(base + from, into, to, part);
      }
      check(from, part, into, to, hit, stale);
    }
  }

  void busWrite(int at, byte[] bytes, int offset, int length, boolean snoops) {
    for (int from = at; from < at + length; from = endOf(from)) {
      int part = Math.min(endOf(from), at + length) - from;
      if (snoops && has(valid, from / lineBytes)) {
        storeInLine(from, bytes, offset + from - at, part);
      } else {
        storeInMemory(from, bytes, offset + from - at, part, !snoops);
      }
    }
  }

  // ---- maintenance ----

  void clean(int at, int length) {
    for (int from = at; from < at + length; from = endOf(from)) {
      writeBack(from / lineBytes);
    }
  }

  void invalidate(int at, int length) {
    for (int from = at; from < at + length; from = endOf(from)) {
      int line = from / lineBytes;
      boolean whole = from % lineBytes == 0 && endOf(from) <= at + length;
      if (!whole) {
        writeBack(line);
      } else if (has(dirty, line)) {
        tear(line, DROPPED);
        dirty &= ~bit(line);
      }
      valid &= ~bit(line);
      outdated &= ~bit(line);
      mend(line);
    }
  }

  /** Writes back and forgets everything: the frame's owner changes, or its mappings do. */
  void drop() {
    for (int line = 0; dirty != 0; line++) {
      writeBack(line);
    }
    valid = 0;
    outdated = 0;
    torn = 0;
    inUse = false;
  }

  // ---- one line ----

  private void fill(int line) {
    if (!has(valid, line)) {
      memory.read(base + (long) line * lineBytes, lines, line * lineBytes, lineBytes);
      valid |= bit(line);
    }
  }

  private void storeInLine(int at, byte[] bytes, int offset, int length) {
    int line = at / lineBytes;
    if (has(outdated, line) && length < lineBytes) {
      tear(line, DIRTIED);
    }
    System.arraycopy(bytes, offset, lines, at, length);
    keepLatest(at, bytes, offset, length);
    dirty |= bit(line);
    outdated &= ~bit(line);
    mend(line);
  }

  /**
   * Worst cases, both: a line that may be filled is filled just before the write, so that it holds
   * the old bytes; a dirty line is evicted just after it, over the new ones.
   */
  private void storeInMemory(
      int at, byte[] bytes, int offset, int length, boolean pastTheCache) {
    int line = at / lineBytes;
    if (pastTheCache && inUse) {
      fill(line);
    }
    boolean evicted = has(dirty, line);
    if (evicted) {
      tear(line, WRITTEN_BACK);
    }
    memory.write(base + at, bytes, offset, length);
    keepLatest(at, bytes, offset, length);
    if (evicted) {
      writeBack(line);
    } else if (has(valid, line)) {
      outdated |= bit(line);
    }
    mend(line);
  }

  private void writeBack(int line) {
    if (has(dirty, line)) {
      memory.write(base + (long) line * lineBytes, lines, line * lineBytes, lineBytes);
      dirty &= ~bit(line);
      mend(line);
    }
  }

  // ---- what was written last ----

  /** From now on the line's last written bytes are kept apart. */
  private void tear(int line, String cause) {
    if (latest.length == 0) {
      latest = new byte[(int) PageRef.SIZE];
    }
    if (!has(torn, line)) {
      readLatest(line * lineBytes, lineBytes, latest, line * lineBytes);
      torn |= bit(line);
    }
    tornBy = cause;
  }

  private void keepLatest(int at, byte[] bytes, int offset, int length) {
    if (has(torn, at / lineBytes)) {
      System.arraycopy(bytes, offset, latest, at, length);
    }
  }

  /** Whole again once the last written bytes are where the next reader of the right kind looks. */
  private void mend(int line) {
    if (!has(torn, line)) {
      return;
    }
    int at = line * lineBytes;
    byte[] holder = lines;
    int from = at;
    if (!has(dirty, line)) {
      memory.read(base + at, scratch, 0, lineBytes);
      holder = scratch;
      from = 0;
    }
    if (Arrays.equals(latest, at, at + lineBytes, holder, from, from + lineBytes)) {
      torn &= ~bit(line);
    }
  }

  private void readLatest(int at, int length, byte[] into, int offset) {
    int line = at / lineBytes;
    if (has(torn, line)) {
      System.arraycopy(latest, at, into, offset, length);
    } else if (has(dirty, line)) {
      System.arraycopy(lines, at, into, offset, length);
    } else {
      memory.read(base + at, into, offset, length);
    }
  }

  private void check(
      int at, int length, byte[] read, int offset, boolean fromLine, StaleBytes stale) {
    int line = at / lineBytes;
    boolean suspicious = fromLine ? has(outdated, line) : has(dirty, line);
    if (!suspicious && !has(torn, line)) {
      return;
    }
    readLatest(at, length, scratch, 0);
    String cause = suspicious ? fromLine ? NOT_INVALIDATED : NOT_CLEANED : tornBy;
    boolean same = stale.compare(base + at, read, offset, scratch, length, cause);
    // A part of a line may be somebody else's business: only whole ones tell of a missing sync.
    if (same && suspicious && length == lineBytes) {
      stale.luck(cause);
    }
  }

  private int endOf(int at) {
    return (at / lineBytes + 1) * lineBytes;
  }

  private static long bit(int line) {
    return 1L << line;
  }

  private static boolean has(long bits, int line) {
    return (bits & bit(line)) != 0;
  }
}
