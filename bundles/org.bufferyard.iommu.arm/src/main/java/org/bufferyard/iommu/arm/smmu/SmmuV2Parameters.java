package org.bufferyard.iommu.arm.smmu;

import java.util.Set;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.iommu.arm.pgtable.TableFormat;
import org.bufferyard.iommu.arm.pgtable.TableRequest;
import org.bufferyard.iommu.arm.unit.UnitParameters;

/**
 * What one SMMU of version 1 or 2 can do: ID0 to ID7.
 *
 * @param device the kernel's name of the device
 * @param table what its domains' tables are
 * @param registers NUMSMRG
 * @param banks NUMCB
 * @param streamMask stream-match-mask, for specifiers of one cell
 */
record SmmuV2Parameters(
    String id, String device, TableRequest table, int registers, int banks, int streamMask) {

  static SmmuV2Parameters of(IommuUnit unit) {
    UnitParameters values = UnitParameters.of(unit);
    boolean version1 =
        switch (unit.model()) {
          case "arm,smmu-v1", "arm,mmu-400", "arm,mmu-401" -> true;
          default -> false;
        };
    return new SmmuV2Parameters(
        unit.id(),
        values.text("device", unit.deviceName()),
        table(values, version1),
        values.bits("stream-matches", 128, 1, 128),
        values.bits("context-banks", 128, 1, 128),
        (int) values.number("stream-match-mask", 0, n -> n >= 0 && n <= 0x7fff));
  }

  private static TableRequest table(UnitParameters values, boolean version1) {
    boolean stage2 = values.bits("stage", version1 ? 2 : 1, 1, 2) == 2;
    String name = values.text("format", version1 ? "lpae32" : "lpae");
    TableFormat format =
        switch (name) {
          case "lpae" -> stage2 ? TableFormat.ARM_64_LPAE_S2 : TableFormat.ARM_64_LPAE_S1;
          case "lpae32" -> stage2 ? TableFormat.ARM_32_LPAE_S2 : TableFormat.ARM_32_LPAE_S1;
          case "v7s" -> TableFormat.ARM_V7S;
          default ->
              throw new IllegalArgumentException(
                  "IOMMU " + values.id() + ": format is lpae, lpae32 or v7s, not '" + name + "'");
        };
    int widest = format == TableFormat.ARM_V7S ? 32 : name.equals("lpae32") ? 40 : 48;
    int inputs = format == TableFormat.ARM_32_LPAE_S1 ? 32 : widest;
    long sizes = format == TableFormat.ARM_V7S ? 0x111_1000L : 0x4020_1000L;
    return new TableRequest(
        format,
        values.number("page-sizes", sizes, n -> n > 0),
        values.bits("ias", inputs, 20, 52),
        values.bits("oas", widest, 32, 52),
        true,
        Set.of());
  }

  /** The code of the format in FSR. */
  int formatCode() {
    return switch (table.format()) {
      case ARM_V7S -> 0;
      case ARM_32_LPAE_S1, ARM_32_LPAE_S2 -> 1;
      case ARM_64_LPAE_S1, ARM_64_LPAE_S2, ARM_MALI_LPAE -> 2;
    };
  }
}
