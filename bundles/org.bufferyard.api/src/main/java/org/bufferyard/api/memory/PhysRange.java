package org.bufferyard.api.memory;

/**
 * A run of CPU physical addresses.
 *
 * @param base first byte
 * @param size bytes, at least 1; the run may end exactly at 2^64
 */
public record PhysRange(long base, long size) {

  public PhysRange {
    if (size == 0 || (base + size != 0 && Long.compareUnsigned(base + size, base) < 0)) {
      throw new IllegalArgumentException(
          "range of " + Long.toUnsignedString(size) + " bytes at 0x" + Long.toHexString(base));
    }
  }

  /** The last byte's address. */
  public long last() {
    return base + size - 1;
  }

  public boolean contains(long address) {
    return Long.compareUnsigned(address - base, size) < 0;
  }

  /** Whether all of {@code [address, address+length)} lies inside. */
  public boolean contains(long address, long length) {
    long offset = address - base;
    return Long.compareUnsigned(offset, size) < 0
        && Long.compareUnsigned(length, size - offset) <= 0;
  }

  public boolean overlaps(PhysRange other) {
    return Long.compareUnsigned(base, other.last()) <= 0
        && Long.compareUnsigned(other.base, last()) <= 0;
  }

  @Override
  public String toString() {
    return "[0x" + Long.toHexString(base) + "-0x" + Long.toHexString(last()) + "]";
  }
}
