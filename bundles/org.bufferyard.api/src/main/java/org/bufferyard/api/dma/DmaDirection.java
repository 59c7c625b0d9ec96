package org.bufferyard.api.dma;

/** {@code enum dma_data_direction}, seen from the device. The ordinal is the kernel's number. */
public enum DmaDirection {
  BIDIRECTIONAL,
  TO_DEVICE,
  FROM_DEVICE,
  NONE;

  private static final DmaDirection[] VALUES = values();

  /** The kernel's number, 0 to 3. */
  public int code() {
    return ordinal();
  }

  /**
   * The direction of a kernel number.
   *
   * @throws IllegalArgumentException outside 0 to 3
   */
  public static DmaDirection of(int code) {
    if (code < 0 || code >= VALUES.length) {
      throw new IllegalArgumentException("DMA direction " + code);
    }
    return VALUES[code];
  }

  /** Whether the device may read memory. */
  public boolean deviceReads() {
    return this == TO_DEVICE || this == BIDIRECTIONAL;
  }

  /** Whether the device may write memory. */
  public boolean deviceWrites() {
    return this == FROM_DEVICE || this == BIDIRECTIONAL;
  }
}
