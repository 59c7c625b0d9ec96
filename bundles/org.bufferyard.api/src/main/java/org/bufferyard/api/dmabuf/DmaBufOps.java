package org.bufferyard.api.dmabuf;

import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.memory.SgTable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The dma_buf_ops of one buffer, with the three members that the 2017 proposal adds: get_sgtable,
 * map_sg and unmap_sg. Engine thread only; locking as F10.
 *
 * <p>Errors are what the exporter really returns: if a driver launders an errno, its ops launder it
 * and emit a step that says so.
 */
@ConsumerType
public interface DmaBufOps {
  /** What the core must know beforehand. */
  OpsTraits traits();

  /**
   * The base table, asked for once at export. An error refuses the export.
   *
   * @return a table in the exporter's own address space
   */
  SgResult getSgtable();

  /** map_dma_buf: a table with {@code attachment}'s addresses. Reservation lock held. */
  SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction);

  /** unmap_dma_buf. Reservation lock held. */
  void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction);

  /** Attach, detach, release. */
  BufferLifecycle lifecycle();

  /** The CPU's side. */
  CpuAccessOps cpu();
}
