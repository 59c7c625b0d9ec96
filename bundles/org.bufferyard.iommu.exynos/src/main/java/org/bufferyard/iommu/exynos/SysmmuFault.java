package org.bufferyard.iommu.exynos;

import org.bufferyard.api.iommu.Translation.Fault;

/**
 * The interrupts that a translation can raise: bit number in INT_STATUS, and the driver's name with
 * AR for reads and AW for writes (sysmmu_faults, sysmmu_v5_faults). Newer drivers print the same
 * direction as [READ] and [WRITE].
 *
 * <p>Up to version 3 a missing entry has one bit for both directions.
 */
enum SysmmuFault {
  /** The table itself cannot be read. */
  WALK("BUS ERROR", 3, 3, "PTW", 0),
  PAGE("PAGE", 0, 0, "PAGE", 1),
  ACCESS("ACCESS PROTECTION", 5, 7, "ACCESS PROTECTION", 3);

  /** Write faults of version 5 stand 16 bits above the read faults. */
  private static final int V5_WRITE = 16;

  private final String name1;
  private final int read1;
  private final int write1;
  private final String name5;
  private final int read5;

  SysmmuFault(String name1, int read1, int write1, String name5, int read5) {
    this.name1 = name1;
    this.read1 = read1;
    this.write1 = write1;
    this.name5 = name5;
    this.read5 = read5;
  }

  Fault at(long address, boolean write, SysmmuVersion version) {
    String direction = write ? "AW " : "AR ";
    if (version.major() >= 5) {
      int bit = write ? read5 + V5_WRITE : read5;
      return new Fault(bit, direction + name5 + " FAULT", address, write);
    }
    String name = read1 == write1 ? name1 : direction + name1;
    return new Fault(write ? write1 : read1, name + " FAULT", address, write);
  }

  /**
   * The driver's line about it, behind its prefix. Up to version 3 a page fault counts as a read.
   */
  String line(String master, long address, boolean write, SysmmuVersion version) {
    boolean writes = write && (version.major() >= 5 || read1 != write1);
    return "%s: [%s] %s FAULT occurred at %#x"
        .formatted(
            master,
            writes ? "WRITE" : "READ",
            version.major() >= 5 ? name5 : name1,
            address & 0xffff_ffffL);
  }
}
