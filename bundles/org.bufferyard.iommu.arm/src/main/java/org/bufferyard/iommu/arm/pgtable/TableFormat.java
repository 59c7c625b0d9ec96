package org.bufferyard.iommu.arm.pgtable;

/** The formats of {@code enum io_pgtable_fmt} that are ARM's. */
public enum TableFormat {
  ARM_32_LPAE_S1("arm,32-lpae-s1"),
  ARM_32_LPAE_S2("arm,32-lpae-s2"),
  ARM_64_LPAE_S1("arm,64-lpae-s1"),
  ARM_64_LPAE_S2("arm,64-lpae-s2"),
  ARM_MALI_LPAE("arm,mali-lpae"),
  ARM_V7S("arm,v7s");

  private final String model;

  TableFormat(String model) {
    this.model = model;
  }

  /**
   * The format that a bare table is asked for by.
   *
   * @throws IllegalArgumentException when none has that string
   */
  public static TableFormat of(String model) {
    for (TableFormat format : values()) {
      if (format.model.equals(model)) {
        return format;
      }
    }
    throw new IllegalArgumentException("no table format is '" + model + "'");
  }

  boolean isStage1() {
    return this == ARM_32_LPAE_S1 || this == ARM_64_LPAE_S1;
  }

  boolean isStage2() {
    return this == ARM_32_LPAE_S2 || this == ARM_64_LPAE_S2;
  }
}
