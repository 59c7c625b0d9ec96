package org.bufferyard.iommu.arm.m4u;

import java.util.List;

/**
 * A part of the input addresses that some larbs have for themselves: {@code struct
 * mtk_iommu_iova_region}.
 *
 * @param base first address
 * @param size in bytes
 */
record IovaRegion(long base, long size) {
  private static final long GIB_4 = 1L << 32;

  /** MTK_IOMMU_IOVA_SZ_4G: 8 MiB are a gap. */
  private static final long MOST = GIB_4 - (8L << 20);

  private static final long CCU = 0x400_0000;

  static final List<IovaRegion> SINGLE = List.of(new IovaRegion(0, MOST));

  /** mt8192_multi_dom: four times 4 GiB, and two windows of the camera's processors. */
  static final List<IovaRegion> MULTI =
      List.of(
          new IovaRegion(0, MOST),
          new IovaRegion(GIB_4, MOST),
          new IovaRegion(2 * GIB_4, MOST),
          new IovaRegion(3 * GIB_4, MOST),
          new IovaRegion(0x2_4000_0000L, CCU),
          new IovaRegion(0x2_4400_0000L, CCU));

  long last() {
    return base + size - 1;
  }

  /** Bits 33:32, which the larb adds to what a device puts out. */
  long bank() {
    return base >>> 32;
  }

  /** Whether it is a part of the other, and so not to be handed out there. */
  boolean liesIn(IovaRegion other) {
    return base > other.base && base + size < other.base + other.size;
  }
}
