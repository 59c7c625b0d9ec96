package org.bufferyard.api.dmabuf;

import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.memory.SgTable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The dma-buf core of one yard ({@code drivers/dma-buf/dma-buf.c}). Engine thread only; {@code int}
 * results are 0 or a negative errno.
 */
@ProviderType
public interface DmaBufs {

  /** Which world chooses the ops of a buffer. */
  enum OpsPolicy {
    /** The driver's one table, whatever the memory is (G1). */
    MAINLINE,
    /** By asking where the memory came from (P2). */
    PROPOSAL
  }

  /** A buffer or the error that user space sees. */
  record ExportResult(int rc, Optional<DmaBuf> buffer) {}

  /** An attachment or the exporter's error. */
  record AttachResult(int rc, Optional<DmaBufAttachment> attachment) {}

  /**
   * dma_buf_export() as the exporter's driver calls it.
   *
   * @param driverOps name of the ops the exporter's driver uses in mainline
   * @param forcedOps name of the ops to use whatever the policy says; empty for none
   */
  ExportResult export(
      ExportedMemory memory, OpsPolicy policy, String driverOps, Optional<String> forcedOps);

  /**
   * dma_buf_export() by a driver that brings its own ops: nothing is chosen and no kind is looked up.
   * Everything else is as with any other buffer.
   */
  ExportResult export(ExportedMemory memory, DmaBufOpsKind ops);

  /**
   * dma_buf_attach(), or dma_buf_dynamic_attach() when {@code dynamic}, by an importer that takes no
   * notice of a move.
   */
  AttachResult attach(DmaBuf buffer, DmaDevice importer, boolean dynamic);

  /** dma_buf_dynamic_attach() with importer ops. */
  AttachResult attach(DmaBuf buffer, DmaDevice importer, ImporterOps importerOps);

  /** dma_buf_detach(). */
  void detach(DmaBufAttachment attachment);

  /** dma_buf_map_attachment_unlocked() (F4). */
  SgResult map(DmaBufAttachment attachment, DmaDirection direction);

  /** dma_buf_unmap_attachment_unlocked() (F5). */
  void unmap(DmaBufAttachment attachment, SgTable table, DmaDirection direction);

  /**
   * dma_buf_map_attachment(): the caller holds the reservation lock ({@link DmaResv#lock}); without
   * it the kernel's lock checker complains, and so does this.
   */
  SgResult mapLocked(DmaBufAttachment attachment, DmaDirection direction);

  /** dma_buf_unmap_attachment(): the caller holds the reservation lock. */
  void unmapLocked(DmaBufAttachment attachment, SgTable table, DmaDirection direction);

  /**
   * dma_buf_pin(): the caller holds the reservation lock; for dynamic importers.
   *
   * @return 0, or the exporter's error
   */
  int pin(DmaBufAttachment attachment);

  /** dma_buf_unpin(): the caller holds the reservation lock. */
  void unpin(DmaBufAttachment attachment);

  /**
   * dma_buf_invalidate_mappings(), until 7.x dma_buf_move_notify(): the exporter tells every dynamic
   * importer that its mapping is void. The caller holds the reservation lock.
   */
  void invalidateMappings(DmaBuf buffer);

  /**
   * The exporter's driver moves a buffer to other memory (ttm_bo_handle_move_mem()): importers that can
   * be told are told, and from then on the buffer is that memory, which the ops find in {@link
   * DmaBuf#memory} at the next map. The caller holds the reservation lock, has waited for its fences,
   * and sees to the bytes.
   *
   * @return 0; -EBUSY: somebody has it pinned; -EINVAL: its ops cannot move, or the size is another
   */
  int move(DmaBuf buffer, ExportedMemory to);

  /**
   * The device is going, and its driver revokes what it exports as far as its ops do so ({@link
   * BufferLifecycle#revoke}, {@code vfio_pci_dma_buf_move()}): importers that can be told are told
   * under the reservation lock. The caller does not hold it.
   */
  void revokeExports(DmaDevice exporter);

  int beginCpuAccess(DmaBuf buffer, DmaDirection direction);

  int endCpuAccess(DmaBuf buffer, DmaDirection direction);

  /** dma_buf_mmap(), shared (F8); the mapping holds a reference until {@link #munmap}. */
  MapResult mmap(DmaBuf buffer, long pageOffset, long sizeBytes);

  void munmap(DmaBuf buffer);

  MapResult vmap(DmaBuf buffer);

  void vunmap(DmaBuf buffer);

  /** get_dma_buf(). */
  void get(DmaBuf buffer);

  /** dma_buf_put(): the last one releases. */
  void put(DmaBuf buffer);

  /**
   * The exporter's driver gives up an allocation. While a buffer shares it, the free is put off and
   * reported, and happens with the last buffer's release (P9).
   *
   * @return whether it was freed now
   */
  boolean freeAllocation(Allocation allocation);

  /** How a driver asks the page allocator for a buffer. */
  enum PageBlocks {
    /** vb2_dma_sg_alloc_compacted(): the largest block that fits the rest, without high memory. */
    LARGEST,
    /** shmem: page by page, from any zone. */
    SINGLE
  }

  /**
   * Pages that a driver allocates itself, zeroed; neighbours are one entry, as
   * sg_alloc_table_from_pages() makes them. They go with the last buffer that is made of this very
   * table, or with {@link #freePages} when there is none.
   *
   * @param sizeBytes rounded up to whole pages
   * @return the CPU list, or nothing: no memory
   */
  Optional<SgTable> allocPages(long sizeBytes, PageBlocks blocks);

  /**
   * The driver gives pages up.
   *
   * @return whether they were freed now; otherwise a buffer has them still
   */
  boolean freePages(SgTable pages);

  /** A process of user space, without descriptors on buffers. */
  UserProcess newProcess();

  /** A new fence on a timeline. */
  DmaFence newFence(long context, long seqno);

  /** The same, of the device whose driver signals it. */
  DmaFence newFence(DmaDevice driver, long context, long seqno);

  /** Fences and their containers. */
  DmaFences fences();

  /** ww_acquire_init(): a driver is about to lock several reservations. */
  AcquireContext newAcquireContext(DmaDevice driver);

  /** Buffers that are not released, for leak checks. */
  int liveBuffers();

  /**
   * Buffers that are released, but whose ops broke in {@link BufferLifecycle#release}: nobody knows
   * what became of what they held.
   */
  int lostBuffers();
}
