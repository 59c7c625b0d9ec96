package org.bufferyard.iommu.arm.m4u;

import org.bufferyard.iommu.arm.m4u.M4uPlatform.Arbiter;
import org.bufferyard.iommu.arm.m4u.M4uPlatform.Flag;

/**
 * What the hardware leaves about a fault ({@code mtk_iommu.c: mtk_iommu_isr()}), as the first of
 * its two ways in (MMU0):
 *
 * <pre>
 * FAULT_ST1  translation fault bit 0, invalid physical address bit 2; real parts raise both
 * FAULT_VA   VA 31:12, VA[33:32] in 10:9, PA[34:32] in 8:6, write bit 1, layer bit 0
 * INVLD_PA   PA 31:0, none of a fault of translation
 * INT_ID     port from bit 2 on, then arbiters; their number and width differ by chip
 * </pre>
 *
 * <p>The layer is 0 where the first level has no entry and 1 below: guessed from recorded logs.
 */
record FaultRegisters(int status, int faultVa, int invalidPa, int intId) {
  static final int TRANSLATION_FAULT = 1;
  static final int INVALID_PA_FAULT = 1 << 2;

  private static final int VA_31_12 = -0x1000;
  private static final int VA_34_32_SHIFT = 9;
  private static final int PA_34_32_SHIFT = 6;
  private static final int WRITE = 1 << 1;
  private static final int LAYER = 1;
  private static final int PORT_SHIFT = 2;
  private static final int TWO_BITS = 3;
  private static final int THREE_BITS = 7;

  /**
   * As the hardware fills them.
   *
   * @param iova whose bits beyond 33 are lost
   * @param layer whether the first level had a table for it
   */
  static FaultRegisters of(
      M4uPlatform platform, M4uPort port, long iova, boolean write, boolean layer) {
    int high = platform.has(Flag.IOVA_34_EN) ? (int) (iova >>> 32) & TWO_BITS : 0;
    int va =
        (int) iova & VA_31_12
            | high << VA_34_32_SHIFT
            | (write ? WRITE : 0)
            | (layer ? LAYER : 0);
    return new FaultRegisters(
        TRANSLATION_FAULT | INVALID_PA_FAULT, va, 0, intId(platform, port));
  }

  private static int intId(M4uPlatform platform, M4uPort port) {
    int id = port.port() << PORT_SHIFT;
    if (platform.has(Flag.TYPE_INFRA)) {
      return id;
    }
    Arbiter arbiter = platform.arbiter(port.larb());
    return id | arbiter.common() << commonShift(platform) | arbiter.sub() << 7;
  }

  private static int commonShift(M4uPlatform platform) {
    if (platform.has(Flag.HAS_SUB_COMM_2BITS)) {
      return 9;
    }
    if (platform.has(Flag.HAS_SUB_COMM_3BITS)) {
      return 10;
    }
    return platform.has(Flag.INT_ID_PORT_WIDTH_6) ? 8 : 7;
  }

  private static int subMask(M4uPlatform platform) {
    if (platform.has(Flag.HAS_SUB_COMM_2BITS)) {
      return 3;
    }
    return platform.has(Flag.HAS_SUB_COMM_3BITS) ? THREE_BITS : 0;
  }

  /** The larb that the driver reads out of INT_ID. */
  int larb(M4uPlatform platform) {
    if (platform.has(Flag.TYPE_INFRA)) {
      return M4uPlatform.NO_LARB;
    }
    return platform.larb(
        new Arbiter(
            intId >>> commonShift(platform) & THREE_BITS, intId >>> 7 & subMask(platform)));
  }

  /** The port that it reads there; it asks for none of the infrastructure. */
  int port(M4uPlatform platform) {
    if (platform.has(Flag.TYPE_INFRA)) {
      return 0;
    }
    return intId >>> PORT_SHIFT & (platform.has(Flag.INT_ID_PORT_WIDTH_6) ? 0x3f : 0x1f);
  }

  /** The address that it prints: with 32 bits the register as it stands. */
  private long printedIova(M4uPlatform platform) {
    return platform.has(Flag.IOVA_34_EN)
        ? Integer.toUnsignedLong(faultVa & VA_31_12)
            | (long) (faultVa >>> VA_34_32_SHIFT & THREE_BITS) << 32
        : Integer.toUnsignedLong(faultVa);
  }

  /** It looks for PA[34:32] in the address that it prints, where 34 bits have left nothing. */
  private long printedPa(M4uPlatform platform) {
    long high = printedIova(platform) >>> PA_34_32_SHIFT & THREE_BITS;
    return Integer.toUnsignedLong(invalidPa) | high << 32;
  }

  /**
   * The driver's line, without the kernel's time.
   *
   * @param unit the kernel's name of the IOMMU
   */
  String line(String unit, M4uPlatform platform) {
    return ("mtk-iommu %s: fault type=0x%x iova=0x%x pa=0x%x master=0x%x(larb=%d port=%d)"
            + " layer=%d %s")
        .formatted(
            unit,
            status,
            printedIova(platform),
            printedPa(platform),
            intId,
            larb(platform),
            port(platform),
            faultVa & LAYER,
            (faultVa & WRITE) != 0 ? "write" : "read");
  }
}
