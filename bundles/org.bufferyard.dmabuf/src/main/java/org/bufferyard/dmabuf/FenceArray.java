package org.bufferyard.dmabuf;

import java.util.List;
import org.bufferyard.api.dmabuf.DmaFence;

/**
 * {@code struct dma_fence_array} that waits for all of its fences. As in the kernel it watches them
 * only once somebody watches it; before that a look at it looks at them. Engine thread only.
 */
final class FenceArray implements DmaFence {
  private final Fence base;
  private final List<DmaFence> fences;
  private boolean watching;

  /**
   * dma_fence_array_create().
   *
   * @param base number and callbacks of the array itself
   */
  FenceArray(Fence base, List<DmaFence> fences) {
    this.base = base;
    this.fences = List.copyOf(fences);
  }

  List<DmaFence> fences() {
    return fences;
  }

  @Override
  public long context() {
    return base.context();
  }

  @Override
  public long seqno() {
    return base.seqno();
  }

  /** dma_fence_array_signaled(). */
  @Override
  public boolean isSignaled() {
    signalWithTheLast();
    return base.isSignaled();
  }

  private void signalWithTheLast() {
    if (base.isSignaled() || !fences.stream().allMatch(DmaFence::isSignaled)) {
      return;
    }
    fences.stream().mapToInt(DmaFence::status).filter(s -> s < 0).findFirst()
        .ifPresent(base::setError);
    base.signal();
  }

  @Override
  public int status() {
    return isSignaled() ? base.status() : 0;
  }

  @Override
  public void setError(int rc) {
    base.setError(rc);
  }

  @Override
  public int signal() {
    return base.signal();
  }

  /** The first callback enables signaling: from then on the array follows its fences. */
  @Override
  public void onSignal(Runnable callback) {
    base.onSignal(callback);
    if (!watching) {
      watching = true;
      fences.forEach(fence -> fence.onSignal(this::signalWithTheLast));
    }
  }

  @Override
  public String toString() {
    return "array of " + fences;
  }
}
