package org.bufferyard.importer.devicetree.draft;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.TreeNode;

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
          // mtk_iommu.c, mtk_iommu_v1.c
          "mediatek,mt2701-m4u",
          IommuDrivers.MT2712,
          "mediatek,mt6779-m4u",
          IommuDrivers.MT6795,
          "mediatek,mt6893-iommu-mm",
          "mediatek,mt8167-m4u",
          IommuDrivers.MT8173,
          "mediatek,mt8183-m4u",
          "mediatek,mt8186-iommu-mm",
          "mediatek,mt8188-iommu-infra",
          "mediatek,mt8188-iommu-vdo",
          "mediatek,mt8188-iommu-vpp",
          "mediatek,mt8192-m4u",
          "mediatek,mt8195-iommu-infra",
          "mediatek,mt8195-iommu-vdo",
          "mediatek,mt8195-iommu-vpp",
          "mediatek,mt8365-m4u",
          // apple-dart.c
          "apple,t8103-dart",
          "apple,t8110-dart");

  private static final String SYSMMU = "samsung,exynos-sysmmu";
  private static final String MT2712 = "mediatek,mt2712-m4u";
  private static final String MT6795 = "mediatek,mt6795-m4u";
  private static final String MT8173 = "mediatek,mt8173-m4u";

  /** Chips whose DRAM has a mode for 4 GiB (REG_INFRA_MISC, F_DDR_4GB_SUPPORT_EN). */
  private static final Set<String> HAS_4GB_MODE = Set.of(MT2712, MT6795, MT8173);

  private static final long GIB_4 = 1L << 32;

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

  /**
   * What the unit's registers say and the tree does not.
   *
   * @param ram the banks of the board
   */
  static Map<String, String> parameters(
      String model, TreeNode unit, DeviceTree tree, List<PhysRange> ram, Notes notes) {
    if (model.equals(SYSMMU) && isBefore5433(tree)) {
      notes.guessed(unit, "SysMMU version 3: its register says, the tree does not");
      return Map.of("version", "3");
    }
    if (HAS_4GB_MODE.contains(model) && ram.stream().anyMatch(r -> r.last() >= GIB_4)) {
      notes.guessed(unit, "DRAM in 4 GiB mode, because there is so much: a register says");
      return Map.of("dram-4gb", "true");
    }
    return Map.of();
  }

  private static boolean isBefore5433(DeviceTree tree) {
    return tree.root().compatible().stream()
        .anyMatch(board -> BEFORE_VERSION_5.matcher(board).matches());
  }
}
