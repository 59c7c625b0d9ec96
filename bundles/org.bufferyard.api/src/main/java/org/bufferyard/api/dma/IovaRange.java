package org.bufferyard.api.dma;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A range of IOVAs that a driver allocated first and links memory into piece by piece ({@code struct
 * dma_iova_state}, C12). Offsets count from {@link #address}.
 *
 * <p>The kernel checks next to nothing here. What it would do is done, and where that reaches beyond
 * the range or comes after its end a hazard is raised. Engine thread only.
 */
@ProviderType
public interface IovaRange {
  /** The first address for the device: it has the offset of the memory it was allocated for. */
  long address();

  /** Bytes as asked for. */
  long sizeBytes();

  /**
   * dma_iova_link(): maps memory at an offset. The IOMMU's caches hold nothing of it before {@link
   * #sync}.
   *
   * @param phys may begin inside a granule only at offset 0
   * @return 0; -EIO for another unaligned {@code phys}; -EOPNOTSUPP where {@link
   *     DmaAttr#REQUIRE_COHERENT} cannot be kept; -EPERM for registers that would have to be bounced;
   *     -ENOMEM without a bounce; or what the page table says
   */
  int link(long phys, long offset, long sizeBytes, DmaDirection direction, DmaAttrs attrs);

  /** dma_iova_sync(): 0, or a negative errno of the IOMMU. */
  int sync(long offset, long sizeBytes);

  /** dma_iova_unlink(): the translation and its cached copies go, the IOVAs stay. */
  void unlink(long offset, long sizeBytes, DmaDirection direction, DmaAttrs attrs);

  /** dma_iova_free(): gives the IOVAs back; nothing may be linked any more. */
  void free();

  /**
   * dma_iova_destroy(): unlinks what lies below {@code linkedBytes} and gives the IOVAs back, through
   * the flush queue where the domain has one.
   */
  void destroy(long linkedBytes, DmaDirection direction, DmaAttrs attrs);
}
