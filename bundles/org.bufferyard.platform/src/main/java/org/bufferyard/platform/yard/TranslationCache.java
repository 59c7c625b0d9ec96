package org.bufferyard.platform.yard;

import java.util.Objects;
import org.bufferyard.api.iommu.TlbCounts;

/**
 * What the caches of one IOMMU did.
 *
 * @param iommu id of the model element
 * @param name as the board calls it
 */
public record TranslationCache(String iommu, String name, TlbCounts counts) {
  public TranslationCache {
    Objects.requireNonNull(iommu, "iommu");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(counts, "counts");
  }
}
