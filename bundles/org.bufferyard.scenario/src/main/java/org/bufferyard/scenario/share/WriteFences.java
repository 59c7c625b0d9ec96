package org.bufferyard.scenario.share;

import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaResv;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;

/**
 * What the exporter's driver tells others of its writes. A driver of DRM leaves a fence of class WRITE
 * in the buffer before its device starts and signals it when it is done; one of videobuf2 tells nobody:
 * user space hears of a frame when it is dequeued, and the kernel hears nothing. Engine thread only.
 */
final class WriteFences {
  /** Timelines of writers, apart from what tests and faults number. */
  private static final long FIRST_CONTEXT = 1000;

  private final YardState yard;
  private final YardDevice writer;

  WriteFences(YardState yard, YardDevice writer) {
    this.yard = yard;
    this.writer = writer;
  }

  /** Before a frame is written; empty where nobody is told. */
  Optional<DmaFence> announce(Optional<DmaBuf> buffer, long sequence) {
    if (buffer.filter(b -> b.opsName().equals("prime")).isEmpty()) {
      return Optional.empty();
    }
    DmaResv reservation = buffer.get().reservation();
    if (reservation.lock() < 0) {
      return Optional.empty();
    }
    DmaFence fence =
        yard.dmaBufs().newFence(writer, FIRST_CONTEXT + buffer.get().inode(), sequence + 1);
    reservation.reserve(1);
    reservation.addReserved(fence, FenceUsage.WRITE);
    reservation.unlock();
    return Optional.of(fence);
  }
}
