package org.bufferyard.dmabuf;

import java.util.List;
import org.bufferyard.api.dmabuf.DmaFence;

/** {@code struct dma_fence_ops}: what a container adds to a fence. */
interface FenceOps {
  /** A fence that somebody signals. */
  FenceOps PLAIN = new FenceOps() {};

  /** ops->signaled: whether a look shows that it is. */
  default boolean isSignaled() {
    return false;
  }

  /** ops->enable_signaling, once, before the first callback: false when it is signaled already. */
  default boolean enableSignaling() {
    return true;
  }

  /** ops->set_deadline. */
  default void setDeadline(Fence self, long deadlineNanos) {
    self.keepDeadline(deadlineNanos);
  }

  /** ops->release. */
  default void release() {}

  /** ops->get_driver_name. */
  default String driverName() {
    return "bufferyard";
  }

  /** What dma_fence_unwrap_for_each() finds in it. */
  default List<DmaFence> unwrapped(Fence self) {
    return List.of(self);
  }

  /** dma_fence_is_container(). */
  default boolean isContainer() {
    return false;
  }
}
