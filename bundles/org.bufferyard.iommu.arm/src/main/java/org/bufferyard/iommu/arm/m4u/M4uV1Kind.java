package org.bufferyard.iommu.arm.m4u;

import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.Models;
import org.bufferyard.iommu.arm.unit.UnitParameters;
import org.osgi.service.component.annotations.Component;

/**
 * MediaTek's M4U of generation 1 (mt2701, mt7623). A specifier has one cell, the number of a port.
 *
 * <p>Parameter: {@code device}, the kernel's name for it (default: after the id).
 */
@Component(service = IommuKind.class)
@Models("mediatek,mt2701-m4u")
public final class M4uV1Kind implements IommuKind {
  @Override
  public Iommu open(IommuUnit unit, IommuContext context) {
    UnitParameters values = UnitParameters.of(unit);
    return new M4uV1(unit.id(), values.text("device", unit.deviceName()), context);
  }
}
