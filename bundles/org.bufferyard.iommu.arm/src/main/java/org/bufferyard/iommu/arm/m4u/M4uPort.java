package org.bufferyard.iommu.arm.m4u;

/**
 * Who is asking: a port of a local arbiter (larb), or of the infrastructure bus, as a devicetree
 * names it ({@code dt-bindings/memory/mtk-memory-port.h: MTK_M4U_ID(larb, port)}).
 *
 * @param larb 0 to 31
 * @param port 0 to 31
 */
record M4uPort(int larb, int port) {
  private static final int FIELD = 0x1f;
  private static final int LARB_SHIFT = 5;

  /** MTK_M4U_TO_LARB(), MTK_M4U_TO_PORT(). */
  static M4uPort of(long id) {
    return new M4uPort((int) (id >>> LARB_SHIFT) & FIELD, (int) id & FIELD);
  }

  int mask() {
    return 1 << port;
  }
}
