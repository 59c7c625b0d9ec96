package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.Errno;

/** {@code struct dma_fence} ({@code drivers/dma-buf/dma-fence.c}). Engine thread only. */
final class Fence implements DmaFence {
  private final long context;
  private final long seqno;
  private final boolean wide;
  private final boolean detaches;
  private final EventSink events;
  private final List<Runnable> callbacks = new ArrayList<>();
  private FenceOps ops = FenceOps.PLAIN;
  private boolean enabled;
  private boolean signaled;
  private int error;
  private int references = 1;

  /** A fence of a driver, of a kernel whose signaled fences stay with it. */
  Fence(long context, long seqno, EventSink events) {
    this(context, seqno, false, false, events);
  }

  /**
   * @param wide whether numbers are compared in 64 bit (DMA_FENCE_FLAG_SEQNO64_BIT)
   * @param detaches whether it leaves its driver when signaled
   */
  Fence(long context, long seqno, boolean wide, boolean detaches, EventSink events) {
    this.context = context;
    this.seqno = seqno;
    this.wide = wide;
    this.detaches = detaches;
    this.events = events;
  }

  /** The stub fence: context and number 0, signaled before anybody looks. */
  static Fence stub(boolean detaches, EventSink events) {
    Fence stub = new Fence(0, 0, false, detaches, events);
    stub.signaled = true;
    return stub;
  }

  /** Makes it a container; before anybody sees it. */
  void setOps(FenceOps container) {
    ops = container;
  }

  FenceOps ops() {
    return ops;
  }

  @Override
  public long context() {
    return context;
  }

  @Override
  public long seqno() {
    return seqno;
  }

  /** dma_fence_is_later(): both of one context. */
  boolean isLaterThan(DmaFence other) {
    return wide
        ? Long.compareUnsigned(seqno, other.seqno()) > 0
        : (int) (seqno - other.seqno()) > 0;
  }

  @Override
  public boolean isSignaled() {
    if (!signaled && ops.isSignaled()) {
      signal();
    }
    return signaled;
  }

  @Override
  public int status() {
    if (!isSignaled()) {
      return 0;
    }
    return error < 0 ? error : 1;
  }

  /** fence->error: 0 or negative, signaled or not. */
  int error() {
    return error;
  }

  @Override
  public void setError(int rc) {
    if (rc >= 0) {
      throw new IllegalArgumentException("fence error " + rc + " is not a negative errno");
    }
    if (signaled) {
      throw new IllegalStateException(this + " is signaled already");
    }
    error = rc;
  }

  @Override
  public int signal() {
    if (signaled) {
      return Errno.EINVAL.rc();
    }
    signaled = true;
    events.emit(new DmaEvent.FenceSignaled("timeline:" + context, context, seqno, status()));
    // A callback may add another one to this fence: that one is refused, so the list is final.
    List<Runnable> waiting = List.copyOf(callbacks);
    callbacks.clear();
    waiting.forEach(Runnable::run);
    return 0;
  }

  @Override
  public void onSignal(Runnable callback) {
    if (addCallback(callback) != 0) {
      callback.run();
    }
  }

  @Override
  public int addCallback(Runnable callback) {
    if (signaled || !enableSignaling()) {
      return Errno.ENOENT.rc();
    }
    callbacks.add(callback);
    return 0;
  }

  /** __dma_fence_enable_signaling(). */
  private boolean enableSignaling() {
    boolean first = !enabled;
    enabled = true;
    if (first && !ops.enableSignaling()) {
      signal();
    }
    return !signaled;
  }

  @Override
  public boolean removeCallback(Runnable callback) {
    return callbacks.remove(callback);
  }

  @Override
  public long waitTimeout(long timeout) {
    return isSignaled() ? Math.max(1, timeout) : 0;
  }

  @Override
  public int references() {
    return references;
  }

  @Override
  public void get() {
    references++;
  }

  @Override
  public void put() {
    if (--references == 0) {
      ops.release();
    }
  }

  @Override
  public String driverName() {
    return detaches && signaled ? "detached-driver" : ops.driverName();
  }

  @Override
  public String timelineName() {
    if (detaches && signaled) {
      return "signaled-timeline";
    }
    return ops.isContainer() ? "unbound" : "timeline:" + context;
  }

  @Override
  public String toString() {
    return "fence " + context + ":" + seqno;
  }
}
