package org.bufferyard.iommu.arm.m4u;

import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.iommu.arm.m4u.M4uPlatform.Flag;
import org.bufferyard.iommu.arm.pgtable.Quirk;
import org.bufferyard.iommu.arm.pgtable.TableFormat;
import org.bufferyard.iommu.arm.pgtable.TableRequest;
import org.bufferyard.iommu.arm.unit.UnitParameters;

/**
 * One M4U.
 *
 * @param device the kernel's name of it
 * @param enable4Gb whether DRAM is so large that all of it has bit 32 set on the bus
 */
record M4uParameters(String id, String device, M4uPlatform platform, boolean enable4Gb) {
  private static final long SIZES = 0x111_1000L;

  static M4uParameters of(IommuUnit unit) {
    UnitParameters values = UnitParameters.of(unit);
    M4uPlatform platform =
        M4uChips.of(unit.model())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "M4U %s: model '%s' is not modelled; there are %s"
                            .formatted(
                                unit.id(), unit.model(), new TreeSet<>(M4uChips.compatibles()))));
    boolean large = values.flag("dram-4gb", false);
    return new M4uParameters(
        unit.id(),
        values.text("device", unit.deviceName()),
        platform,
        large && platform.has(Flag.HAS_4GB_MODE));
  }

  /** mtk_iommu_domain_finalise(). */
  TableRequest table() {
    Set<Quirk> quirks = EnumSet.of(Quirk.ARM_NS, Quirk.NO_PERMS, Quirk.ARM_MTK_EXT);
    if (platform.has(Flag.PGTABLE_PA_35_EN)) {
      quirks.add(Quirk.ARM_MTK_TTBR_EXT);
    }
    int wide = enable4Gb ? 33 : 32;
    int outputBits = platform.has(Flag.HAS_4GB_MODE) ? wide : 35;
    return new TableRequest(
        TableFormat.ARM_V7S, SIZES, platform.inputBits(), outputBits, false, quirks);
  }
}
