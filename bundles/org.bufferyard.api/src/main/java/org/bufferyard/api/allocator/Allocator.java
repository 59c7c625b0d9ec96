package org.bufferyard.api.allocator;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The book of one region: which pages are taken. It never touches the memory itself. Engine thread
 * only.
 */
@ConsumerType
public interface Allocator extends AutoCloseable {
  /** What {@link #allocate} returns when nothing fits. */
  long NO_MEMORY = -1L;

  /**
   * Takes pages.
   *
   * @return physical address of the first byte, or {@link #NO_MEMORY}; never a range that overlaps
   *     a live one or leaves the regions
   */
  long allocate(AllocationRequest request);

  /**
   * Gives pages back.
   *
   * @param base as {@link #allocate} returned it
   * @param sizeBytes as it was requested (pages times 4096)
   * @throws IllegalArgumentException when the range is not live
   */
  void free(long base, long sizeBytes);

  /** Whether {@code phys} lies in its regions. */
  boolean owns(long phys);

  /** Bytes that are not taken, rounding of live requests included in taken. */
  long freeBytes();

  @Override
  void close();
}
