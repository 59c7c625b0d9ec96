package org.bufferyard.api.device;

import java.util.List;

/**
 * A frame to be filled or used.
 *
 * @param sequence number, from 0
 * @param segments where it lies for this device, in order
 * @param sizeBytes payload, at most the segments' sum
 */
public record Frame(long sequence, List<BusSegment> segments, long sizeBytes) {
  /** A run of this device's own bus addresses. */
  public record BusSegment(long address, long length) {}

  public Frame {
    segments = List.copyOf(segments);
    long room = segments.stream().mapToLong(BusSegment::length).sum();
    if (sizeBytes < 0 || sizeBytes > room) {
      throw new IllegalArgumentException(sizeBytes + " bytes in segments of " + room);
    }
  }
}
