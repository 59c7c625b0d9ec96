package org.bufferyard.importer.devicetree;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * By which of its compatible strings Linux knows an IOMMU: {@code of_device_id} tables of {@code
 * drivers/iommu}. Most drivers list what boards name first; these are the ones that boards name as
 * what theirs is compatible with. Stateless.
 */
final class IommuDrivers {
  private static final Set<String> FALLBACKS =
      Set.of(
          // rockchip-iommu.c
          "rockchip,iommu",
          "rockchip,rk3568-iommu",
          // arm-smmu.c
          "arm,smmu-v1",
          "arm,smmu-v2",
          "arm,mmu-400",
          "arm,mmu-401",
          "arm,mmu-500",
          "cavium,smmu-v2",
          // arm-smmu-v3.c
          "arm,smmu-v3",
          // qcom_iommu.c
          "qcom,msm-iommu-v1",
          "qcom,msm-iommu-v2",
          // exynos-iommu.c
          IommuDrivers.SYSMMU,
          // sun50i-iommu.c
          "allwinner,sun50i-h6-iommu",
          "allwinner,sun50i-h616-iommu",
          // apple-dart.c
          "apple,t8103-dart",
          "apple,t8110-dart");

  private static final String SYSMMU = "samsung,exynos-sysmmu";

  /** Chips whose SysMMUs are of version 1 to 3; all of these walk the same tables (H5). */
  private static final Pattern BEFORE_VERSION_5 =
      Pattern.compile("samsung,exynos(3\\d{3}|4\\d{3}|5[24]\\d{2}|5800)");

  private IommuDrivers() {}

  /** The first that a driver lists, else the first. */
  static String model(TreeNode unit) {
    return unit.compatible().stream()
        .filter(FALLBACKS::contains)
        .findFirst()
        .orElse(unit.compatible().getFirst());
  }

  /** What the unit's registers say and the tree does not. */
  static Map<String, String> parameters(
      String model, TreeNode unit, DeviceTree tree, Notes notes) {
    boolean before5433 =
        tree.root().compatible().stream()
            .anyMatch(board -> BEFORE_VERSION_5.matcher(board).matches());
    if (!model.equals(SYSMMU) || !before5433) {
      return Map.of();
    }
    notes.guessed(unit, "SysMMU version 3: its register says, the tree does not");
    return Map.of("version", "3");
  }
}
