package org.bufferyard.api.dmabuf;

import java.util.List;
import java.util.function.IntConsumer;
import org.bufferyard.api.dma.DmaDevice;
import org.osgi.annotation.versioning.ProviderType;

/** The reservation object of a buffer (F11). Engine thread only. */
@ProviderType
public interface DmaResv {
  /** A fence and the class it was added under. */
  record Entry(DmaFence fence, FenceUsage usage) {}

  /**
   * dma_resv_lock() without a context.
   *
   * @return 0, or -EDEADLK where the kernel's thread would wait for itself, or for one that died
   */
  int lock();

  /** How a thread waits for a lock. */
  enum Sleep {
    UNINTERRUPTIBLE,
    /** A signal ends the wait: {@link AcquireContext#interrupt}. */
    INTERRUPTIBLE
  }

  /**
   * dma_resv_lock() and dma_resv_lock_interruptible() with a context. The engine thread does not wait
   * for itself: where a kernel's thread would sleep, the answer comes from within the {@link #unlock}
   * (or the lock of an older context) that ends its sleep.
   *
   * @param answered told once: 0 when the lock is held; -EALREADY, when this context has it already;
   *     -EDEADLK, when an older context has it or waits for it and this one holds others, which it
   *     has to unlock before it comes back by {@link #lockSlow}; -EINTR
   */
  void lock(AcquireContext context, Sleep sleep, IntConsumer answered);

  /**
   * dma_resv_lock_slow() and dma_resv_lock_slow_interruptible(): after -EDEADLK, with nothing else
   * held, for the reservation that gave it.
   *
   * @param answered as of {@link #lock}; the uninterruptible kernel function throws the answer away
   */
  void lockSlow(AcquireContext context, Sleep sleep, IntConsumer answered);

  /** dma_resv_trylock(): whether it was free. */
  boolean trylock();

  /**
   * dma_resv_unlock().
   *
   * @throws IllegalStateException when it is not held
   */
  void unlock();

  boolean isLocked();

  /**
   * dma_resv_reserve_fences(): room for as many more; a bigger table leaves the signaled fences
   * behind.
   *
   * @return 0, or -EINVAL with a warning for none
   */
  int reserve(int fences);

  /**
   * dma_resv_add_fence(), after reserving its slot: replaces an earlier fence of the same context
   * whose usage is not stronger, or any signaled entry. Takes a reference.
   */
  void add(DmaFence fence, FenceUsage usage);

  /**
   * dma_resv_add_fence() alone: the caller has reserved a slot since it took the lock.
   *
   * @throws org.bufferyard.api.kernel.KernelOops when there is no room: the kernel has a BUG_ON
   */
  void addReserved(DmaFence fence, FenceUsage usage);

  /** dma_resv_replace_fences(): the entries of a context become this one. */
  void replace(long context, DmaFence fence, FenceUsage usage);

  /** dma_resv_test_signaled(). */
  boolean isSignaled(FenceUsage usage);

  /** Unsignaled and signaled entries of that class and all before it, in table order. */
  List<Entry> fences(FenceUsage usage);

  /** dma_resv_iter_begin(): the unsignaled ones, without the lock. */
  FenceWalk walk(FenceUsage usage);

  /**
   * dma_resv_set_deadline() (since 6.4): {@link DmaFence#setDeadline} for all that are not signaled of
   * that class and before.
   *
   * @param deadlineNanos virtual time
   */
  void setDeadline(FenceUsage usage, long deadlineNanos);

  /**
   * dma_resv_wait_timeout().
   *
   * @param timeout in the caller's units (the kernel's are jiffies)
   * @return what is left of the timeout, at least 1; 0 when it ran out
   */
  long waitTimeout(FenceUsage usage, long timeout);

  /**
   * dma_resv_wait_timeout(), interruptible and without a timeout, by the driver of a device. Nobody
   * signals while the engine thread waits.
   *
   * @return 0, or -ERESTARTSYS when only a signal could end the wait
   */
  int waitInterruptible(FenceUsage usage, DmaDevice waiter);
}
