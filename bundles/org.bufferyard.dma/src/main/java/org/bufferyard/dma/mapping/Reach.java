package org.bufferyard.dma.mapping;

import static org.bufferyard.api.dma.DmaAddress.hex;

import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaRange;

/** How far a device reaches: its masks, its bus limit, its windows (A2, A7, A8). */
public final class Reach {
  private static final long MASK_32 = 0xffff_ffffL;

  private Reach() {}

  /** The smaller of the two, where 0 means "no limit". */
  public static long minNotZero(long a, long b) {
    if (a == 0) {
      return b;
    }
    return b == 0 || Long.compareUnsigned(a, b) < 0 ? a : b;
  }

  /** dma_get_mask(): 32 bit for a device without a mask pointer. */
  public static long mask(DmaDevice device) {
    return device.dmaMask().orElse(MASK_32);
  }

  /** What limits streaming mappings. */
  public static long streamingLimit(DmaDevice device) {
    return minNotZero(mask(device), device.busDmaLimit());
  }

  /** What limits coherent allocations. */
  public static long coherentLimit(DmaDevice device) {
    return minNotZero(device.coherentDmaMask(), device.busDmaLimit());
  }

  /**
   * dma_capable() (A8). A range that wraps around 2^64 is out of reach, which the kernel's plain
   * addition does not see.
   */
  public static boolean within(long dma, long size, long limit) {
    if (dma == DmaAddress.MAPPING_ERROR) {
      return false;
    }
    long end = dma + size - 1;
    return Long.compareUnsigned(end, limit) <= 0
        && (size == 0 || Long.compareUnsigned(end, dma) >= 0);
  }

  /** dma_coherent_ok(): the same against the coherent mask. */
  public static boolean coherentOk(DmaDevice device, long phys, long size) {
    return within(device.rangeMap().toDma(phys), size, coherentLimit(device));
  }

  /** {@code "mask 32 bit"}, or the value of a mask that is no run of ones. */
  static String bits(long mask) {
    long above = mask + 1;
    return (mask & above) == 0
        ? (64 - Long.numberOfLeadingZeros(mask)) + " bit"
        : hex(mask);
  }

  /** Which limit stops {@code [phys, phys+size)}, in one clause. */
  public static String whyNot(DmaDevice device, long phys, long size, long mask) {
    long dma = device.rangeMap().toDma(phys);
    if (dma == DmaAddress.MAPPING_ERROR) {
      return hex(phys) + " lies outside the bus windows (" + windows(device) + ")";
    }
    String end = hex(dma + size - 1);
    long bus = device.busDmaLimit();
    if (bus != 0 && !within(dma, size, bus) && Long.compareUnsigned(bus, mask) <= 0) {
      return "bus limit " + hex(bus) + " < " + end;
    }
    return "mask " + bits(mask) + " < " + end;
  }

  /** The device's windows by their CPU addresses. */
  static String windows(DmaDevice device) {
    StringBuilder text = new StringBuilder();
    for (DmaRange r : device.rangeMap().regions()) {
      text.append(text.isEmpty() ? "cpu " : ", ")
          .append(hex(r.cpu()))
          .append('-')
          .append(hex(r.cpu() + r.size() - 1));
    }
    return text.isEmpty() ? "identity" : text.toString();
  }

  /** What would let the device reach it, in one clause (P4.3). */
  public static String remedy(DmaDevice device, long phys, long size, long mask) {
    long dma = device.rangeMap().toDma(phys);
    if (dma == DmaAddress.MAPPING_ERROR) {
      return "memory inside a window (" + windows(device) + "), or an IOMMU for " + device.name();
    }
    long end = dma + size - 1;
    int need = 64 - Long.numberOfLeadingZeros(end);
    long bus = device.busDmaLimit();
    if (bus != 0 && Long.compareUnsigned(end, bus) > 0 && Long.compareUnsigned(bus, mask) <= 0) {
      return "memory below bus address " + hex(bus) + ", or an IOMMU for " + device.name();
    }
    return "a DMA mask of " + need + " bit, memory below " + hex(mask) + ", or an IOMMU for "
        + device.name();
  }
}
