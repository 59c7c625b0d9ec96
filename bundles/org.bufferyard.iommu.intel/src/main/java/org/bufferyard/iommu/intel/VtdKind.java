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
 *       (ECAP.FLTS, SLTS); default both. {@code nested}: the devices are a guest's, which writes
 *       first-level tables; they are nested in the host's second level, where the first 512 GiB are
 *       themselves
 *   <li>{@code page-requests}: {@code on} where devices with a TLB may ask for pages (ECAP.PRS);
 *       default off
 *   <li>{@code interrupt-remapping}: {@code on} where the kernel remaps interrupts; default off, or on
 *       beside {@code msi}
 *   <li>{@code msi}: devices with MSI vectors, such as {@code 00:10.0}, or {@code 00:10.0=4} with four;
 *       each gets that many entries of the remapping table in a row, in this order from 0
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
    return new Vtd(unit, Capabilities.of(unit), context);
  }
}
