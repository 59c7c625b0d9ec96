package org.bufferyard.iommu.arm.smmu;

/**
 * How translations are told apart in the TLB (SMMU architecture, 3.17): by VMID, and those of stage
 * 1, alone or through stage 2, by ASID.
 *
 * <pre>
 * ASID 15:0, VMID 31:16, stage 2 alone bit 32
 * </pre>
 */
final class TlbTag {
  private static final int VMID_SHIFT = 16;
  private static final long STAGE_2 = 1L << 32;

  /** Everything of a VMID. */
  static final long BY_VMID = 0xffffL << VMID_SHIFT;

  /** Everything of a VMID with stage 1, or everything of it without. */
  static final long BY_VMID_AND_STAGE = BY_VMID | STAGE_2;

  private TlbTag() {}

  static long stage1(int vmid, int asid) {
    return (long) vmid << VMID_SHIFT | asid;
  }

  static long stage2(int vmid) {
    return STAGE_2 | (long) vmid << VMID_SHIFT;
  }
}
