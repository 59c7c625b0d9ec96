package org.bufferyard.api.dmabuf;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A mapping of a dma-buf in a process. Keeps the buffer until {@link #munmap}. Engine thread only.
 *
 * <p>Loads and stores answer 0, or the signal that ends them: {@link #SIGSEGV} outside the mapping,
 * after its end, or against its protection; {@link #SIGBUS} where the exporter has no memory for the
 * page. Bytes before the faulting page have been moved then.
 */
@ProviderType
public interface UserMapping {
  int SIGBUS = 7;

  int SIGSEGV = 11;

  /** Whole pages. */
  long sizeBytes();

  /**
   * Loads bytes.
   *
   * @param offset bytes from the start of the mapping
   */
  int load(long offset, byte[] into);

  /** Stores bytes; into pages of the process's own if the mapping is private. */
  int store(long offset, byte[] from);

  /** Ends the mapping; later calls do nothing. */
  void munmap();
}
