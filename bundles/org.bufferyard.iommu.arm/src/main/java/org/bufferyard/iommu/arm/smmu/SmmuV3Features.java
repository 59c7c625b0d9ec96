package org.bufferyard.iommu.arm.smmu;

/**
 * What an SMMUv3 has beyond plain translation: fields of SMMU_IDR0, IDR1 and IDR5.
 *
 * @param nested IDR0.S1P and S2P: both stages
 * @param substreamBits IDR1.SSIDSIZE; 0 for none
 * @param twoLevelContexts IDR0.CD2L
 * @param stallModel IDR0.STALL_MODEL
 * @param ats IDR0.ATS
 * @param pri IDR0.PRI
 */
record SmmuV3Features(
    boolean nested,
    int substreamBits,
    boolean twoLevelContexts,
    StallModel stallModel,
    boolean ats,
    boolean pri) {
  static final SmmuV3Features PLAIN =
      new SmmuV3Features(false, 0, false, StallModel.NONE, false, false);

  private static final int FEAT_2_LVL_CDTAB = 1 << 1;
  private static final int FEAT_PRI = 1 << 4;
  private static final int FEAT_ATS = 1 << 5;
  private static final int FEAT_STALLS = 1 << 11;
  private static final int FEAT_STALL_FORCE = 1 << 13;

  /** IDR0.STALL_MODEL: whether a fault may leave its transaction waiting. */
  enum StallModel {
    /** 0b00: as CD.S and STE.S2S say. */
    CONFIGURED,
    /** 0b01. */
    NONE,
    /** 0b10: always. */
    FORCED
  }

  /** ARM_SMMU_FEAT_* of them. */
  int bits() {
    int stalls =
        switch (stallModel) {
          case CONFIGURED -> FEAT_STALLS;
          case NONE -> 0;
          case FORCED -> FEAT_STALLS | FEAT_STALL_FORCE;
        };
    return (twoLevelContexts && substreamBits > 0 ? FEAT_2_LVL_CDTAB : 0)
        | (pri ? FEAT_PRI : 0)
        | (ats ? FEAT_ATS : 0)
        | stalls;
  }
}
