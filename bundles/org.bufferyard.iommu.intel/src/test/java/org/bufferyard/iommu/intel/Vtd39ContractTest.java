package org.bufferyard.iommu.intel;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.contract.IommuContract;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.memory.PhysRange;

/** The contract, 39 bits and 4 KiB pages only. */
class Vtd39ContractTest extends IommuContract {
  @Override
  protected IommuKind kind() {
    return new VtdKind();
  }

  @Override
  protected IommuUnit unit() {
    return new IommuUnit(
        "dmar0", "intel,vt-d", Map.of("address-bits", "39", "largest-page", "4K"));
  }

  @Override
  protected StreamId stream() {
    return new StreamId("dmar0", List.of(0x1f42L));
  }

  /** Bits 51:12 of an entry. */
  @Override
  protected long physicalLimit() {
    return (1L << 52) - 1;
  }

  /** The interrupt range. */
  @Override
  protected Optional<PhysRange> untranslated() {
    return Optional.of(new PhysRange(0xfee0_0000L, 0x10_0000));
  }
}
