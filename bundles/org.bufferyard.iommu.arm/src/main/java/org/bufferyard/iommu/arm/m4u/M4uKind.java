package org.bufferyard.iommu.arm.m4u;

import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/**
 * MediaTek's M4U of generation 2. A specifier has one cell, larb and port.
 *
 * <p>Parameters: {@code dram-4gb}, true where the boot loader has switched DRAM to 4 GiB mode,
 * which a register of the chip says and the tree does not (default false; mt2712, mt6795, mt8173);
 * {@code device}, the kernel's name for it (default: after the id).
 */
@Component(service = IommuKind.class)
@Models({
  "mediatek,mt2712-m4u",
  "mediatek,mt6779-m4u",
  "mediatek,mt6795-m4u",
  "mediatek,mt6893-iommu-mm",
  "mediatek,mt8167-m4u",
  "mediatek,mt8173-m4u",
  "mediatek,mt8183-m4u",
  "mediatek,mt8186-iommu-mm",
  "mediatek,mt8188-iommu-infra",
  "mediatek,mt8188-iommu-vdo",
  "mediatek,mt8188-iommu-vpp",
  "mediatek,mt8192-m4u",
  "mediatek,mt8195-iommu-infra",
  "mediatek,mt8195-iommu-vdo",
  "mediatek,mt8195-iommu-vpp",
  "mediatek,mt8365-m4u"
})
public final class M4uKind implements IommuKind {
  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when model or a parameter is none of those above
   */
  @Override
  public Iommu open(IommuUnit unit, IommuContext context) {
    return new M4u(M4uParameters.of(unit), context);
  }
}
