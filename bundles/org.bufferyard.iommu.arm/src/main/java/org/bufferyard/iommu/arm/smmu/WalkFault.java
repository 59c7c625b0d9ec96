package org.bufferyard.iommu.arm.smmu;

/**
 * Why a walk ended without a page, as an event records it (SMMU architecture, 7.3).
 *
 * @param stage2 S2
 * @param kind CLASS: {@link #CLASS_CD}, {@link #CLASS_TT} or {@link #CLASS_IN}
 * @param last IPA of a fault of stage 2, FetchAddr of F_WALK_EABT; 0 else
 */
record WalkFault(SmmuV3Event event, boolean stage2, int kind, long last) {
  /** Fetch of a context descriptor. */
  static final int CLASS_CD = 0;

  /** Fetch of a descriptor of stage 1. */
  static final int CLASS_TT = 1;

  /** The address of the transaction. */
  static final int CLASS_IN = 2;

  /** There is a page. */
  static final WalkFault NONE = new WalkFault(SmmuV3Event.F_UUT, false, CLASS_IN, 0);

  private static final long IPA = 0x000f_ffff_ffff_f000L;
  private static final long FETCH = 0x000f_ffff_ffff_fff8L;

  /** Whether it is {@link #NONE}: F_UUT comes of no walk. */
  boolean isNone() {
    return event == SmmuV3Event.F_UUT;
  }

  static WalkFault stage1(SmmuV3Event event) {
    return new WalkFault(event, false, CLASS_IN, 0);
  }

  static WalkFault stage2(SmmuV3Event event, int kind, long ipa) {
    return new WalkFault(event, true, kind, ipa & IPA);
  }

  /** An entry could not be read from memory. */
  static WalkFault abort(boolean stage2, int kind, long fetched) {
    return new WalkFault(SmmuV3Event.F_WALK_EABT, stage2, kind, fetched & FETCH);
  }
}
