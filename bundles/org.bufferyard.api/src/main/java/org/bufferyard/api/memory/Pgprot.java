package org.bufferyard.api.memory;

/** Memory attributes of a CPU mapping (B8). */
public enum Pgprot {
  /** Normal cached: what a coherent device's memory keeps. */
  CACHED,
  /** Normal non-cached: the dma-coherent protection of a non-coherent device. */
  DMA_COHERENT,
  WRITE_COMBINE
}
