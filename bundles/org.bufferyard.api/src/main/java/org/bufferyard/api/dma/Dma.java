package org.bufferyard.api.dma;

import java.util.Optional;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.SgTable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The DMA API of one yard ({@code include/linux/dma-mapping.h}), with the coherent remap of the
 * 2017 proposal beside it.
 *
 * <p>Engine thread only. Methods returning {@code int} return 0 or a negative errno unless they say
 * otherwise; methods returning an address return {@link DmaAddress#MAPPING_ERROR} on failure. A
 * call that would kill the kernel throws {@link org.bufferyard.api.kernel.KernelOops}.
 */
@ProviderType
public interface Dma {

  // ---- masks and limits (A7-A9) ----

  /** dma_set_mask(): 0 or -EIO, and then the old mask stays. */
  int setMask(DmaDevice device, long mask);

  /** dma_set_coherent_mask(): 0 or -EIO. */
  int setCoherentMask(DmaDevice device, long mask);

  /** dma_get_required_mask(). */
  long requiredMask(DmaDevice device);

  /** dma_max_mapping_size(), bytes; all ones for no limit. */
  long maxMappingSize(DmaDevice device);

  /** dma_opt_mapping_size(), bytes: above it IOVAs are not cached; all ones for no limit. */
  long optMappingSize(DmaDevice device);

  /** dma_get_merge_boundary(): pages that the IOMMU merges, as a mask; 0 when nothing merges. */
  long mergeBoundary(DmaDevice device);

  boolean addressingLimited(DmaDevice device);

  // ---- allocation (B) ----

  /** dma_alloc_attrs(); empty is the kernel's NULL, there are no error numbers (B1). */
  Optional<Allocation> allocAttrs(DmaDevice device, long sizeBytes, Gfp gfp, DmaAttrs attrs);

  /**
   * dma_alloc_noncontiguous(): never from a device's pool (B2, B11).
   *
   * @return the allocation; {@link #sgtOf} gives its mapped table
   */
  Optional<Allocation> allocNoncontiguous(
      DmaDevice device, long sizeBytes, DmaDirection direction, Gfp gfp, DmaAttrs attrs);

  /** The table that came with a noncontiguous allocation: one DMA segment, all pages. */
  SgTable sgtOf(Allocation noncontiguous);

  /** dma_free_attrs() / dma_free_noncontiguous(). */
  void free(Allocation allocation);

  /**
   * The arguments of a dma_free_attrs() call, which need not be those of the allocation.
   *
   * @param sizeBytes as given
   * @param cpuOffset bytes between the CPU address given and the allocation's own
   * @param handle as given
   * @param interruptsOff whether the caller runs with interrupts disabled
   */
  record FreeCall(
      long sizeBytes, long cpuOffset, long handle, DmaAttrs attrs, boolean interruptsOff) {
    public FreeCall {
      java.util.Objects.requireNonNull(attrs, "attrs");
    }

    /** The call that the allocation asks for. */
    public static FreeCall of(Allocation allocation) {
      return new FreeCall(
          allocation.sizeBytes(), 0, allocation.handle(), allocation.attrs(), false);
    }
  }

  /**
   * dma_free_attrs() with whatever arguments a driver gives; the memory meant is that of the CPU
   * address, so {@code allocation} with an offset.
   */
  void freeAttrs(DmaDevice device, Allocation allocation, FreeCall call);

  // ---- sharing a coherent allocation (C1-C4) ----

  /** A table, or the error that stands in its place. */
  record SgResult(int rc, Optional<SgTable> table) {
    public static SgResult of(SgTable table) {
      return new SgResult(0, Optional.of(table));
    }

    public static SgResult failed(int rc) {
      return new SgResult(rc, Optional.empty());
    }
  }

  /** dma_get_sgtable_attrs() (C1). */
  SgResult getSgtable(DmaDevice device, Allocation allocation, long sizeBytes);

  /** A CPU mapping, or the error that stands in its place. */
  record MapResult(int rc, Optional<CpuMapping> mapping) {
    public static MapResult of(CpuMapping mapping) {
      return new MapResult(0, Optional.of(mapping));
    }

    public static MapResult failed(int rc) {
      return new MapResult(rc, Optional.empty());
    }
  }

  /**
   * dma_mmap_attrs() (C2, C3).
   *
   * @param pageOffset vm_pgoff, pages
   * @param sizeBytes bytes of the user mapping
   */
  MapResult mmap(DmaDevice device, Allocation allocation, long pageOffset, long sizeBytes);

  /** dma_can_mmap() (C4). */
  boolean canMmap(DmaDevice device);

  /** The kernel's own mapping of an allocation; empty with DMA_ATTR_NO_KERNEL_MAPPING. */
  Optional<CpuMapping> cpuMapping(Allocation allocation);

  // ---- streaming (C5-C9, D) ----

  /** dma_map_page_attrs(). */
  long mapPage(
      DmaDevice device,
      PageRef page,
      long offset,
      long sizeBytes,
      DmaDirection direction,
      DmaAttrs attrs);

  /**
   * dma_map_single_attrs(): memory by its CPU address. What lies in the vmalloc area, the stack of a
   * thread included, is rejected.
   *
   * @param phys of the first byte; not looked at for vmalloc memory
   */
  long mapSingle(
      DmaDevice device,
      Allocation.CpuAddress address,
      long phys,
      long sizeBytes,
      DmaDirection direction,
      DmaAttrs attrs);

  /** dma_map_phys() (7.x) and, with {@link DmaAttr#MMIO}, dma_map_resource(). */
  long mapPhys(
      DmaDevice device, long phys, long sizeBytes, DmaDirection direction, DmaAttrs attrs);

  /** dma_map_resource(): registers, never bounced, no cache maintenance. */
  long mapResource(
      DmaDevice device, long phys, long sizeBytes, DmaDirection direction, DmaAttrs attrs);

  /**
   * dma_mapping_error(): -ENOMEM for {@link DmaAddress#MAPPING_ERROR}, else 0. Drivers must ask
   * after every single mapping (I8).
   */
  int mappingError(DmaDevice device, long dma);

  /**
   * dma_unmap_page_attrs(). From 7.0 on it does nothing with {@link DmaAttr#MMIO}: registers were
   * never pages.
   */
  void unmap(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, DmaAttrs attrs);

  /** dma_unmap_phys() (7.x). */
  void unmapPhys(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, DmaAttrs attrs);

  /** dma_unmap_resource(). */
  void unmapResource(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, DmaAttrs attrs);

  /** dma_map_sgtable(): 0 with the table's nents set, or the errno of C6. */
  int mapSgtable(DmaDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs);

  /** dma_map_sg_attrs(): the number of segments, 0 on failure. */
  int mapSg(DmaDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs);

  /** dma_unmap_sgtable(). */
  void unmapSgtable(DmaDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs);

  /** dma_unmap_sg_attrs(): {@code nents} should be that of the map call, and need not be. */
  void unmapSg(
      DmaDevice device, SgTable table, int nents, DmaDirection direction, DmaAttrs attrs);

  void syncSingle(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, boolean forDevice);

  /** dma_sync_sgtable_for_cpu() and _for_device(): all entries. */
  void syncSg(DmaDevice device, SgTable table, DmaDirection direction, boolean forDevice);

  /** dma_sync_sg_for_cpu() and _for_device() of the first {@code nents} entries. */
  void syncSg(
      DmaDevice device, SgTable table, int nents, DmaDirection direction, boolean forDevice);

  // ---- two steps (C12) ----

  /**
   * dma_iova_try_alloc(): IOVAs for {@code sizeBytes} of memory that begins at {@code phys}, or at
   * another address with the same offset in a granule.
   *
   * @return empty where the kernel says false: no domain of the DMA API, no room, 0 bytes, 2^63 and
   *     more, a kernel before 6.16; the driver then maps with {@link #mapPhys}
   */
  Optional<IovaRange> tryAllocIova(DmaDevice device, long phys, long sizeBytes);

  // ---- the proposal (P) ----

  /** dma_check_dev_coherent(): whether a coherent pool served this buffer (P1). */
  boolean checkDevCoherent(DmaDevice device, Allocation allocation);

  /**
   * Makes a coherent allocation of one device addressable for another (P4): never a bounce, never a
   * page, no cache maintenance.
   *
   * @return a table of DMA-only segments in {@code importer}'s addresses, or -EIO, -EINVAL, -ENOMEM
   *     with the reason in the event stream
   */
  SgResult coherentRemap(
      DmaDevice exporter, Allocation allocation, DmaDevice importer, DmaDirection direction);

  /** Undoes {@link #coherentRemap} (P5). */
  void coherentUnmap(DmaDevice importer, SgTable table, DmaDirection direction);
}
