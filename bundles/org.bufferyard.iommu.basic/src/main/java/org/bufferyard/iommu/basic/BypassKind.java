package org.bufferyard.iommu.basic;

import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/** An IOMMU that is wired but never translates: {@code iommu=pt} without the rest. */
@Component(service = IommuKind.class)
@Models({"bypass", "identity"})
public final class BypassKind implements IommuKind {
  @Override
  public Iommu open(IommuUnit unit, IommuContext context) {
    return new Bypass(unit.id());
  }
}
