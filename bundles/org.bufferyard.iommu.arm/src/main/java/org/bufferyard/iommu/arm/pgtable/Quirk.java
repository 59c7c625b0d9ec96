package org.bufferyard.iommu.arm.pgtable;

import java.util.EnumSet;
import java.util.Set;

/** IO_PGTABLE_QUIRK_*: what a driver asks of a format beyond the manual's plain form. */
public enum Quirk {
  /** Non-secure output: NS in leaves, NSTABLE in table entries. */
  ARM_NS(0),
  /** Permission and memory type bits are left out (v7s on MediaTek). */
  NO_PERMS(1),
  /** MediaTek's address bits 32 to 34 in bits 9, 4 and 5 of a v7s entry. */
  ARM_MTK_EXT(3),
  /** MediaTek: the first level may lie above 4 GiB. */
  ARM_MTK_TTBR_EXT(4),
  /** The table serves the upper half of the input addresses. */
  ARM_TTBR1(5),
  /** Outer write-back, write-allocate for a walker that is not coherent. */
  ARM_OUTER_WBWA(6),
  /** Hardware updates of the dirty state: DBM in writable leaves. */
  ARM_HD(7),
  /** Stage 2 forces write-back by its own attributes. */
  ARM_S2FWB(8),
  /** Mistakes of the caller are errors without a warning. */
  NO_WARN(9);

  private final int bit;

  Quirk(int bit) {
    this.bit = bit;
  }

  /**
   * The quirks that a text names: the kernel's names, separated by commas, or its bits as a number.
   *
   * @throws IllegalArgumentException when it names another
   */
  public static Set<Quirk> parse(String text) {
    Set<Quirk> quirks = EnumSet.noneOf(Quirk.class);
    if (!text.isBlank() && Character.isDigit(text.strip().charAt(0))) {
      long bits = Long.decode(text.strip());
      for (Quirk quirk : values()) {
        if ((bits & 1L << quirk.bit) != 0) {
          quirks.add(quirk);
          bits &= ~(1L << quirk.bit);
        }
      }
      if (bits != 0) {
        throw new IllegalArgumentException("no quirk has bits 0x" + Long.toHexString(bits));
      }
      return quirks;
    }
    for (String name : text.split(",", -1)) {
      if (!name.isBlank()) {
        quirks.add(valueOf(name.strip()));
      }
    }
    return quirks;
  }
}
