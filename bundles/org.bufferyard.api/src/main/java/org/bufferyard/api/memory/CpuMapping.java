package org.bufferyard.api.memory;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A CPU's view of a buffer: a kernel mapping (vmap) or a user mapping (mmap). Engine thread only.
 */
@ProviderType
public interface CpuMapping {
  /** Bytes mapped, whole pages for a user mapping. */
  long size();

  /** Memory attributes of this alias. */
  Pgprot pgprot();

  void read(long offset, byte[] into, int at, int length);

  void write(long offset, byte[] from, int at, int length);
}
