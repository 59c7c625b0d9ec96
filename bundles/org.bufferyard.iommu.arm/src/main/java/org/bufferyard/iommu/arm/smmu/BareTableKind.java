package org.bufferyard.iommu.arm.smmu;

import java.util.Set;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.Models;
import org.bufferyard.iommu.arm.pgtable.Quirk;
import org.bufferyard.iommu.arm.pgtable.TableFormat;
import org.bufferyard.iommu.arm.pgtable.TableRequest;
import org.bufferyard.iommu.arm.unit.UnitParameters;
import org.osgi.service.component.annotations.Component;

/**
 * A format of io-pgtable by itself: an IOMMU of no make, whose streams all walk the table of the
 * domain that was attached last, without a cache. For formats that no IOMMU here uses as asked, and
 * for proofs.
 *
 * <p>Parameters, as in {@code struct io_pgtable_cfg}: {@code page-sizes}, bitmap of bytes (default
 * 4K, 2M, 1G; v7s 4K, 64K, 1M, 16M); {@code ias} and {@code oas}, bits (default 48; v7s and 32-bit
 * LPAE 32; Mali 40 of output); {@code coherent-walk}, true or false (default true); {@code quirks},
 * the kernel's names separated by commas, or its bits.
 */
@Component(service = IommuKind.class)
@Models({
  "arm,32-lpae-s1",
  "arm,32-lpae-s2",
  "arm,64-lpae-s1",
  "arm,64-lpae-s2",
  "arm,mali-lpae",
  "arm,v7s"
})
public final class BareTableKind implements IommuKind {
  private static final long LPAE_SIZES = 0x4020_1000L;
  private static final long V7S_SIZES = 0x111_1000L;

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when a parameter is none of those above, or where the kernel's
   *     alloc_io_pgtable_ops() returns NULL
   */
  @Override
  public Iommu open(IommuUnit unit, IommuContext context) {
    return new BareTable(unit.id(), request(unit), context);
  }

  private static TableRequest request(IommuUnit unit) {
    UnitParameters parameters = UnitParameters.of(unit);
    TableFormat format = TableFormat.of(unit.model());
    boolean small =
        switch (format) {
          case ARM_32_LPAE_S1, ARM_32_LPAE_S2, ARM_V7S -> true;
          case ARM_64_LPAE_S1, ARM_64_LPAE_S2, ARM_MALI_LPAE -> false;
        };
    int widest = format == TableFormat.ARM_MALI_LPAE ? 40 : 48;
    Set<Quirk> quirks = Quirk.parse(parameters.text("quirks", ""));
    return new TableRequest(
        format,
        parameters.number(
            "page-sizes", format == TableFormat.ARM_V7S ? V7S_SIZES : LPAE_SIZES, n -> true),
        parameters.bits("ias", small ? 32 : 48, 0, 64),
        parameters.bits("oas", small ? 32 : widest, 0, 64),
        Boolean.parseBoolean(parameters.text("coherent-walk", "true")),
        quirks);
  }
}
