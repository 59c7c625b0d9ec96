package org.bufferyard.dma.bounce;

import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.dma.mapping.MappingRules;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.yard.YardDevice;

/**
 * dma_kmalloc_needs_bounce() (C10): a non-coherent device must not write into a cache line that it
 * may share with other kmalloc memory. The kernel looks at the length alone, wherever it came from.
 *
 * <p>The cache line is taken as 64 bytes, ARCH_DMA_MINALIGN as arm64's 128.
 */
public final class KmallocBounce {
  private static final long CACHE_LINE = 64;
  private static final long DMA_MINALIGN = 128;
  private static final int[] SMALL_SIZES = {8, 16, 32, 64, 96, 128, 192, 256};

  private KmallocBounce() {}

  public static boolean needed(
      KernelProfile kernel,
      MachineSpec machine,
      YardDevice device,
      long size,
      DmaDirection direction) {
    // Without a pool at boot kmalloc's caches are whole cache lines: __kmalloc_minalign().
    if (!machine.kmallocBounce()
        || machine.swiotlb().mode() == MachineSpec.BounceMode.OFF
        || device.isCoherent()
        || direction == DmaDirection.TO_DEVICE
        || !MappingRules.KMALLOC.holdsIn(kernel)) {
      return false;
    }
    return size > 0 && size < 2 * DMA_MINALIGN && roundUp(size) % CACHE_LINE != 0;
  }

  /** kmalloc_size_roundup() of the small caches. */
  private static long roundUp(long size) {
    for (int cache : SMALL_SIZES) {
      if (size <= cache) {
        return cache;
      }
    }
    return size;
  }
}
