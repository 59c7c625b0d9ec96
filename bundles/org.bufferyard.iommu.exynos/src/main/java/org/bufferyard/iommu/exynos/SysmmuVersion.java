package org.bufferyard.iommu.exynos;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bufferyard.api.iommu.IommuUnit;

/**
 * REG_MMU_VERSION.
 *
 * @param major 1 to 5
 */
record SysmmuVersion(int major, int minor) {
  private static final Pattern TEXT = Pattern.compile("([1-5])(?:\\.(\\d{1,2}))?");

  /** The version that the unit's parameter names; 5 without one. */
  static SysmmuVersion of(IommuUnit unit) {
    String text = unit.parameters().getOrDefault(SysmmuKind.VERSION, "5");
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "SysMMU " + unit.id() + ": version '" + text + "' is not modelled; give 1 to 5 or 3.3");
    }
    String minor = matcher.group(2);
    return new SysmmuVersion(
        Integer.parseInt(matcher.group(1)), minor == null ? 0 : Integer.parseInt(minor));
  }

  boolean atLeast(int otherMajor, int otherMinor) {
    return major > otherMajor || (major == otherMajor && minor >= otherMinor);
  }

  /** The descriptors that this hardware walks. */
  Descriptor format() {
    return major < 5 ? Descriptor.V1 : Descriptor.V5;
  }

  /**
   * How many FLUSH_ENTRY writes drop a page of {@code size} bytes. Only version 2 spreads one page
   * over several sets of its TLB (sysmmu_tlb_invalidate_entry).
   */
  int flushesFor(long size) {
    return major == 2 ? (int) Math.min(size / Descriptor.SMALL_PAGE, Tlb.SETS) : 1;
  }
}
