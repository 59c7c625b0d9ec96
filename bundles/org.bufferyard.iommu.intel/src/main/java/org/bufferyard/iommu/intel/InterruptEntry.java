package org.bufferyard.iommu.intel;

/**
 * Entries of the interrupt remapping table, 128 bits each (VT-d specification 9.9, "Interrupt Remapping
 * Table Entry (IRTE) for Remapped Interrupts", and 9.10, "... for Posted Interrupts"; {@code struct
 * irte}).
 *
 * <pre>
 * remapped  low   0      P    present
 *                 1      FPD  what it refuses for want of P is not logged
 *                 2      DM   0 physical, 1 logical
 *                 3      RH   redirection hint
 *                 4      TM   0 edge, 1 level
 *                 7:5    DLM  0 fixed, 1 lowest priority, 2 SMI, 4 NMI, 5 INIT, 7 ExtINT
 *                 15     IM   0
 *                 23:16  V    vector
 *                 63:32  DST  destination: the xAPIC id in 47:40, all bits in x2APIC mode
 *           high  15:0   SID  requester
 *                 17:16  SQ   0: all bits count, 1 to 3: so many of the function do not
 *                 19:18  SVT  0 anybody, 1 by SID and SQ, 2 by bus: SID 15:8 to 7:0
 * posted    low   14     URG  urgent
 *                 15     IM   1
 *                 63:38       bits 31:6 of the posted interrupt descriptor's address
 *           high  63:32       bits 63:32 of it
 * </pre>
 *
 * <p>Stateless.
 */
final class InterruptEntry {
  static final int BYTES = 16;

  private static final long PRESENT = 1;
  private static final long FPD = 1 << 1;
  private static final long LOGICAL = 1 << 2;
  private static final long HINT = 1 << 3;
  private static final long POSTED = 1 << 15;
  private static final long VERIFY_SOURCE = 1L << 18;

  /** Bits 14:12, 31:24 of a remapped entry. */
  private static final long REMAPPED_RESERVED = 0x7000L | 0xff00_0000L;

  /** Bits 7:2, 13:12, 37:24 of a posted one. */
  private static final long POSTED_RESERVED = 0xfcL | 0x3000L | 0x3f_ff00_0000L;

  private InterruptEntry() {}

  /** modify_irte() after prepare_irte(): fixed, edge, logical destination, with a hint. */
  static long low(int vector, int destination) {
    return PRESENT | LOGICAL | HINT | (long) vector << 16 | (long) destination << 40;
  }

  /** set_msi_sid() of a device without an alias: SVT 1, SQ 0. */
  static long high(int source) {
    return VERIFY_SOURCE | source;
  }

  static boolean isPresent(long low) {
    return (low & PRESENT) != 0;
  }

  /** Whether a refusal for want of P is not logged. */
  static boolean isQuiet(long low) {
    return (low & FPD) != 0;
  }

  static boolean isPosted(long low) {
    return (low & POSTED) != 0;
  }

  static int vector(long low) {
    return (int) (low >>> 16) & 0xff;
  }

  static int destination(long low, boolean extended) {
    return extended ? (int) (low >>> 32) : (int) (low >>> 40) & 0xff;
  }

  /** Address of the posted interrupt descriptor, of 64 bytes. */
  static long descriptor(long low, long high) {
    return high & 0xffff_ffff_0000_0000L | low >>> 32 & 0xffff_ffc0L;
  }

  /**
   * Whether bits are set that have to be clear.
   *
   * @param posts CAP.PI
   */
  static boolean isReserved(long low, long high, boolean posts, boolean extended) {
    int verification = (int) (high >>> 18) & 3;
    if (verification == 3) {
      return true;
    }
    if (isPosted(low)) {
      return !posts || (low & POSTED_RESERVED) != 0 || (high & 0xfff0_0000L) != 0;
    }
    long destination = extended ? 0 : ~0xff00L << 32;
    return (low & (REMAPPED_RESERVED | destination)) != 0 || high >>> 20 != 0;
  }

  /** Whether a requester may use the entry. */
  static boolean admits(long high, int source) {
    int owner = (int) high & 0xffff;
    int left = (int) (high >>> 16) & 3;
    return switch ((int) (high >>> 18) & 3) {
      case 1 -> ((owner ^ source) & ~ignored(left)) == 0;
      case 2 -> source >>> 8 >= owner >>> 8 && source >>> 8 <= (owner & 0xff);
      default -> true;
    };
  }

  /** SQ 1 leaves out bit 2 of the function, 2 bits 2:1, 3 all three. */
  private static int ignored(int qualifier) {
    return 7 & ~(7 >>> qualifier);
  }
}
