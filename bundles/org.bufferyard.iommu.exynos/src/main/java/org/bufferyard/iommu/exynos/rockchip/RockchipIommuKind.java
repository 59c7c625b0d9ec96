package org.bufferyard.iommu.exynos.rockchip;

import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.Models;
import org.bufferyard.iommu.exynos.MasterIommu;
import org.osgi.service.component.annotations.Component;

/**
 * The IOMMU of Rockchip's chips, one in front of each master: {@code rockchip,iommu} is version 1
 * with 32-bit physical addresses (rk3288, rk3328, rk3399), {@code rockchip,rk3568-iommu} version 2
 * with 40 bits (rk3568; rk3588 names it as what its own are compatible with). It has no parameters.
 */
@Component(service = IommuKind.class)
@Models({RockchipIommuKind.VERSION_1, RockchipIommuKind.VERSION_2})
public final class RockchipIommuKind implements IommuKind {
  static final String VERSION_1 = "rockchip,iommu";
  static final String VERSION_2 = "rockchip,rk3568-iommu";

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for any other model
   */
  @Override
  public Iommu open(IommuUnit unit, IommuContext context) {
    TableEntry format =
        switch (unit.model()) {
          case VERSION_1 -> TableEntry.V1;
          case VERSION_2 -> TableEntry.V2;
          default ->
              throw new IllegalArgumentException(
                  "Rockchip IOMMU "
                      + unit.id()
                      + ": model '"
                      + unit.model()
                      + "' is not modelled; name "
                      + VERSION_1
                      + " or "
                      + VERSION_2);
        };
    return new MasterIommu(unit.id(), new RockchipIommu(unit, format, context));
  }
}
