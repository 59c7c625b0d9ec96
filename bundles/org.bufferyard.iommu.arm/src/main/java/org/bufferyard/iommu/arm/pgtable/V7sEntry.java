package org.bufferyard.iommu.arm.pgtable;

import org.bufferyard.api.iommu.IommuProt;

/**
 * The 32-bit descriptors of the short-descriptor format (Arm ARM G5.4, VMSAv8-32; {@code
 * io-pgtable-arm-v7s.c: arm_v7s_prot_to_pte()}; SEMANTICS H2).
 *
 * <pre>
 *             level 1                         level 2
 * type        01 table, 10 section            01 large page, 1x small page
 * address     31:20 (supersection 31:24)      31:12 (large 31:16); table 31:10
 * attributes  bits 17:10                      bits 11:4 (large page: TEX in 14:12)
 *   AP[0]     +0, the access flag             AP[1] +1 unprivileged, AP[2] +5 read-only
 *   TEX       +2..4, 1 unless device          S +6, nG +7
 * B, C        bits 2 and 3: cached both, device B alone
 * XN          bit 4                           bit 0 (large page: bit 15)
 * super       bit 18, in 16 equal entries     large: 16 equal entries
 * NS          bit 19; in a table entry 3
 * MediaTek    PA[32] bit 9, PA[33] bit 4, PA[34] bit 5, in entries of every level
 * </pre>
 *
 * <p>A page that only writes is readable too. Stateless.
 */
final class V7sEntry {
  static final int SECTION_SHIFT = 20;
  static final int PAGE_SHIFT = 12;

  /** Entries that a large page or a supersection fills. */
  static final int CONTIGUOUS = 16;

  private static final int TYPE = 3;
  private static final int TABLE = 1;
  private static final int PAGE = 2;
  private static final int CONTIGUOUS_PAGE = 1;
  private static final int B = 1 << 2;
  private static final int C = 1 << 3;
  private static final int NS_TABLE = 1 << 3;
  private static final int NS_SECTION = 1 << 19;
  private static final int SUPERSECTION = 1 << 18;
  private static final int AF = 1;
  private static final int AP_UNPRIVILEGED = 1 << 1;
  private static final int TEX_1 = 1 << 2;
  private static final int AP_READ_ONLY = 1 << 5;
  private static final int SHAREABLE = 1 << 6;
  private static final int NOT_GLOBAL = 1 << 7;
  private static final int TEX_OF_SMALL = 7 << 6;
  private static final int TEX_MOVES = 6;
  private static final int XN_MOVES = 15;
  private static final int TABLE_ADDRESS = 0xffff_fc00;
  private static final int MTK_32 = 1 << 9;
  private static final int MTK_33 = 1 << 4;
  private static final int MTK_34 = 1 << 5;

  private V7sEntry() {}

  static int shift(int level) {
    return level == 1 ? SECTION_SHIFT : PAGE_SHIFT;
  }

  private static int attributeShift(int level) {
    return level == 1 ? 10 : 4;
  }

  private static int executeNever(int level) {
    return level == 1 ? 1 << 4 : 1;
  }

  /** The bits of a section or small page but its address. */
  static int attributes(TableRequest request, int level, int prot) {
    boolean rights = !request.has(Quirk.NO_PERMS);
    int bits = NOT_GLOBAL | SHAREABLE;
    if ((prot & IommuProt.MMIO) == 0) {
      bits |= TEX_1;
    }
    if (rights) {
      bits |= AF;
      bits |= (prot & IommuProt.PRIV) == 0 ? AP_UNPRIVILEGED : 0;
      bits |= (prot & IommuProt.WRITE) == 0 ? AP_READ_ONLY : 0;
    }
    bits <<= attributeShift(level);
    if (rights && (prot & IommuProt.NOEXEC) != 0) {
      bits |= executeNever(level);
    }
    if ((prot & IommuProt.MMIO) != 0) {
      bits |= B;
    } else if ((prot & IommuProt.CACHE) != 0) {
      bits |= B | C;
    }
    if (level == 1 && request.has(Quirk.ARM_NS)) {
      bits |= NS_SECTION;
    }
    return bits | PAGE;
  }

