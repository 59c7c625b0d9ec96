package org.bufferyard.iommu.intel;

/**
 * Root and context entries of legacy mode, 128 bits each (VT-d specification 9.1, "Root Entry", and
 * 9.3, "Context Entry"; {@code struct root_entry}, {@code struct context_entry}).
 *
 * <pre>
 * root     low  0      P    present
 *               63:12  CTP  address of the context table of a bus
 * context  low  0      P    present
 *               3:2    TT   00 translate by the second level, 01 device TLBs too, 10 pass through
 *               63:12       address of the second-level table
 *          high 2:0    AW   1: 39 bits, 2: 48, 3: 57
 *               23:8   DID  domain id, the tag of cached translations
 * </pre>
 *
 * <p>Stateless. Not modelled: fault processing disable (low 1).
 */
final class ContextEntry {
  static final int BYTES = 16;

  private static final long PRESENT = 1;
  private static final long PASS_THROUGH = 2L << 2;
  private static final long DEVICE_TLB = 1L << 2;
  private static final long TYPE = 3L << 2;
  private static final long ADDRESS = -1L << 12;
  private static final int DID_SHIFT = 8;

  private ContextEntry() {}

  static long root(long contextTable) {
    return (contextTable & ADDRESS) | PRESENT;
  }

  static long translated(long table, boolean deviceTlb) {
    return (table & ADDRESS) | (deviceTlb ? DEVICE_TLB : 0) | PRESENT;
  }

  static long passThrough() {
    return PASS_THROUGH | PRESENT;
  }

  static long high(int addressWidth, int did) {
    return addressWidth | (long) did << DID_SHIFT;
  }

  static boolean isPresent(long low) {
    return (low & PRESENT) != 0;
  }

  static boolean passes(long low) {
    return (low & TYPE) == PASS_THROUGH;
  }

  /** TT 01. */
  static boolean servesDeviceTlb(long low) {
    return (low & TYPE) == DEVICE_TLB;
  }

  /** TT 11 is reserved. */
  static boolean isValid(long low) {
    return (low & TYPE) != TYPE;
  }

  static int levels(long high) {
    return (int) (high & 7) + 2;
  }

  static long address(long low) {
    return low & ADDRESS;
  }

  static int did(long high) {
    return (int) (high >>> DID_SHIFT) & 0xffff;
  }
}
