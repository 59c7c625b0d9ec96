package org.bufferyard.api.device;

import java.util.Arrays;
import java.util.Optional;

/**
 * Which framework code a driver imports a dma-buf through: it decides what the driver demands of a
 * mapping and what user space sees when that fails.
 */
public enum ImportPath {
  /** videobuf2-dma-contig: contiguous in DMA addresses, else -EFAULT; a failed map is -EINVAL (G1). */
  VB2_DMA_CONTIG("vb2-dma-contig", true),
  /** videobuf2-dma-sg: any list; a failed map is -EINVAL. */
  VB2_DMA_SG("vb2-dma-sg", false),
  /** DRM GEM DMA: contiguous, else -EINVAL; a failed map keeps its errno (G6). */
  GEM_DMA("gem-dma", true),
  /** DRM with a scatter-gather import: any list, errno kept. */
  GEM_SG("gem-sg", false);

  private final String word;
  private final boolean contiguous;

  ImportPath(String word, boolean contiguous) {
    this.word = word;
    this.contiguous = contiguous;
  }

  /** As written in facts files. */
  public String word() {
    return word;
  }

  /** Whether the segments must follow each other in DMA addresses. */
  public boolean needsContiguous() {
    return contiguous;
  }

  public static Optional<ImportPath> of(String word) {
    return Arrays.stream(values()).filter(p -> p.word.equals(word)).findFirst();
  }
}
