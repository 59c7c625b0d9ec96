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
 * <p>Parameters, after the ID registers: {@code oas}, width of a physical address in bits (32, 36,
 * 40, 42, 44, 48 or 52; default 48); {@code stage}, of the domains' tables, 1 (default), 2 or
 * {@code nested}, a guest's stage 1 over a stage 2 of 40 bits in which everything is itself; {@code
 * page-sizes}, bitmap of bytes (default 4K, 2M, 1G); {@code sid-bits}, width of a stream id
 * (default 16); {@code two-level} stream table (default true); {@code range-invalidation} (default
 * true); {@code cmdq-shift}, {@code evtq-shift} and {@code priq-shift}, log2 of the entries (default
 * 8, 7 and 9); {@code ssid-bits}, width of a substream id (default 0, at most 20); {@code
 * two-level-cd}, tables of context tables (default true); {@code stall-model} ({@code none} by
 * default, {@code stall} or {@code force}) and {@code can-stall}, streams whose device may wait;
 * {@code ats}, streams whose device has a translation cache, and {@code pri}, whether their page
 * requests are taken (default false); {@code event-class}, what the hardware writes as class of an
 * event about an input address (default 2, as the architecture says; an emulation may leave 0);
 * {@code device}, the kernel's name for it (default: after the id).
 *
 * <p>A specifier of one cell is a stream, of two a stream and a substream (PASID), 0 for none:
 * attaching that is {@code set_dev_pasid()}, and what comes from it has that PASID.
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
    return new SmmuV3(SmmuV3Parameters.of(unit), context);
  }
}
