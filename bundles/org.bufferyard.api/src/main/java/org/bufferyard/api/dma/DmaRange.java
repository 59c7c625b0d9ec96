package org.bufferyard.api.dma;

/**
 * One window of a bus ({@code struct bus_dma_region}, A2).
 *
 * @param cpu first CPU physical address
 * @param dma first bus address
 * @param size bytes, at least 1
 */
public record DmaRange(long cpu, long dma, long size) {
  public DmaRange {
    if (size == 0
        || (cpu + size != 0 && Long.compareUnsigned(cpu + size, cpu) < 0)
        || (dma + size != 0 && Long.compareUnsigned(dma + size, dma) < 0)) {
      throw new IllegalArgumentException(
          "DMA range of "
              + Long.toUnsignedString(size)
              + " bytes, cpu 0x"
              + Long.toHexString(cpu)
              + ", dma 0x"
              + Long.toHexString(dma));
    }
  }

  boolean hasCpu(long phys) {
    return Long.compareUnsigned(phys - cpu, size) < 0;
  }

  boolean hasDma(long address) {
    return Long.compareUnsigned(address - dma, size) < 0;
  }

  @Override
  public String toString() {
    return "cpu 0x"
        + Long.toHexString(cpu)
        + " -> dma 0x"
        + Long.toHexString(dma)
        + ", 0x"
        + Long.toHexString(size)
        + " bytes";
  }
}
