package org.bufferyard.platform.verdict;

import java.util.Arrays;
import java.util.Optional;

/**
 * {@code --memory}: what the exported buffer is made of. {@link #word} is how files and command
 * lines write it.
 */
public enum MemoryKind {
  /** What dma_alloc_attrs gives the exporter. */
  DEFAULT("default"),
  POOL("pool"),
  COHERENT("coherent"),
  CMA("cma"),
  NONCONTIG("noncontig"),
  PAGES("pages"),
  SYSTEM_HEAP("system-heap"),
  CMA_HEAP("cma-heap"),
  UDMABUF("udmabuf"),
  /** A register window of the exporter. */
  RESOURCE("resource");

  private final String word;

  MemoryKind(String word) {
    this.word = word;
  }

  /** As typed on the command line. */
  public String word() {
    return word;
  }

  /** Whether a process allocates it, and no device's driver. */
  public boolean isOfUserSpace() {
    return this == SYSTEM_HEAP || this == CMA_HEAP || this == UDMABUF;
  }

  public static Optional<MemoryKind> of(String word) {
    return Arrays.stream(values()).filter(k -> k.word.equals(word)).findFirst();
  }
}
