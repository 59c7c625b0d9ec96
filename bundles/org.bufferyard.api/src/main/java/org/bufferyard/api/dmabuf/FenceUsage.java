package org.bufferyard.api.dmabuf;

/** enum dma_resv_usage; asking for one returns it and all before it (F11). */
public enum FenceUsage {
  KERNEL,
  WRITE,
  READ,
  BOOKKEEP;

  /** dma_resv_usage_rw(): what an access must wait for. */
  public static FenceUsage toWaitFor(boolean write) {
    return write ? READ : WRITE;
  }
}
