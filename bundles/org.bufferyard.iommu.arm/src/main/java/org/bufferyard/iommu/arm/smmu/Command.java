package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.api.iommu.AccessAttributes;

/**
 * Commands of the SMMU (SMMU architecture, 4; {@code arm_smmu_cmdq_build_cmd()}): 16 bytes each.
 * Those of the TLB are {@link TlbCommand}s.
 *
 * <pre>
 * all          opcode 7:0
 * CFGI_STE     SID 63:32; word 1 leaf bit 0
 * CFGI_ALL     with SID also CFGI_STE_RANGE; word 1 range 4:0
 * CFGI_CD      SSID 31:12, SID 63:32; word 1 leaf bit 0
 * ATC_INV      global 9, SSV 11, SSID 31:12, SID 63:32; word 1 size 5:0, address 63:12
 * PRI_RESP     SSV 11, SSID 31:12, SID 63:32; word 1 PRGIndex 8:0, Resp 13:12
 * RESUME       Ac 12, Ab 13, SID 63:32; word 1 STAG 15:0
 * STALL_TERM   SID 63:32
 * CMD_SYNC     CS 13:12, MSH 23:22, MSIATTR 27:24
 * </pre>
 *
 * <p>Commands of EL2, of the other security states, of VMS and DPT are not modelled.
 */
sealed interface Command permits TlbCommand, Command.Plain {
  long SSV = 1L << 11;
  int SSID_SHIFT = 12;
  int SSID = 0xf_ffff;

  /** First word. */
  long low();

  /** Second word. */
  default long high() {
    return 0;
  }

  /** All but those of the TLB. */
  sealed interface Plain extends Command {}

  private static long substream(int pasid) {
    return pasid == AccessAttributes.NO_PASID ? 0 : SSV | (long) pasid << SSID_SHIFT;
  }

  private static int pasid(long low) {
    return (low & SSV) == 0 ? AccessAttributes.NO_PASID : (int) (low >>> SSID_SHIFT) & SSID;
  }

  /** A hint to fetch a stream's configuration. */
  record Prefetch(long stream) implements Plain {
    static final int CONFIG = 0x01;
    static final int ADDRESS = 0x02;

    @Override
    public long low() {
      return CONFIG | stream << 32;
    }
  }

  /** Forget the stream table entry of a stream, and all contexts of it. */
  record ConfigSte(long stream) implements Plain {
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

  /** Forget one context descriptor of a stream. */
  record ConfigCd(long stream, int substream) implements Plain {
    static final int OPCODE = 0x05;

    @Override
    public long low() {
      return OPCODE | (long) substream << SSID_SHIFT | stream << 32;
    }

    @Override
    public long high() {
      return 1;
    }
  }

  /** Forget all context descriptors of a stream. */
  record ConfigCdAll(long stream) implements Plain {
    static final int OPCODE = 0x06;

    @Override
    public long low() {
      return OPCODE | stream << 32;
    }
  }

  /**
   * Forget the configuration of streams that differ in their low bits alone.
   *
   * @param range number of those bits minus one; 31 for all streams
   */
  record ConfigRange(long stream, int range) implements Plain {
    static final int OPCODE = 0x04;

    static final ConfigRange ALL = new ConfigRange(0, 31);

    @Override
    public long low() {
      return OPCODE | stream << 32;
    }

    @Override
    public long high() {
      return range;
    }
  }

  /**
   * Tell a device to forget translations.
   *
   * @param pasid {@link AccessAttributes#NO_PASID} for those without one
   * @param size log2 of the pages of 4 KiB around the address; 52 for all
   */
  record AtcInvalidate(long stream, int pasid, boolean global, long address, int size)
      implements Plain {
    static final int OPCODE = 0x40;
    static final int ALL = 52;

    private static final long GLOBAL = 1L << 9;
    private static final long ADDRESS = -0x1000L;

    @Override
    public long low() {
      return OPCODE | (global ? GLOBAL : 0) | substream(pasid) | stream << 32;
    }

    @Override
    public long high() {
      return size | address & ADDRESS;
    }

    /** First byte: the span is aligned to its size. */
    long first() {
      return size >= ALL ? 0 : address & -0x1000L << size;
    }

    /** Last byte. */
    long last() {
      return size >= ALL ? -1L : first() + (0x1000L << size) - 1;
    }

    static AtcInvalidate decode(long low, long high) {
      return new AtcInvalidate(
          low >>> 32,
          Command.pasid(low),
          (low & GLOBAL) != 0,
          high & ADDRESS,
          (int) high & 0x3f);
    }
  }

