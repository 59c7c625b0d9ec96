package org.bufferyard.dmabuf;

import java.util.List;
import org.bufferyard.api.dmabuf.DmaFence;

/**
 * {@code struct dma_fence_array}: many fences as one. It follows them only once somebody waits for
 * it; before that a look at it looks at them. Holds a reference on each.
 */
final class FenceArray implements FenceOps {
  private final Fence base;
  private final List<DmaFence> fences;
  private int pending;
  private boolean enabled;

  /** The first error that a fence was signaled with while the array followed it. */
  private int pendingError;

  /**
   * @param any whether the first signal is enough
   */
  FenceArray(Fence base, List<DmaFence> fences, boolean any) {
    this.base = base;
    this.fences = List.copyOf(fences);
    this.pending = any ? 1 : fences.size();
  }

  /** dma_fence_array_signaled(). */
  @Override
  public boolean isSignaled() {
    if (enabled) {
      return pending <= 0;
    }
    int left = pending;
    for (DmaFence fence : fences) {
      if (fence.isSignaled() && --left == 0) {
        return true;
      }
    }
    return false;
  }

  /** dma_fence_array_enable_signaling(): each callback keeps the array alive. */
  @Override
  public boolean enableSignaling() {
    enabled = true;
    for (DmaFence fence : fences) {
      base.get();
      if (fence.addCallback(() -> signaled(fence)) != 0) {
        note(fence);
        base.put();
        if (--pending == 0) {
          takeError();
          return false;
        }
      }
    }
    return true;
  }

  /** dma_fence_array_cb_func(). */
  private void signaled(DmaFence fence) {
    note(fence);
    if (--pending == 0) {
      takeError();
      base.signal();
    }
    base.put();
  }

  private void note(DmaFence fence) {
    int status = fence.status();
    if (pendingError == 0 && status < 0) {
      pendingError = status;
    }
  }

  private void takeError() {
    if (pendingError < 0) {
      base.setError(pendingError);
    }
  }

  /** dma_fence_array_set_deadline(). */
  @Override
  public void setDeadline(Fence self, long deadlineNanos) {
    fences.forEach(fence -> fence.setDeadline(deadlineNanos));
  }

  @Override
  public void release() {
    fences.forEach(DmaFence::put);
  }

  @Override
  public List<DmaFence> unwrapped(Fence self) {
    return fences;
  }

  @Override
  public String driverName() {
    return "dma_fence_array";
  }

  @Override
  public boolean isContainer() {
    return true;
  }
}
