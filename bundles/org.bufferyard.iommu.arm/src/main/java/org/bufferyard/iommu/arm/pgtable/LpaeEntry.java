package org.bufferyard.iommu.arm.pgtable;

import org.bufferyard.api.iommu.IommuProt;

/**
 * The 64-bit descriptors of LPAE (Arm ARM D8.3, VMSAv8-64; {@code io-pgtable-arm.c:
 * arm_lpae_prot_to_pte()}; SEMANTICS H1).
 *
 * <pre>
 * type      bits 1:0    01 block, 11 page at level 3 or table; Mali: 01 for pages too
 * stage 1   AttrIndx    bits 4:2, 0 not cached, 1 cached, 2 device
 *           NS          bit 5
 *           AP[1], [2]  bit 6 unprivileged access, bit 7 read-only
 *           nG          bit 11
 *           DBM         bit 51
 * stage 2   MemAttr     bits 5:2, 1111 write-back, 0101 not cached, 0001 device, 0110 FWB
 *           S2AP        bit 6 read, bit 7 write
 * both      SH          bits 9:8, 10 outer, 11 inner
 *           AF          bit 10
 *           address     bits 47:12; with 64K pages bits 51:48 stand in 15:12
 *           XN          bits 54:53, UXN and PXN in stage 1
 * table     NSTable     bit 63; bit 55 is the driver's mark that the walker has seen it
 *           APTable     bits 62:61, UXNTable bit 60, PXNTable bit 59 of stage 1, never set here
 * </pre>
 *
 * <p>Mali has the attributes of stage 1 with the rights of stage 2. Stage 1 cannot allow writes
 * alone: such a page is readable too. Stage 2 has the one XN bit 54 (no FEAT_XNX). Stateless.
 */
final class LpaeEntry {
  /** As the driver computes it: 0xf4 in the top byte of an int, and so extended by its sign. */
  static final long MAIR = 0xffff_ffff_f404_ff44L;

  static final long MALI_MEMATTR = 0x88L | 0x8dL << 8 | 0x88L << 16;

  private static final long TYPE = 3;
  private static final long BLOCK = 1;
  private static final long TABLE = 3;
  private static final long PAGE = 3;
  private static final long ADDRESS = 0x0000_ffff_ffff_f000L;
  private static final long ATTR_CACHE = 1L << 2;
  private static final long ATTR_DEVICE = 2L << 2;
  private static final long NS = 1L << 5;
  private static final long AP_UNPRIVILEGED = 1L << 6;
  private static final long AP_READ_ONLY = 1L << 7;
  private static final long MEMATTR_DEVICE = 0x1L << 2;
  private static final long MEMATTR_NOT_CACHED = 0x5L << 2;
  private static final long MEMATTR_FORCED = 0x6L << 2;
  private static final long MEMATTR_WRITE_BACK = 0xfL << 2;
  private static final long HAP_READ = 1L << 6;
  private static final long HAP_WRITE = 2L << 6;
  private static final long SH_OUTER = 2L << 8;
  private static final long SH_INNER = 3L << 8;
  private static final long AF = 1L << 10;
  private static final long NOT_GLOBAL = 1L << 11;
  private static final long DBM = 1L << 51;
  private static final long PXN = 1L << 53;
  private static final long UXN = 1L << 54;
  private static final long XN = UXN | PXN;
  private static final long PXN_TABLE = 1L << 59;
  private static final long UXN_TABLE = 1L << 60;
  private static final long AP_TABLE_PRIVILEGED = 1L << 61;
  private static final long AP_TABLE_READ_ONLY = 1L << 62;
  private static final long MEMATTR_NORMAL = 3L << 4;
  private static final long SEEN_BY_WALKER = 1L << 55;
  private static final long NS_TABLE = 1L << 63;

  private LpaeEntry() {}

  /** The bits of a leaf but its type and address. */
  static long attributes(TableRequest request, int prot) {
    TableFormat format = request.format();
    long bits = format.isStage1() ? stage1Rights(request, prot) : stage2Rights(prot);
    bits |= format.isStage2() ? stage2Memory(request, prot) : stage1Memory(prot);
    boolean inner = (prot & IommuProt.CACHE) != 0 && format != TableFormat.ARM_MALI_LPAE;
    bits |= inner ? SH_INNER : SH_OUTER;
    if ((prot & IommuProt.NOEXEC) != 0) {
      bits |= XN;
    }
    if (request.has(Quirk.ARM_NS)) {
      bits |= NS;
    }
    return format == TableFormat.ARM_MALI_LPAE ? bits : bits | AF;
  }

