package org.bufferyard.iommu.arm.smmu;

/**
 * Commands of the SMMU (SMMU architecture, 4; {@code arm_smmu_cmdq_build_cmd()}): 16 bytes each.
 *
 * <pre>
 * all          opcode 7:0
 * CFGI_STE     SID 63:32; word 1 leaf bit 0
 * CFGI_CD      SSID 31:12, SID 63:32; word 1 leaf bit 0
 * TLBI         NUM 16:12, SCALE 24:20, VMID 47:32, ASID 63:48;
 *              word 1 leaf bit 0, TTL 9:8, TG 11:10, address 63:12
 * CMD_SYNC     CS 13:12, MSH 23:22, MSIATTR 27:24
 * </pre>
 *
 * <p>Commands of ATS, PRI, stalls and EL2 are not modelled.
 */
sealed interface Command {
  /** First word. */
  long low();

  /** Second word. */
  default long high() {
    return 0;
  }

  /** Forget the stream table entry of a stream. */
  record ConfigSte(long stream) implements Command {
    static final int OPCODE = 0x03;

    @Override
    public long low() {
      return OPCODE | stream << 32;
    }

    @Override
    public long high() {
      return 1;
    }
  }

  /** Forget the context descriptor of a stream. */
  record ConfigCd(long stream) implements Command {
    static final int OPCODE = 0x05;

    @Override
    public long low() {
      return OPCODE | stream << 32;
    }

    @Override
    public long high() {
      return 1;
    }
  }

  /** Forget all configuration. */
  record ConfigAll() implements Command {
    static final int OPCODE = 0x04;

    @Override
    public long low() {
      return OPCODE;
    }

    @Override
    public long high() {
      return 31;
    }
  }

  /** Forget an address space of stage 1. */
  record TlbAsid(int asid) implements Command {
    static final int OPCODE = 0x11;

    @Override
    public long low() {
      return OPCODE | (long) asid << 48;
    }
  }

  /** Forget a virtual machine's both stages. */
  record TlbVmid(int vmid) implements Command {
    static final int OPCODE = 0x28;

    @Override
    public long low() {
      return OPCODE | (long) vmid << 32;
    }
  }

  /** Forget all that is not secure. */
  record TlbAll() implements Command {
    static final int OPCODE = 0x30;

    @Override
    public long low() {
      return OPCODE;
    }
  }

  /** Wait until the commands before it have been carried out. */
  record Sync() implements Command {
    static final int OPCODE = 0x46;

    /** By an event, as where no message interrupts are. */
    private static final long SIGNAL_EVENT = 2L << 12;

    @Override
    public long low() {
      return OPCODE | SIGNAL_EVENT;
    }
  }

  /**
   * Forget addresses of an address space, or of a virtual machine's second stage.
   *
   * @param stage2 whether {@code tag} is a VMID
   * @param granule 0 for one address, else log2 of the page size as 1, 2, 3 for 12, 14, 16
   * @param number pages in units of {@code 1 << scale}, minus one
   * @param level TTL: 0 for any, else the level of the leaf
   */
  record TlbRange(
      boolean stage2,
      int tag,
      long address,
      boolean leaf,
      int granule,
      int number,
      int scale,
      int level)
      implements Command {
    static final int VA = 0x12;
    static final int IPA = 0x2a;

    private static final long ADDRESS = -0x1000L;

    @Override
    public long low() {
      return (stage2 ? IPA : VA)
          | (long) number << 12
          | (long) scale << 20
          | (long) tag << (stage2 ? 32 : 48);
    }

    @Override
    public long high() {
      return (leaf ? 1 : 0) | (long) level << 8 | (long) granule << 10 | address & ADDRESS;
    }

    /** Bytes that it names; 1 where it names an address. */
    long bytes() {
      return granule == 0 ? 1 : (number + 1L) << (scale + 10 + 2 * granule);
    }

    static TlbRange decode(long low, long high) {
      boolean stage2 = (low & 0xff) == IPA;
      return new TlbRange(
          stage2,
          (int) (low >>> (stage2 ? 32 : 48)) & 0xffff,
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
  static Command decode(long low, long high) {
    return switch ((int) low & 0xff) {
      case ConfigSte.OPCODE -> new ConfigSte(low >>> 32);
      case ConfigAll.OPCODE -> new ConfigAll();
      case ConfigCd.OPCODE -> new ConfigCd(low >>> 32);
      case TlbAsid.OPCODE -> new TlbAsid((int) (low >>> 48));
      case TlbVmid.OPCODE -> new TlbVmid((int) (low >>> 32) & 0xffff);
      case TlbAll.OPCODE -> new TlbAll();
      case TlbRange.VA, TlbRange.IPA -> TlbRange.decode(low, high);
      case Sync.OPCODE -> new Sync();
      default -> throw new IllegalArgumentException("command 0x" + Long.toHexString(low & 0xff));
    };
  }
}
