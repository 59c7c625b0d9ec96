package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/**
 * Intel VT-d, one remapping unit of a machine.
 *
 * <p>Parameters:
 *
 * <ul>
 *   <li>{@code address-bits}: {@code 39}, {@code 48} or {@code 57}, the widest adjusted guest
 *       address width that the unit walks (CAP.SAGAW, CAP.MGAW); default 48
 *   <li>{@code largest-page}: {@code 4K}, {@code 2M} or {@code 1G}, what CAP.SLLPS allows; default
 *       1G
 *   <li>{@code scalable-mode}: {@code on} where the unit has it (ECAP.SMTS) and the kernel uses it;
 *       default off
 *   <li>{@code stages}: {@code first}, {@code second} or {@code both}, what scalable mode has
 *       (ECAP.FLTS, SLTS); default both
 *   <li>{@code cap}, {@code ecap}: the registers themselves, as the kernel's log prints them, instead
 *       of what is above; with {@code scalable-mode} {@code off} for a kernel that was told {@code
 *       intel_iommu=sm_off}
 *   <li>{@code device-tlb}: devices with a TLB of their own, such as {@code 00:10.0}; {@code
 *       00:10.0=silent} never completes an invalidation, {@code =gone} neither since it is no longer
 *       there, {@code =garbled} completes it wrongly
 * </ul>
 *
 * <p>A stream's specifier has one cell, the requester id: bus in bits 15 to 8, device and function
 * below; in scalable mode a second one may name a PASID.
 */
@Component(service = IommuKind.class)
@Models("intel,vt-d")
public final class VtdKind implements IommuKind {
  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when a parameter has none of the values above
   */
  @Override
  public Iommu open(IommuUnit unit, IommuContext context) {
    return new Vtd(unit.id(), Capabilities.of(unit), DeviceTlbs.of(unit), context);
  }
}
