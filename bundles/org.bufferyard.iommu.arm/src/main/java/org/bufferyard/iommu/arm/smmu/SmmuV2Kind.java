package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/**
 * ARM's System MMU of version 1 and 2: MMU-400, MMU-401, MMU-500 and others.
 *
 * <p>Parameters: {@code format}, of the domains' tables, {@code lpae} (default), {@code lpae32}
 * (default of version 1) or {@code v7s}; {@code stage}, 1 or 2 (default 1; version 1: 2); {@code
 * ias} and {@code oas}, bits (default 48; lpae32 40, and 32 of input in stage 1; v7s 32); {@code
 * page-sizes}, bitmap of bytes; {@code stream-matches} and {@code context-banks} (default 128
 * each); {@code stream-match-mask}, for specifiers of one cell (default 0); {@code device}, the
 * kernel's name for it (default: after the id).
 */
@Component(service = IommuKind.class)
@Models({
  "arm,smmu-v1",
  "arm,smmu-v2",
  "arm,mmu-400",
  "arm,mmu-401",
  "arm,mmu-500",
  "cavium,smmu-v2"
})
public final class SmmuV2Kind implements IommuKind {
  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when a parameter is none of those above
   */
  @Override
  public Iommu open(IommuUnit unit, IommuContext context) {
    return new SmmuV2(SmmuV2Parameters.of(unit), context);
  }
}
