package org.bufferyard.api.device;

import java.util.Arrays;
import java.util.Optional;

/** When a driver attaches the regions that its device names ({@code memory-region}). */
public enum PoolUse {
  /** Whenever there are any; what is assumed of a driver that nobody described. */
  ALWAYS("always"),
  /** Only when its device stands behind no IOMMU. */
  WITHOUT_IOMMU("without-iommu"),
  /** It calls no {@code of_reserved_mem_device_init()}. */
  NEVER("never");

  private final String word;

  PoolUse(String word) {
    this.word = word;
  }

  /** As written in facts files. */
  public String word() {
    return word;
  }

  /**
   * @param translated whether the device stands behind an IOMMU
   */
  public boolean attaches(boolean translated) {
    return switch (this) {
      case ALWAYS -> true;
      case WITHOUT_IOMMU -> !translated;
      case NEVER -> false;
    };
  }

  public static Optional<PoolUse> of(String word) {
    return Arrays.stream(values()).filter(p -> p.word.equals(word)).findFirst();
  }
}
