package org.bufferyard.iommu.arm.smmu;

import java.util.Set;
import java.util.TreeSet;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.iommu.arm.smmu.SmmuV3Features.StallModel;
import org.bufferyard.iommu.arm.unit.UnitParameters;

/**
 * What one SMMUv3 can do: SMMU_IDR0 to IDR5.
 *
 * @param device the kernel's name of the device
 * @param stage what its domains are
 * @param pageSizes bitmap of bytes
 * @param inputBits of a domain's addresses
 * @param outputBits of a domain's tables
 * @param streamBits SIDSIZE
 * @param eventClass class of an event about an input address, as this hardware writes it
 * @param features what it has beyond that
 * @param stalling streams whose device may be left waiting (dma-can-stall)
 * @param caching streams whose device has ATS
 */
record SmmuV3Parameters(
    String id,
    String device,
    Stage stage,
    long pageSizes,
    int inputBits,
    int outputBits,
    int streamBits,
    boolean twoLevels,
    boolean rangeInvalidation,
    int commandShift,
    int eventShift,
    int requestShift,
    int eventClass,
    SmmuV3Features features,
    Set<Long> stalling,
    Set<Long> caching) {

  /** Tables of a domain. */
  enum Stage {
    STAGE_1,
    STAGE_2,
    /** Stage 1, below it a stage 2 in which everything is itself: a guest's. */
    NESTED
  }

  /** VA_BITS of an arm64 kernel with 4K pages. */
  private static final int VIRTUAL_BITS = 48;

  /** Addresses that the stage 2 of {@link Stage#NESTED} maps. */
  static final int GUEST_BITS = 40;

  private static final int FEAT_2_LVL_STRTAB = 1;
  private static final int FEAT_TT_LE = 1 << 2;
  private static final int FEAT_COHERENCY = 1 << 8;
  private static final int FEAT_TRANS_S1 = 1 << 9;
  private static final int FEAT_TRANS_S2 = 1 << 10;
  private static final int FEAT_RANGE_INV = 1 << 15;

  SmmuV3Parameters {
    stalling = Set.copyOf(stalling);
    caching = Set.copyOf(caching);
  }

  boolean stage2() {
    return stage == Stage.STAGE_2;
  }

  boolean nested() {
    return stage == Stage.NESTED;
  }

  /** stall_enabled of a master. */
  boolean stalls(long stream) {
    return switch (features.stallModel()) {
      case CONFIGURED -> stalling.contains(stream);
      case NONE -> false;
      case FORCED -> true;
    };
  }

  /** ARM_SMMU_FEAT_*, of what is modelled. */
  int featureBits() {
    return (twoLevels ? FEAT_2_LVL_STRTAB : 0)
        | FEAT_TT_LE
        | FEAT_COHERENCY
        | (stage2() ? 0 : FEAT_TRANS_S1)
        | (stage == Stage.STAGE_1 ? 0 : FEAT_TRANS_S2)
        | (rangeInvalidation ? FEAT_RANGE_INV : 0)
        | features.bits();
  }

  static SmmuV3Parameters of(IommuUnit unit) {
    UnitParameters values = UnitParameters.of(unit);
    Stage stage =
        switch (values.text("stage", "1")) {
          case "1" -> Stage.STAGE_1;
          case "2" -> Stage.STAGE_2;
          case "nested" -> Stage.NESTED;
          default -> throw values.refused("stage", "1, 2 or nested");
        };
    int asked = values.bits("oas", 48, 32, 52);
    int oas = stage == Stage.NESTED ? Math.min(asked, GUEST_BITS) : asked;
    Set<Long> caching = streams(values, "ats");
    return new SmmuV3Parameters(
        unit.id(),
        values.text("device", unit.deviceName()),
        stage,
        values.number("page-sizes", 0x4020_1000L, n -> n > 0),
        stage == Stage.STAGE_2 ? oas : VIRTUAL_BITS,
        oas,
        values.bits("sid-bits", 16, 1, 32),
        values.flag("two-level", true),
        values.flag("range-invalidation", true),
        values.bits("cmdq-shift", 8, 1, 16),
        values.bits("evtq-shift", 7, 0, 15),
        values.bits("priq-shift", 9, 0, 16),
        values.bits("event-class", 2, 0, 3),
        features(values, stage, !caching.isEmpty()),
        streams(values, "can-stall"),
        caching);
  }

  private static SmmuV3Features features(UnitParameters values, Stage stage, boolean ats) {
    StallModel stalls =
        switch (values.text("stall-model", "none")) {
          case "stall" -> StallModel.CONFIGURED;
          case "none" -> StallModel.NONE;
          case "force" -> StallModel.FORCED;
          default -> throw values.refused("stall-model", "stall, none or force");
        };
    return new SmmuV3Features(
        stage == Stage.NESTED,
        values.bits("ssid-bits", 0, 0, 20),
        values.flag("two-level-cd", true),
        stalls,
        ats,
        ats && values.flag("pri", false));
  }

  /** Stream ids, separated by blanks. */
  private static Set<Long> streams(UnitParameters values, String name) {
    Set<Long> streams = new TreeSet<>();
    for (String id : values.text(name, "").trim().split("\\s+", -1)) {
      try {
        if (!id.isEmpty()) {
          streams.add(Long.decode(id));
        }
      } catch (NumberFormatException e) {
        throw values.refused(name, "stream ids such as 0x80 0x98");
      }
    }
    return streams;
  }
}
