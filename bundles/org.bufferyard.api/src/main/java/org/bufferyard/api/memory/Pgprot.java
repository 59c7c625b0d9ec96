package org.bufferyard.api.memory;

/**
 * Memory attributes of a CPU mapping (B8): what {@code dma_pgprot()} makes of a device and its
 * attributes.
 */
public enum Pgprot {
  /** Normal cached: what a coherent device's memory keeps. */
  CACHED,
  /** Normal non-cached: the dma-coherent protection of a non-coherent device. */
  DMA_COHERENT,
  WRITE_COMBINE
}
