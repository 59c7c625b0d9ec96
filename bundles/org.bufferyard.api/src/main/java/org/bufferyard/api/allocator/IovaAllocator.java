package org.bufferyard.api.allocator;

import org.osgi.annotation.versioning.ConsumerType;

/** The book of one IOVA space, in frames of the domain's granule. Engine thread only. */
@ConsumerType
public interface IovaAllocator extends AutoCloseable {
  /** What {@link #allocate} returns when the space is full. */
  long NO_IOVA = 0L;

  /**
   * alloc_iova_fast() (N1).
   *
   * @param pages frames, at least 1
   * @param limitPfn last frame allowed
   * @param flushCaches whether cached free ranges may be given up to make room
   * @return first frame, or {@link #NO_IOVA}
   */
  long allocate(long pages, long limitPfn, boolean flushCaches);

  /**
   * free_iova_fast(): pages as requested. With fewer the whole range is free all the same, and waits
   * in the cache of the smaller size.
   *
   * @throws IllegalArgumentException when no live range begins there, or it has fewer pages
   */
  void free(long pfn, long pages);

  /**
   * reserve_iova(): takes {@code [loPfn, hiPfn]} for good; reservations that overlap merge.
   *
   * @throws IllegalArgumentException when a live range lies in it, or {@code loPfn > hiPfn}
   */
  void reserve(long loPfn, long hiPfn);

  /** Frames of live ranges, rounding included; reservations and cached free ranges not counted. */
  long livePages();

  @Override
  void close();
}