  /** Answer a group of page requests. */
  record PriResponse(long stream, int pasid, int group, Answer answer) implements Plain {
    static final int OPCODE = 0x41;

    /** Resp, which the driver calls deny, fail and success. */
    enum Answer {
      /** The device is to ask no more. */
      FAILURE,
      INVALID,
      SUCCESS
    }

    @Override
    public long low() {
      return OPCODE | substream(pasid) | stream << 32;
    }

    @Override
    public long high() {
      return group | (long) answer.ordinal() << 12;
    }

    static PriResponse decode(long low, long high) {
      int code = (int) (high >>> 12) & 3;
      if (code == Answer.values().length) {
        throw new IllegalArgumentException("CMD_PRI_RESP with Resp 3");
      }
      return new PriResponse(
          low >>> 32, Command.pasid(low), (int) high & 0x1ff, Answer.values()[code]);
    }
  }

  /** Let a stalled transaction go on. */
  record Resume(long stream, int stag, Action action) implements Plain {
    static final int OPCODE = 0x44;

    /** Ac and Ab. */
    enum Action {
      /** End it as if nothing were wrong, where hardware can (TERM_MODEL 0). */
      TERMINATE,
      RETRY,
      ABORT
    }

    @Override
    public long low() {
      return OPCODE | (long) action.ordinal() << 12 | stream << 32;
    }

    @Override
    public long high() {
      return stag;
    }

    static Resume decode(long low, long high) {
      int code = (int) (low >>> 12) & 3;
      // With Ac, Ab is not looked at.
      Action action = (code & 1) != 0 ? Action.RETRY : Action.values()[code];
      return new Resume(low >>> 32, (int) high & 0xffff, action);
    }
  }

  /** End all stalled transactions of a stream. */
  record StallTerminate(long stream) implements Plain {
    static final int OPCODE = 0x45;

    @Override
    public long low() {
      return OPCODE | stream << 32;
    }
  }

  /** Wait until the commands before it have been carried out. */
  record Sync() implements Plain {
    static final int OPCODE = 0x46;

    /** By an event, as where no message interrupts are. */
    private static final long SIGNAL_EVENT = 2L << 12;

    @Override
    public long low() {
      return OPCODE | SIGNAL_EVENT;
    }
  }

  /**
   * The command that these words are.
   *
   * @throws IllegalArgumentException when they are none that is modelled (CERROR_ILL)
   */
  static Command decode(long low, long high) {
    return switch ((int) low & 0xff) {
      case Prefetch.CONFIG, Prefetch.ADDRESS -> new Prefetch(low >>> 32);
      case ConfigSte.OPCODE -> new ConfigSte(low >>> 32);
      case ConfigRange.OPCODE -> new ConfigRange(low >>> 32, (int) high & 0x1f);
      case ConfigCd.OPCODE -> new ConfigCd(low >>> 32, (int) (low >>> SSID_SHIFT) & SSID);
      case ConfigCdAll.OPCODE -> new ConfigCdAll(low >>> 32);
      case AtcInvalidate.OPCODE -> AtcInvalidate.decode(low, high);
      case PriResponse.OPCODE -> PriResponse.decode(low, high);
      case Resume.OPCODE -> Resume.decode(low, high);
      case StallTerminate.OPCODE -> new StallTerminate(low >>> 32);
      case Sync.OPCODE -> new Sync();
      default -> TlbCommand.decode(low, high);
    };
  }
}
