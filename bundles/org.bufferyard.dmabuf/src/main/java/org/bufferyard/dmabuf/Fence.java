package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.Errno;

/** {@code struct dma_fence} ({@code drivers/dma-buf/dma-fence.c}). Engine thread only. */
final class Fence implements DmaFence {

  /**
   * What all fences of a yard share.
   *
   * @param clock virtual time, ns
   * @param detaches whether a fence leaves its driver when signaled
   * @param deadlines whether there is dma_fence_set_deadline()
   */
  record Surroundings(
      EventSink events, LongSupplier clock, boolean detaches, boolean deadlines) {}

  private final long context;
  private final long seqno;
  private final boolean wide;
  private final Surroundings around;
  private final List<Runnable> callbacks = new ArrayList<>();
  private FenceOps ops = FenceOps.PLAIN;
  private boolean enabled;
  private boolean signaled;
  private OptionalLong timestamp = OptionalLong.empty();
  private OptionalLong deadline = OptionalLong.empty();
  private int error;
  private int references = 1;

  /**
   * @param wide whether numbers are compared in 64 bit (DMA_FENCE_FLAG_SEQNO64_BIT)
   */
  Fence(long context, long seqno, boolean wide, Surroundings around) {
    this.context = context;
    this.seqno = seqno;
    this.wide = wide;
    this.around = around;
  }

  /** The stub fence: context and number 0, signaled before anybody looks. */
  static Fence stub(long timestampNanos, Surroundings around) {
    Fence stub = new Fence(0, 0, false, around);
    stub.signaled = true;
    stub.timestamp = OptionalLong.of(timestampNanos);
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
    return signal(around.clock().getAsLong());
  }

  @Override
  public int signal(long timestampNanos) {
    if (signaled) {
      return Errno.EINVAL.rc();
    }
    signaled = true;
    timestamp = OptionalLong.of(timestampNanos);
    around
        .events()
        .emit(new DmaEvent.FenceSignaled("timeline:" + context, context, seqno, status()));
    tellIfLate(timestampNanos);
    // A callback may add another one to this fence: that one is refused, so the list is final.
    List<Runnable> waiting = List.copyOf(callbacks);
    callbacks.clear();
    waiting.forEach(Runnable::run);
    return 0;
  }

  private void tellIfLate(long now) {
    if (deadline.isPresent() && now > deadline.getAsLong()) {
      new Narrator(around.events())
          .decided(
              CoreRules.DEADLINE,
              "timeline:" + context,
              this + " is signaled " + (now - deadline.getAsLong()) + " ns after its deadline",
              "deadline",
              Long.toString(deadline.getAsLong()),
              "timestamp",
              Long.toString(now));
    }
  }

  @Override
  public OptionalLong timestampNanos() {
    return isSignaled() ? timestamp : OptionalLong.empty();
  }

  @Override
  public void setDeadline(long deadlineNanos) {
    if (around.deadlines() && !isSignaled()) {
      ops.setDeadline(this, deadlineNanos);
    }
  }

  /** What a driver does with a deadline: the earliest one counts. */
  void keepDeadline(long deadlineNanos) {
    if (deadline.isEmpty() || deadlineNanos < deadline.getAsLong()) {
      deadline = OptionalLong.of(deadlineNanos);
    }
  }

  @Override
  public OptionalLong deadlineNanos() {
    return deadline;
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
    return around.detaches() && signaled ? "detached-driver" : ops.driverName();
  }

  @Override
  public String timelineName() {
    if (around.detaches() && signaled) {
      return "signaled-timeline";
    }
    return ops.isContainer() ? "unbound" : "timeline:" + context;
  }

  @Override
  public String toString() {
    return "fence " + context + ":" + seqno;
  }
}
