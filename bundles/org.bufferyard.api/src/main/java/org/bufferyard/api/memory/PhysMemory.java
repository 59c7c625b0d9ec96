package org.bufferyard.api.memory;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The board's memory, bytes included. Owned by the yard; engine thread only.
 *
 * <p>Reads and writes here are the memory controller's: they need no mapping. A CPU access through
 * the linear map is checked by the caller with {@link #backing}.
 */
@ProviderType
public interface PhysMemory {
  /** What stands behind the frame that holds {@code phys}. */
  PageBacking backing(long phys);

  /** Whether a memory bank decodes this address, no-map regions included. */
  boolean isRam(long phys);

  /** Reads bytes; addresses that nothing decodes read as 0xff. */
  void read(long phys, byte[] into, int offset, int length);

  /** Writes bytes; writes that nothing decodes are lost. */
  void write(long phys, byte[] from, int offset, int length);

  /** Sets {@code length} bytes to {@code value}. */
  void fill(long phys, long length, byte value);
}
