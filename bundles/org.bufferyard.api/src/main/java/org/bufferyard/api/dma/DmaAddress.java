package org.bufferyard.api.dma;

/**
 * The sentinel of {@code dma_addr_t}, and how addresses are written. An address is an unsigned
 * {@code long} in bytes.
 */
public final class DmaAddress {
  /** What a failed mapping returns: all ones. */
  public static final long MAPPING_ERROR = -1L;

  private DmaAddress() {}

  /** {@code 0x} and the unsigned hexadecimal digits. */
  public static String hex(long address) {
    return "0x" + Long.toHexString(address);
  }
}
