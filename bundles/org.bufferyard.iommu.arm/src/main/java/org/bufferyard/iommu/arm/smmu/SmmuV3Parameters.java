package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.iommu.arm.unit.UnitParameters;

/**
 * What one SMMUv3 can do: SMMU_IDR0 to IDR5.
 *
 * @param device the kernel's name of the device
 * @param pageSizes bitmap of bytes
 * @param inputBits of a domain's addresses
 * @param outputBits of a domain's tables
 * @param streamBits SIDSIZE
 * @param eventClass class of an event about an input address, as this hardware writes it
 */
record SmmuV3Parameters(
    String id,
    String device,
    boolean stage2,
    long pageSizes,
    int inputBits,
    int outputBits,
    int streamBits,
    boolean twoLevels,
    boolean rangeInvalidation,
    int commandShift,
    int eventShift,
    int eventClass) {
  /** VA_BITS of an arm64 kernel with 4K pages. */
  private static final int VIRTUAL_BITS = 48;

  private static final int FEAT_2_LVL_STRTAB = 1;
  private static final int FEAT_TT_LE = 1 << 2;
  private static final int FEAT_COHERENCY = 1 << 8;
  private static final int FEAT_TRANS_S1 = 1 << 9;
  private static final int FEAT_TRANS_S2 = 1 << 10;
  private static final int FEAT_RANGE_INV = 1 << 15;

  /** ARM_SMMU_FEAT_*, of what is modelled. */
  int features() {
    return (twoLevels ? FEAT_2_LVL_STRTAB : 0)
        | FEAT_TT_LE
        | FEAT_COHERENCY
        | (stage2 ? FEAT_TRANS_S2 : FEAT_TRANS_S1)
        | (rangeInvalidation ? FEAT_RANGE_INV : 0);
  }

  static SmmuV3Parameters of(IommuUnit unit) {
    UnitParameters values = UnitParameters.of(unit);
    boolean stage2 = values.bits("stage", 1, 1, 2) == 2;
    int oas = values.bits("oas", 48, 32, 52);
    return new SmmuV3Parameters(
        unit.id(),
        values.text("device", unit.deviceName()),
        stage2,
        values.number("page-sizes", 0x4020_1000L, n -> n > 0),
        stage2 ? oas : VIRTUAL_BITS,
        oas,
        values.bits("sid-bits", 16, 1, 32),
        values.flag("two-level", true),
        values.flag("range-invalidation", true),
        values.bits("cmdq-shift", 8, 1, 16),
        values.bits("evtq-shift", 7, 0, 15),
        values.bits("event-class", 2, 0, 3));
  }
}
