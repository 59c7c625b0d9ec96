package org.bufferyard.api.dma;

/**
 * The part of {@code gfp_t} that DMA allocation looks at.
 *
 * @param blocking may sleep; false is GFP_ATOMIC
 * @param dma32 __GFP_DMA32 asked for (cleared by dma_alloc_attrs, B1)
 * @param compound __GFP_COMP, refused by dma_alloc_attrs
 */
public record Gfp(boolean blocking, boolean dma32, boolean compound) {
  public static final Gfp KERNEL = new Gfp(true, false, false);
  public static final Gfp ATOMIC = new Gfp(false, false, false);
  public static final Gfp DMA32 = new Gfp(true, true, false);
}
