package org.bufferyard.api.dmabuf;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** An exported buffer. Compared by identity. Engine thread only. */
@ProviderType
public interface DmaBuf {
  /** Unique and increasing within a yard. */
  long inode();

  /** {@code "buf:"} and the inode number, the element of its events. */
  String id();

  /** What user space called it ({@code DMA_BUF_SET_NAME}); empty for none. */
  Optional<String> name();

  /** References: {@code file_count()}. */
  int references();

  /** Bytes, fixed for life. */
  long sizeBytes();

  /** Name of the ops that were chosen for this very buffer; never changes (P2). */
  String opsName();

  /** What it is made of now: an exporter that {@link DmaBufs#move moves} it gives it other memory. */
  ExportedMemory memory();

  /** dma_buf_is_dynamic(): its memory can move, and its ops have pin. */
  boolean isDynamic();

  DmaResv reservation();

  /** vmapping_counter: kernel mappings not yet undone. */
  int kernelMappings();
}
