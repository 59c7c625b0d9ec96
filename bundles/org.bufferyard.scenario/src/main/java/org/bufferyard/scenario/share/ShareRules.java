package org.bufferyard.scenario.share;

import org.bufferyard.api.kernel.Rule;

/** The rules that drivers on either side of a share apply; the engines apply all others. */
public final class ShareRules {
  /** The exporter's driver allocates. */
  public static final Rule ALLOCATE = Rule.of("G1", "vb2_dc_alloc");

  /** A scatter-gather queue of videobuf2 allocates. */
  public static final Rule COMPACTED = Rule.of("G1", "vb2_dma_sg_alloc_compacted");

  /** A GEM object of shmem pages allocates. */
  public static final Rule SHMEM = Rule.of("G6", "drm_gem_shmem_get_pages_sgt");

  /** A driver makes pages of its registers. */
  public static final Rule PEER_PAGES = Rule.of("F14", "pci_p2pdma_add_resource");

  /** What of a device is shared, where it is no memory. */
  public static final Rule REGISTERS = Rule.of("F15", "dma_buf_phys_vec_to_sgt");

  /** The kernels that have an exporter of registers. */
  public static final Rule PHYS_VEC = REGISTERS.since(7, 0);

  /** A driver maps registers of another device. */
  public static final Rule MAP_RESOURCE = Rule.of("C5", "dma_map_resource");

  /** What the driver is like; no rule of the kernel. */
  public static final Rule DRIVER = Rule.of("driver", "probe");

  /** Where the exporter's own IOMMU comes in. */
  public static final Rule IOMMU_ALLOC = Rule.of("B10", "iommu_dma_alloc");

  /** The same for scattered pages. */
  public static final Rule IOMMU_NONCONTIG = Rule.of("B11", "iommu_dma_alloc_noncontiguous");

  /** Where the importer's IOMMU comes in. */
  public static final Rule IOMMU_MAP = Rule.of("D9", "iommu_map");

  /** A driver sets its masks. */
  public static final Rule SET_MASK = Rule.of("A7", "dma_set_mask_and_coherent");

  /** A driver sets its longest segment. */
  public static final Rule MAX_SEGMENT = Rule.of("G1", "vb2_dma_contig_set_max_seg_size");

  /** A videobuf2 importer attaches. */
  public static final Rule VB2_ATTACH = Rule.of("G1", "vb2_dc_attach_dmabuf");

  /** A videobuf2 importer maps, and launders the error. */
  public static final Rule VB2_MAP = Rule.of("G1", "vb2_dc_map_dmabuf");

  /** The same for scatter-gather queues. */
  public static final Rule VB2_SG_MAP = Rule.of("G1", "vb2_dma_sg_map_dmabuf");

  /** A GEM importer attaches and maps. */
  public static final Rule GEM_IMPORT = Rule.of("G6", "drm_gem_prime_import_dev");

  /** A GEM DMA importer wants one contiguous run. */
  public static final Rule GEM_CONTIGUOUS = Rule.of("G6", "drm_gem_dma_prime_import_sg_table");

  /** A driver of DRM waits for the writers of a buffer. */
  public static final Rule AWAIT_WRITERS = Rule.of("F11", "drm_atomic_helper_wait_for_fences");

  /** A device accesses memory through its bus. */
  public static final Rule TRANSFER = Rule.of("D14", "bus master access");

  /** An exporter maps for an importer without cache maintenance. */
  public static final Rule SKIPPED_SYNC = Rule.of("C8", "dma_direct_map_sg, iommu_dma_map_sg");

  /** Cache maintenance was left out, or went the wrong way. */
  public static final Rule CACHE =
      Rule.of("C9", "arch_sync_dma_for_device, arch_sync_dma_for_cpu");

  /** The bounce copies only when somebody maps or syncs. */
  public static final Rule BOUNCE_COPY = Rule.of("E5", "swiotlb_bounce");

  private ShareRules() {}
}
