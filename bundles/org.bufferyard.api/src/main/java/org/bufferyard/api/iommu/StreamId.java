package org.bufferyard.api.iommu;

import java.util.List;
import java.util.Objects;

/**
 * Who is asking: one {@code iommus} entry of a device.
 *
 * @param iommu id of the IOMMU
 * @param specifier its cells; empty for IOMMUs that serve one device
 */
public record StreamId(String iommu, List<Long> specifier) {
  public StreamId {
    Objects.requireNonNull(iommu, "iommu");
    specifier = List.copyOf(specifier);
  }
}
