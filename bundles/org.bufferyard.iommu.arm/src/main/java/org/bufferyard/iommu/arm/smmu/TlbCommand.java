package org.bufferyard.iommu.arm.smmu;

/**
 * Commands that make the TLB forget (SMMU architecture, 4.4).
 *
 * <pre>
 * all   opcode 7:0, NUM 16:12, SCALE 24:20, VMID 47:32, ASID 63:48
 *       word 1 leaf bit 0, TTL 9:8, TG 11:10, address 63:12
 * </pre>
 */
sealed interface TlbCommand extends Command {
  int VMID_SHIFT = 32;
  int ASID_SHIFT = 48;

  private static int field(long low, int shift) {
    return (int) (low >>> shift) & 0xffff;
  }

  /** NH_ALL: stage 1 of a virtual machine. */
  record Stage1OfVmid(int vmid) implements TlbCommand {
    static final int OPCODE = 0x10;

    @Override
    public long low() {
      return OPCODE | (long) vmid << VMID_SHIFT;
    }
  }

  /** NH_ASID: an address space of stage 1. */
  record Asid(int vmid, int asid) implements TlbCommand {
    static final int OPCODE = 0x11;

    @Override
    public long low() {
      return OPCODE | (long) vmid << VMID_SHIFT | (long) asid << ASID_SHIFT;
    }
  }

  /** S12_VMALL: both stages of a virtual machine. */
  record Vmid(int vmid) implements TlbCommand {
    static final int OPCODE = 0x28;

    @Override
    public long low() {
      return OPCODE | (long) vmid << VMID_SHIFT;
    }
  }

  /** NSNH_ALL: all that is not secure. */
  record All() implements TlbCommand {
    static final int OPCODE = 0x30;

    @Override
    public long low() {
      return OPCODE;
    }
  }

  /** Whose addresses a {@link Range} names. */
  enum Scope {
    /** NH_VA: of an address space. */
    VA(0x12),
    /** NH_VAA: of all address spaces of a virtual machine. */
    ANY_VA(0x13),
    /** S2_IPA: of stage 2. What both stages together led to stays. */
    IPA(0x2a);

    private final int opcode;

    Scope(int opcode) {
      this.opcode = opcode;
    }
  }

  /**
   * Addresses.
   *
   * @param asid looked at with {@link Scope#VA}
   * @param granule 0 for one address, else log2 of the page size as 1, 2, 3 for 12, 14, 16
   * @param number pages in units of {@code 1 << scale}, minus one
   * @param level TTL: 0 for any, else the level of the leaf
   */
  record Range(
      Scope scope,
      int vmid,
      int asid,
      long address,
      boolean leaf,
      int granule,
      int number,
      int scale,
      int level)
      implements TlbCommand {
    private static final long ADDRESS = -0x1000L;

    @Override
    public long low() {
      return scope.opcode
          | (long) number << 12
          | (long) scale << 20
          | (long) vmid << VMID_SHIFT
          | (long) asid << ASID_SHIFT;
    }

    @Override
    public long high() {
      return (leaf ? 1 : 0) | (long) level << 8 | (long) granule << 10 | address & ADDRESS;
    }

    /** Bytes that it names; 1 where it names an address. */
    long bytes() {
      return granule == 0 ? 1 : (number + 1L) << (scale + 10 + 2 * granule);
    }

    private static Range decode(Scope scope, long low, long high) {
      return new Range(
          scope,
          field(low, VMID_SHIFT),
          scope == Scope.VA ? field(low, ASID_SHIFT) : 0,
          high & ADDRESS,
          (high & 1) != 0,
          (int) (high >>> 10) & 3,
          (int) (low >>> 12) & 0x1f,
          (int) (low >>> 20) & 0x1f,
          (int) (high >>> 8) & 3);
    }
  }

  /**
   * The command that these words are.
   *
   * @throws IllegalArgumentException when they are none that is modelled (CERROR_ILL)
   */
  static TlbCommand decode(long low, long high) {
    int opcode = (int) low & 0xff;
    for (Scope scope : Scope.values()) {
      if (scope.opcode == opcode) {
        return Range.decode(scope, low, high);
      }
    }
    return switch (opcode) {
      case Stage1OfVmid.OPCODE -> new Stage1OfVmid(field(low, VMID_SHIFT));
      case Asid.OPCODE -> new Asid(field(low, VMID_SHIFT), field(low, ASID_SHIFT));
      case Vmid.OPCODE -> new Vmid(field(low, VMID_SHIFT));
      case All.OPCODE -> new All();
      default -> throw new IllegalArgumentException("command 0x" + Integer.toHexString(opcode));
    };
  }
}
