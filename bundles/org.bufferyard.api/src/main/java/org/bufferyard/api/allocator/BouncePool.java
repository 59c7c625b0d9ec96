package org.bufferyard.api.allocator;

import org.osgi.annotation.versioning.ConsumerType;

/** The book of one bounce pool. The yard copies the bytes. Engine thread only. */
@ConsumerType
public interface BouncePool extends AutoCloseable {
  /** What {@link #map} returns when the pool is full or the request too long. */
  long FULL = -1L;

  /** Physical address of the bounce memory, in-slot offset included, or {@link #FULL}. */
  long map(BounceRequest request);

  /**
   * Gives a bounce back.
   *
   * @param address as {@link #map} returned it
   * @throws IllegalArgumentException when it is not live
   */
  void release(long address);

  boolean owns(long phys);

  long usedSlots();

  @Override
  void close();
}
