package org.bufferyard.allocator.frames;

import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;

/**
 * Addresses in frames of 4096 bytes. Frame numbers have 52 bits, so that they compare as signed
 * numbers where addresses do not.
 */
public final class PageFrames {

  private PageFrames() {}

  /** The frame that holds the address. */
  public static long of(long phys) {
    return phys >>> PageRef.SHIFT;
  }

  public static long first(PhysRange range) {
    return range.base() >>> PageRef.SHIFT;
  }

  public static long count(PhysRange range) {
    return range.size() >>> PageRef.SHIFT;
  }

  /** The first frame that a request may not touch. */
  public static long end(AllocationRequest request) {
    long limit = request.limit();
    return limit == -1L ? 1L << 52 : (limit + 1) >>> PageRef.SHIFT;
  }

  /**
   * The frame that the request would like to start at, or -1.
   *
   * @param alignOrder alignment that the place must have
   */
  public static long preferred(AllocationRequest request, int alignOrder) {
    long base = request.preferredBase();
    long frame = of(base);
    boolean none = base == AllocationRequest.NO_PREFERENCE || (base & (PageRef.SIZE - 1)) != 0;
    return none
            || (frame & ((1L << alignOrder) - 1)) != 0
            || request.pages() > end(request) - frame
        ? -1
        : frame;
  }

  /** Says that a range is not live. */
  public static IllegalArgumentException notLive(String id, long base, long sizeBytes) {
    return new IllegalArgumentException(
        id + ": " + sizeBytes + " bytes at 0x" + Long.toHexString(base) + " are not live");
  }
}
