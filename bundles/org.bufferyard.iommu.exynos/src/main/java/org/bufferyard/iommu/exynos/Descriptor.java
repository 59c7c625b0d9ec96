package org.bufferyard.iommu.exynos;

import org.bufferyard.api.iommu.IommuProt;

/**
 * The two formats of 32-bit page table entries (drivers/iommu/exynos-iommu.c, the mk_lv1ent and
 * mk_lv2ent macros; SEMANTICS H5).
 *
 * <pre>
 *                        V1 (hardware 1 to 3)       V5
 * L1 link     bits 1:0   01, table 31:10            01, table>>4 31:6
 * L1 section  bits 1:0   10, PA 31:20               10, PA>>4 31:16
 *             access     bit 10, read-only bit 15   bits 5:4, 1 read, 2 write
 * L2 large    bits 1:0   01, PA 31:16               01, PA>>4 31:12
 * L2 small    bit  1     1,  PA 31:12               1,  PA>>4 31:8
 *             access     bit 4, read-only bit 9     bits 3:2, 1 read, 2 write
 * fault       bits 1:0   00; L1 also 11             the same
 * </pre>
 *
 * <p>V1 cannot allow writes alone: such a page is readable too. Everything else in {@code prot}
 * (CACHE, MMIO, NOEXEC, PRIV) is dropped, as SYSMMU_SUPPORTED_PROT_BITS does.
 *
 * <p>An address that the entry has no bits for is cut off without a word, as the driver's 32-bit
 * arithmetic does; {@link #reaches} tells beforehand. Stateless.
 */
enum Descriptor {
  V1(0, 10, 15, 4, 9),
  V5(4, 4, -1, 2, -1);

  static final long SMALL_PAGE = 1L << 12;
  static final long LARGE_PAGE = 1L << 16;
  static final long SECTION = 1L << 20;

  /** Entries of a second-level table that one large page fills. */
  static final int SMALL_PER_LARGE = (int) (LARGE_PAGE / SMALL_PAGE);

  private static final int TYPE = 3;
  private static final int LINK = 1;
  private static final int SECTION_TYPE = 2;
  private static final int LARGE = 1;
  private static final int SMALL = 2;

  /** PG_ENT_SHIFT: how far physical addresses are shifted down. */
  private final int shift;

  private final int accessBit1;
  private final int readOnlyBit1;
  private final int accessBit2;
  private final int readOnlyBit2;

  Descriptor(int shift, int accessBit1, int readOnlyBit1, int accessBit2, int readOnlyBit2) {
    this.shift = shift;
    this.accessBit1 = accessBit1;
    this.readOnlyBit1 = readOnlyBit1;
    this.accessBit2 = accessBit2;
    this.readOnlyBit2 = readOnlyBit2;
  }

  /** Width of a physical address in an entry: 32 bits in V1, 36 in V5. */
  int addressBits() {
    return 32 + shift;
  }

  /** Whether an entry has bits for the whole address. */
  boolean reaches(long phys) {
    return phys >>> addressBits() == 0;
  }

  int link(long table) {
    return entry(table) | LINK;
  }

  int section(long phys, int prot) {
    return entry(phys) | access(prot, accessBit1, readOnlyBit1) | SECTION_TYPE;
  }

  int large(long phys, int prot) {
    return entry(phys) | access(prot, accessBit2, readOnlyBit2) | LARGE;
  }

  int small(long phys, int prot) {
    return entry(phys) | access(prot, accessBit2, readOnlyBit2) | SMALL;
  }

  static boolean isLink(int l1) {
    return (l1 & TYPE) == LINK;
  }

  static boolean isSection(int l1) {
    return (l1 & TYPE) == SECTION_TYPE;
  }

  static boolean isLarge(int l2) {
    return (l2 & TYPE) == LARGE;
  }

  /** Bit 0 is not part of the type: 11 is a small page as well (lv2ent_small). */
  static boolean isSmall(int l2) {
    return (l2 & SMALL) != 0;
  }

  static boolean isFault(int l2) {
    return (l2 & TYPE) == 0;
  }

  /** lv2table_base(): the low six bits of a link hold no address in either format. */
  long table(int l1) {
    return Integer.toUnsignedLong(l1 & 0xffff_ffc0) << shift;
  }

  /** Physical base of the page of {@code size} bytes that an entry describes. */
  long page(int entry, long size) {
    return (Integer.toUnsignedLong(entry) << shift) & -size;
  }

  /** READ and WRITE as the hardware checks them in a section entry. */
  int sectionProt(int l1) {
    return prot(l1, accessBit1, readOnlyBit1);
  }

  /** READ and WRITE as the hardware checks them in a large or small page entry. */
  int pageProt(int l2) {
    return prot(l2, accessBit2, readOnlyBit2);
  }

  private int entry(long phys) {
    return (int) (phys >>> shift);
  }

  private static int access(int prot, int accessBit, int readOnlyBit) {
    int rw = prot & (IommuProt.READ | IommuProt.WRITE);
    if (readOnlyBit < 0) {
      return rw << accessBit;
    }
    return switch (rw) {
      case 0 -> 0;
      case IommuProt.READ -> (1 << readOnlyBit) | (1 << accessBit);
      default -> 1 << accessBit;
    };
  }

  private static int prot(int entry, int accessBit, int readOnlyBit) {
    if (readOnlyBit < 0) {
      return (entry >>> accessBit) & (IommuProt.READ | IommuProt.WRITE);
    }
    if ((entry & (1 << accessBit)) == 0) {
      return 0;
    }
    return (entry & (1 << readOnlyBit)) != 0 ? IommuProt.READ : IommuProt.READ | IommuProt.WRITE;
  }
}
