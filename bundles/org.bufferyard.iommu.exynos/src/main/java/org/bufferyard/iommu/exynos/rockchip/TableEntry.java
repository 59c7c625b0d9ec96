package org.bufferyard.iommu.exynos.rockchip;

import org.bufferyard.api.iommu.IommuProt;

/**
 * The two formats of 32-bit table entries (drivers/iommu/rockchip-iommu.c: rk_mk_dte, rk_mk_pte and
 * their _v2 forms; SEMANTICS H6). A DTE points to a page table, a PTE to a page of 4 KiB.
 *
 * <pre>
 *                  V1                          V2 (rk3568, rk3588)
 * address  31:12   address 31:12               address 31:12
 *          11:8    PTE 11:9 reserved           address 35:32
 *           7:4    PTE 8:3 cache attributes    address 39:36
 *             3                                PTE security
 * PTE         2    writable                    writable
 * PTE         1    readable                    readable
 *             0    valid                       valid
 * </pre>
 *
 * <p>The driver sets neither cache attributes nor security; everything but READ and WRITE in {@code
 * prot} is dropped. READ and WRITE stand alone: a page can be writable and not readable, or
 * neither.
 *
 * <p>An address that the entry has no bits for is cut off without a word, as the driver's masks do;
 * {@link #reaches} tells beforehand. Stateless.
 */
enum TableEntry {
  /** iommu_data_ops_v1. */
  V1(32),
  /** iommu_data_ops_v2. */
  V2(40);

  static final int VALID = 1;
  static final int READABLE = 1 << 1;
  static final int WRITABLE = 1 << 2;

  private static final long LOW = 0xffff_f000L;

  /** Address bits 35:32 and 39:36, and how far they move down (DTE_HI_SHIFT1, DTE_HI_SHIFT2). */
  private static final long HIGH1 = 0xf_0000_0000L;

  private static final int SHIFT1 = 24;
  private static final long HIGH2 = 0xf0_0000_0000L;
  private static final int SHIFT2 = 32;

  private final int addressBits;

  TableEntry(int addressBits) {
    this.addressBits = addressBits;
  }

  /** Width of a physical address in an entry. */
  int addressBits() {
    return addressBits;
  }

  /** Whether an entry has bits for the whole address. */
  boolean reaches(long phys) {
    return phys >>> addressBits == 0;
  }

  /** The DTE of a page table; also what DTE_ADDR is given for a directory. */
  int table(long table) {
    return address(table) | VALID;
  }

  /** The PTE of a page. */
  int page(long phys, int prot) {
    return address(phys)
        | ((prot & IommuProt.READ) != 0 ? READABLE : 0)
        | ((prot & IommuProt.WRITE) != 0 ? WRITABLE : 0)
        | VALID;
  }

  private int address(long phys) {
    long low = phys & LOW;
    return (int)
        (this == V1 ? low : low | (phys & HIGH1) >>> SHIFT1 | (phys & HIGH2) >>> SHIFT2);
  }

  /** Physical address that an entry holds: rk_dte_pt_address(), also for a PTE. */
  long address(int entry) {
    long low = entry & LOW;
    return this == V1
        ? low
        : low
            | (Integer.toUnsignedLong(entry) << SHIFT1) & HIGH1
            | (Integer.toUnsignedLong(entry) << SHIFT2) & HIGH2;
  }

  static boolean isValid(int entry) {
    return (entry & VALID) != 0;
  }

  /** rk_mk_pte_invalid(): address and rights stay behind. */
  static int invalid(int entry) {
    return entry & ~VALID;
  }

  /** READ and WRITE as the hardware checks them in a PTE. */
  static int prot(int entry) {
    return ((entry & READABLE) != 0 ? IommuProt.READ : 0)
        | ((entry & WRITABLE) != 0 ? IommuProt.WRITE : 0);
  }
}
