package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.Errno;

/** {@code struct dma_fence}. Engine thread only. */
final class Fence implements DmaFence {
  private final long context;
  private final long seqno;
  private final EventSink events;
  private final List<Runnable> callbacks = new ArrayList<>();
  private boolean signaled;
  private int error;

  Fence(long context, long seqno, EventSink events) {
    this.context = context;
    this.seqno = seqno;
    this.events = events;
  }

  /** The stub fence: context and number 0, signaled before anybody looks. */
  static Fence stub(EventSink events) {
    Fence stub = new Fence(0, 0, events);
    stub.signaled = true;
    return stub;
  }

  @Override
  public long context() {
    return context;
  }

  @Override
  public long seqno() {
    return seqno;
  }

  @Override
  public boolean isSignaled() {
    return signaled;
  }

  @Override
  public int status() {
    if (!signaled) {
      return 0;
    }
    return error < 0 ? error : 1;
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
    // A callback may add another one to this fence: that one runs at once, so the list is final.
    for (Runnable callback : callbacks) {
      callback.run();
    }
    callbacks.clear();
    return 0;
  }

  @Override
  public void onSignal(Runnable callback) {
    if (signaled) {
      callback.run();
    } else {
      callbacks.add(callback);
    }
  }

  @Override
  public String toString() {
    return "fence " + context + ":" + seqno;
  }
}
