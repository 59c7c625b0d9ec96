package org.bufferyard.iommu.exynos;

import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/**
 * The System MMU of Samsung's Exynos, one in front of each master.
 *
 * <p>Parameter {@code version}: {@code 1} to {@code 5}, a minor number may follow ({@code "3.3"}).
 * Default 5. A devicetree does not tell it, because the driver reads it from a register: Exynos 4
 * and 5 boards (4412, 5250, 5422) have version 2 or 3, Exynos 5433 has version 5.
 */
@Component(service = IommuKind.class)
@Models("samsung,exynos-sysmmu")
public final class SysmmuKind implements IommuKind {
  /** Name of the parameter. */
  static final String VERSION = "version";

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when the version is none of those above
   */
  @Override
  public Iommu open(IommuUnit unit, IommuContext context) {
    return new MasterIommu(unit.id(), new Sysmmu(unit, SysmmuVersion.of(unit), context));
  }
}
