package org.bufferyard.platform.yard;

import java.util.Optional;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.platform.spec.DeviceSpec;
import org.osgi.annotation.versioning.ProviderType;

/** A device with what the engines may change and use. Engine thread only. */
@ProviderType
public interface YardDevice extends DmaDevice {
  DeviceSpec spec();

  /** Sets dma_mask; the engine has checked it (A7). */
  void setDmaMask(long mask);

  void setCoherentDmaMask(long mask);

  /** dma_set_max_seg_size(): an unsigned int; 0 is the default of 64 KiB. */
  void setMaxSegmentSize(long bytes);

  /** dma_set_seg_boundary(): 0 is none. */
  void setSegmentBoundary(long mask);

  /** dma_set_min_align_mask(): an unsigned int, any; the kernel checks no more than that. */
  void setMinAlignMask(long mask);

  void setUntrusted(boolean untrusted);

  /** dev->dma_mem with its allocator; empty without one. */
  Optional<Pool> coherentPool();

  /** dev->cma_area. */
  Optional<Pool> cmaArea();

  /**
   * {@code of_reserved_mem_device_release()}: gives back what the driver would have attached, the
   * coherent pool and the CMA area. A device starts with both, as drivers use to.
   */
  void releasePools();

  /** The restricted pool, attached only when there is no IOMMU (A5). */
  Optional<BounceArea> restrictedPool();

  /** The domain of its group; empty when it is not behind an enabled IOMMU. */
  Optional<Domain> domain();

  /** A pool as the engine uses it. */
  record Pool(org.bufferyard.platform.spec.PoolSpec spec, Allocator allocator) {}
}
