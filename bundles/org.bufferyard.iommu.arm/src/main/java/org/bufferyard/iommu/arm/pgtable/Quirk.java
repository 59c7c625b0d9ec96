package org.bufferyard.iommu.arm.pgtable;

/** IO_PGTABLE_QUIRK_*: what a driver asks of a format beyond the manual's plain form. */
public enum Quirk {
  /** Non-secure output: NS in leaves, NSTABLE in table entries. */
  ARM_NS,
  /** Permission and memory type bits are left out (v7s on MediaTek). */
  NO_PERMS,
  /** MediaTek's address bits 32 to 34 in bits 9, 4 and 5 of a v7s entry. */
  ARM_MTK_EXT,
  /** MediaTek: the first level may lie above 4 GiB. */
  ARM_MTK_TTBR_EXT,
  /** The table serves the upper half of the input addresses. */
  ARM_TTBR1,
  /** Outer write-back, write-allocate for a walker that is not coherent. */
  ARM_OUTER_WBWA,
  /** Hardware updates of the dirty state: DBM in writable leaves. */
  ARM_HD,
  /** Stage 2 forces write-back by its own attributes. */
  ARM_S2FWB,
  /** Mistakes of the caller are errors without a warning. */
  NO_WARN
}
