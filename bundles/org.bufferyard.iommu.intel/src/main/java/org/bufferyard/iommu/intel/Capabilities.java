package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.IommuUnit;

/**
 * What the capability register of a unit says about second-level translation.
 *
 * @param levels of its page tables: 3 for 39 bits, 4 for 48, 5 for 57
 * @param largestLevel highest level that may hold a leaf: 0 for 4 KiB, 1 for 2 MiB, 2 for 1 GiB
 */
record Capabilities(int levels, int largestLevel) {
  static final String ADDRESS_BITS = "address-bits";
  static final String LARGEST_PAGE = "largest-page";

  static Capabilities of(IommuUnit unit) {
    String bits = unit.parameters().getOrDefault(ADDRESS_BITS, "48");
    String page = unit.parameters().getOrDefault(LARGEST_PAGE, "1G");
    int levels =
        switch (bits) {
          case "39" -> 3;
          case "48" -> 4;
          case "57" -> 5;
          default -> throw wrong(unit, ADDRESS_BITS, bits, "39, 48 or 57");
        };
    int largest =
        switch (page) {
          case "4K" -> 0;
          case "2M" -> 1;
          case "1G" -> 2;
          default -> throw wrong(unit, LARGEST_PAGE, page, "4K, 2M or 1G");
        };
    return new Capabilities(levels, largest);
  }

  private static IllegalArgumentException wrong(
      IommuUnit unit, String name, String value, String known) {
    return new IllegalArgumentException(
        "VT-d "
            + unit.id()
            + ": "
            + name
            + " '"
            + value
            + "' is not modelled; give "
            + known);
  }

  /** The adjusted guest address width, agaw_to_width(). */
  int addressBits() {
    return SecondLevelEntry.PAGE_SHIFT + levels * SecondLevelEntry.LEVEL_BITS;
  }

  /** Bits 2:0 of a context entry's upper half: 1 for 39 bits, 2 for 48, 3 for 57. */
  int addressWidth() {
    return levels - 2;
  }

  /** pgsize_bitmap. */
  long pageSizes() {
    long sizes = 0;
    for (int level = 0; level <= largestLevel; level++) {
      sizes |= SecondLevelEntry.span(level);
    }
    return sizes;
  }
}