  private static long stage1Rights(TableRequest request, int prot) {
    long bits = NOT_GLOBAL;
    if ((prot & (IommuProt.READ | IommuProt.WRITE)) == IommuProt.READ) {
      bits |= AP_READ_ONLY;
    } else if (request.has(Quirk.ARM_HD)) {
      bits |= DBM;
    }
    return (prot & IommuProt.PRIV) == 0 ? bits | AP_UNPRIVILEGED : bits;
  }

  private static long stage2Rights(int prot) {
    return ((prot & IommuProt.READ) != 0 ? HAP_READ : 0)
        | ((prot & IommuProt.WRITE) != 0 ? HAP_WRITE : 0);
  }

  private static long stage1Memory(int prot) {
    if ((prot & IommuProt.MMIO) != 0) {
      return ATTR_DEVICE;
    }
    return (prot & IommuProt.CACHE) != 0 ? ATTR_CACHE : 0;
  }

  private static long stage2Memory(TableRequest request, int prot) {
    if ((prot & IommuProt.MMIO) != 0) {
      return MEMATTR_DEVICE;
    }
    if ((prot & IommuProt.CACHE) == 0) {
      return MEMATTR_NOT_CACHED;
    }
    return request.has(Quirk.ARM_S2FWB) ? MEMATTR_FORCED : MEMATTR_WRITE_BACK;
  }

  static long leaf(LpaeShape shape, int level, long phys, long attributes) {
    boolean page =
        level == LpaeShape.LAST_LEVEL && shape.request().format() != TableFormat.ARM_MALI_LPAE;
    return attributes | (page ? PAGE : BLOCK) | address(phys);
  }

  static long table(LpaeShape shape, long phys) {
    long entry = address(phys) | TABLE;
    if (shape.request().has(Quirk.ARM_NS)) {
      entry |= NS_TABLE;
    }
    return shape.request().coherentWalk() ? entry : entry | SEEN_BY_WALKER;
  }

  static boolean isLeaf(LpaeShape shape, int level, long entry) {
    boolean page =
        level == LpaeShape.LAST_LEVEL && shape.request().format() != TableFormat.ARM_MALI_LPAE;
    return (entry & TYPE) == (page ? PAGE : BLOCK);
  }

  static boolean isTable(LpaeShape shape, int level, long entry) {
    return level < LpaeShape.LAST_LEVEL && (entry & TYPE) == TABLE;
  }

  private static long address(long phys) {
    // Of the bits that overlap, either 51:48 or 15:12 are zero.
    return (phys | phys >>> (48 - 12)) & ADDRESS;
  }

  static long phys(LpaeShape shape, long entry) {
    long phys = entry & ADDRESS;
    return shape.granule() < 1 << 16 ? phys : (phys | phys << (48 - 12)) & (ADDRESS << 4);
  }

  /** The bits of a leaf that do not depend on where it points. */
  static long attributesOf(long entry) {
    return entry & ~(ADDRESS | TYPE);
  }

  static boolean isAccessed(LpaeShape shape, long entry) {
    return shape.request().format() == TableFormat.ARM_MALI_LPAE || (entry & AF) != 0;
  }

  /**
   * {@link Rights} in a leaf below tables of which {@code above} has the bits together.
   *
   * <p>What unprivileged software may write, privileged software does not execute.
   */
  static int rights(LpaeShape shape, long entry, long above) {
    if (!shape.request().format().isStage1()) {
      int execute = (entry & UXN) != 0 ? 0 : Rights.EXECUTE;
      return Rights.forBoth(prot(shape, entry) | execute);
    }
    boolean readOnly = (entry & AP_READ_ONLY) != 0 || (above & AP_TABLE_READ_ONLY) != 0;
    boolean open = (entry & AP_UNPRIVILEGED) != 0 && (above & AP_TABLE_PRIVILEGED) == 0;
    int data = Rights.READ | (readOnly ? 0 : Rights.WRITE);
    boolean user = (entry & UXN) == 0 && (above & UXN_TABLE) == 0;
    boolean system =
        (entry & PXN) == 0 && (above & PXN_TABLE) == 0 && (readOnly || !open);
    return (open ? data : 0)
        | (user ? Rights.EXECUTE : 0)
        | Rights.privileged(data | (system ? Rights.EXECUTE : 0));
  }

  /** Whether a leaf of stage 2 makes its page any type of device memory, FWB aside. */
  static boolean isDevice(LpaeShape shape, long entry) {
    return shape.request().format().isStage2() && (entry & MEMATTR_NORMAL) == 0;
  }

  /** READ and WRITE as the hardware checks them. */
  static int prot(LpaeShape shape, long entry) {
    if (shape.request().format().isStage1()) {
      return (entry & AP_READ_ONLY) != 0 ? IommuProt.READ : IommuProt.READ | IommuProt.WRITE;
    }
    return ((entry & HAP_READ) != 0 ? IommuProt.READ : 0)
        | ((entry & HAP_WRITE) != 0 ? IommuProt.WRITE : 0);
  }
}
