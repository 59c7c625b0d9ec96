package org.bufferyard.api.dmabuf;

import java.util.List;
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
