package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/**
 * ARM's System MMU version 3.
 *
 * <p>Parameters: {@code oas}, width of a physical address in bits (32, 36, 40, 42, 44, 48 or 52;
 * default 48), as SMMU_IDR5.OAS says; {@code page-sizes}, bitmap of page sizes in bytes (default 4K,
 * 2M, 1G).
 */
@Component(service = IommuKind.class)
@Models("arm,smmu-v3")
public final class SmmuV3Kind implements IommuKind {
  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when a parameter is none of those above
   */
  @Override
  public Iommu open(IommuUnit unit, IommuContext context) {
    return new SmmuV3(unit.id(), UnitParameters.of(unit), context);
  }
}
