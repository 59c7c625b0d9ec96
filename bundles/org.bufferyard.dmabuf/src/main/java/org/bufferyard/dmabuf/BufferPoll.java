package org.bufferyard.dmabuf;

import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.dmabuf.UserProcess;

/**
 * The poll of one buffer (F12): one callback for readers and one for writers, whoever polls.
 *
 * <p>A callback watches one fence, and holds a reference on the buffer until it runs; while it
 * waits, its direction is not ready, even if that fence is in the way no more.
 */
final class BufferPoll {
  private final SharedBuffer buffer;
  private final Callback readers = new Callback(false);
  private final Callback writers = new Callback(true);

  BufferPoll(SharedBuffer buffer) {
    this.buffer = buffer;
  }

  /**
   * dma_buf_poll(): the ready ones of POLLIN and POLLOUT, if they were asked for.
   *
   * @param core where a callback gives its reference back
   */
  int poll(int events, SharedBuffers core) {
    int ready = 0;
    if ((events & UserProcess.POLLOUT) != 0 && writers.isReady(core)) {
      ready |= UserProcess.POLLOUT;
    }
    if ((events & UserProcess.POLLIN) != 0 && readers.isReady(core)) {
      ready |= UserProcess.POLLIN;
    }
    return ready;
  }

  /** {@code struct dma_buf_poll_cb_t}. */
  private final class Callback {
    private final FenceUsage waitsFor;
    private boolean active;

    Callback(boolean write) {
      this.waitsFor = FenceUsage.toWaitFor(write);
    }

    /** dma_buf_poll_add_cb(). */
    boolean isReady(SharedBuffers core) {
      if (active) {
        return false;
      }
      Optional<DmaFence> open = buffer.reservation().firstUnsignaled(waitsFor);
      if (open.isEmpty()) {
        return true;
      }
      active = true;
      buffer.get();
      DmaFence fence = open.get();
      fence.get();
      fence.onSignal(() -> signaled(core, fence));
      return false;
    }

    /** dma_buf_poll_cb(). */
    private void signaled(SharedBuffers core, DmaFence fence) {
      active = false;
      fence.put();
      core.put(buffer);
    }
  }
}