  /** arm_v7s_pte_to_cont(): a section becomes a supersection, a small page a large one. */
  static int contiguous(int entry, int level) {
    if (level == 1) {
      return entry | SUPERSECTION;
    }
    int xn = entry & executeNever(2);
    int tex = entry & TEX_OF_SMALL;
    return (entry ^ (xn | tex | PAGE)) | xn << XN_MOVES | tex << TEX_MOVES | CONTIGUOUS_PAGE;
  }

  /** arm_v7s_cont_to_pte(), the reverse. */
  static int single(int entry, int level) {
    if (level == 1) {
      return entry & ~SUPERSECTION;
    }
    int xn = entry & executeNever(2) << XN_MOVES;
    int tex = entry & TEX_OF_SMALL << TEX_MOVES;
    return (entry ^ (xn | tex | CONTIGUOUS_PAGE)) | xn >>> XN_MOVES | tex >>> TEX_MOVES | PAGE;
  }

  static int address(TableRequest request, int level, long phys) {
    int bits = (int) phys & -(1 << shift(level));
    return request.has(Quirk.ARM_MTK_EXT) ? bits | mediatek(phys) : bits;
  }

  static int table(TableRequest request, long phys) {
    int entry = (int) phys | TABLE;
    if (request.has(Quirk.ARM_NS)) {
      entry |= NS_TABLE;
    }
    return request.has(Quirk.ARM_MTK_TTBR_EXT) ? entry | mediatek(phys) : entry;
  }

  private static int mediatek(long phys) {
    return ((phys & 1L << 32) != 0 ? MTK_32 : 0)
        | ((phys & 1L << 33) != 0 ? MTK_33 : 0)
        | ((phys & 1L << 34) != 0 ? MTK_34 : 0);
  }

  static boolean isValid(int entry) {
    return (entry & TYPE) != 0;
  }

  static boolean isTable(int entry, int level) {
    return level == 1 && (entry & TYPE) == TABLE;
  }

  static boolean isContiguous(int entry, int level) {
    return level == 1 ? !isTable(entry, 1) && (entry & SUPERSECTION) != 0 : (entry & PAGE) == 0;
  }

  /** log2 of the bytes of the page that a leaf describes. */
  static int order(int entry, int level) {
    return shift(level) + (isContiguous(entry, level) ? 4 : 0);
  }

  static long phys(TableRequest request, int entry, int level) {
    int mask = isTable(entry, level) ? TABLE_ADDRESS : -(1 << order(entry, level));
    long phys = Integer.toUnsignedLong(entry & mask);
    if (!request.has(Quirk.ARM_MTK_EXT)) {
      return phys;
    }
    return phys
        | ((entry & MTK_32) != 0 ? 1L << 32 : 0)
        | ((entry & MTK_33) != 0 ? 1L << 33 : 0)
        | ((entry & MTK_34) != 0 ? 1L << 34 : 0);
  }

  static boolean isAccessed(TableRequest request, int entry, int level) {
    return request.has(Quirk.NO_PERMS) || (entry & AF << attributeShift(level)) != 0;
  }

  /** READ and WRITE as the hardware checks them. */
  static int prot(TableRequest request, int entry, int level) {
    boolean readOnly =
        !request.has(Quirk.NO_PERMS) && (entry & AP_READ_ONLY << attributeShift(level)) != 0;
    return readOnly ? IommuProt.READ : IommuProt.READ | IommuProt.WRITE;
  }

  /** arm_v7s_pte_to_prot(): what a section's bits say, to be said again at level 2. */
  static int sectionProt(TableRequest request, int entry) {
    int prot = prot(request, entry, 1);
    int attributes = entry >>> attributeShift(1);
    if ((attributes & AP_UNPRIVILEGED) == 0) {
      prot |= IommuProt.PRIV;
    }
    if ((attributes & TEX_1) == 0) {
      prot |= IommuProt.MMIO;
    } else if ((entry & C) != 0) {
      prot |= IommuProt.CACHE;
    }
    return (entry & executeNever(1)) != 0 ? prot | IommuProt.NOEXEC : prot;
  }
}
