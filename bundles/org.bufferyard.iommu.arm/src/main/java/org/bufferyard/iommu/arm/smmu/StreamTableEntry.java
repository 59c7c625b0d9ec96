package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.iommu.arm.pgtable.TableMemory;

/**
 * A stream table entry (SMMU architecture, 5.2; {@code arm-smmu-v3.c: arm_smmu_make_*_ste()}): 64
 * bytes of which these fields are used.
 *
 * <pre>
 * 0  V bit 0, Config 3:1, S1Fmt 5:4, S1ContextPtr 51:6, S1CDMax 63:59
 * 1  S1DSS 1:0, S1CIR 3:2, S1COR 5:4, S1CSH 7:6, S1STALLD 27, EATS 29:28, SHCFG 45:44,
 *    PRIVCFG 49:48, INSTCFG 51:50
 * 2  S2VMID 15:0, VTCR 50:32, S2AA64 51, S2PTW 54, S2S 57, S2R 58
 * 3  S2TTB 51:4
 * </pre>
 *
 * @param config what becomes of a transaction
 * @param stage1 what S1 fields say; {@link Stage1#NONE} where stage 1 is off
 * @param stage2 what S2 fields say; {@link Stage2#NONE} where stage 2 is off
 * @param incoming what becomes of the attributes of a transaction
 * @param eats answers to translation requests of devices
 */
record StreamTableEntry(
    Config config, Stage1 stage1, Stage2 stage2, Incoming incoming, Eats eats) {
  static final int SIZE = 64;

  private static final long VALID = 1;
  private static final int CONFIG_SHIFT = 1;
  private static final int FORMAT_SHIFT = 4;
  private static final int CD_MAX_SHIFT = 59;
  private static final long ADDRESS_6 = 0x000f_ffff_ffff_ffc0L;
  private static final long ADDRESS_4 = 0x000f_ffff_ffff_fff0L;
  private static final long WRITE_BACK_FETCH = 1L << 2 | 1L << 4 | 3L << 6;
  private static final long S1STALLD = 1L << 27;
  private static final int EATS_SHIFT = 28;
  private static final long SHCFG_INCOMING = 1L << 44;
  private static final int PRIVCFG_SHIFT = 48;
  private static final int INSTCFG_SHIFT = 50;
  private static final long VTCR = 0x7ffff;
  private static final int VTCR_SHIFT = 32;
  private static final long S2AA64 = 1L << 51;
  private static final long S2PTW = 1L << 54;
  private static final long S2S = 1L << 57;
  private static final long S2R = 1L << 58;

  /** STE.Config. */
  enum Config {
    ABORT(0),
    BYPASS(4),
    STAGE_1(5),
    STAGE_2(6),
    NESTED(7),
    /** Of entries that are not valid. */
    BAD(-1);

    private final int code;

    Config(int code) {
      this.code = code;
    }

    boolean hasStage1() {
      return this == STAGE_1 || this == NESTED;
    }

    boolean hasStage2() {
      return this == STAGE_2 || this == NESTED;
    }
  }

  /** STE.S1Fmt. */
  enum Format {
    LINEAR,
    /** Tables of 64 descriptors. */
    LEAF_4K,
    /** Tables of 1024 descriptors. */
    LEAF_64K;

    /** log2 of the descriptors of a table of the second level. */
    int leafBits() {
      return this == LEAF_4K ? 6 : 10;
    }
  }

  /** STE.S1DSS: what becomes of a transaction without a substream where there are some. */
  enum DefaultSubstream {
    TERMINATE,
    BYPASS,
    SSID0
  }

  /** STE.EATS: what a device with a translation cache gets. */
  enum Eats {
    ABORT,
    TRANSLATE,
    /** The output of stage 1; what comes back passes stage 2. */
    SPLIT_STAGE
  }

  /**
   * Fields of stage 1.
   *
   * @param context address of the context descriptor, or of the table of them: physical, or of
   *     stage 2 where that is on
   * @param cdMax log2 of the number of descriptors
   * @param stallDisabled S1STALLD
   */
  record Stage1(
      long context, Format format, int cdMax, DefaultSubstream dss, boolean stallDisabled) {
    static final Stage1 NONE = single(0);

    /** One descriptor, no substreams. */
    static Stage1 single(long context) {
      return new Stage1(context, Format.LINEAR, 0, DefaultSubstream.TERMINATE, false);
    }

    Stage1 withoutStalls() {
      return new Stage1(context, format, cdMax, dss, true);
    }

    Stage1 with(DefaultSubstream another) {
      return new Stage1(context, format, cdMax, another, stallDisabled);
    }
  }

  /**
   * Fields of stage 2.
   *
   * @param vmid that tags translations of stage 1 too
   * @param vtcr T0SZ to PS as they stand in the entry
   * @param table physical address of the first table
   * @param protectsWalks S2PTW: tables of stage 1 are not in device memory
   * @param stalls S2S
   * @param records S2R
   */
  record Stage2(
      int vmid, long vtcr, long table, boolean protectsWalks, boolean stalls, boolean records) {
    static final Stage2 NONE = new Stage2(0, 0, 0, false, false, false);
  }

  /** PRIVCFG and INSTCFG: 2 is unprivileged or data, 3 privileged or an instruction. */
  record Incoming(int privilege, int instruction) {
    static final Incoming AS_IS = new Incoming(0, 0);

    boolean privileged(boolean said) {
      return privilege < 2 ? said : privilege == 3;
    }

    /** Writes are data whatever anybody says. */
    boolean instruction(boolean said, boolean write) {
      return !write && (instruction < 2 ? said : instruction == 3);
    }
  }

  static final StreamTableEntry ABORT = plain(Config.ABORT);
  static final StreamTableEntry BYPASS = plain(Config.BYPASS);
  private static final StreamTableEntry NOT_VALID = plain(Config.BAD);

  private static StreamTableEntry plain(Config config) {
    return new StreamTableEntry(
        config, Stage1.NONE, Stage2.NONE, Incoming.AS_IS, Eats.ABORT);
  }

  static StreamTableEntry stage1(Stage1 stage1) {
    return new StreamTableEntry(
        Config.STAGE_1, stage1, Stage2.NONE, Incoming.AS_IS, Eats.ABORT);
  }

  static StreamTableEntry stage2(Stage2 stage2) {
    return new StreamTableEntry(
        Config.STAGE_2, Stage1.NONE, stage2, Incoming.AS_IS, Eats.ABORT);
  }

  static StreamTableEntry nested(Stage1 stage1, Stage2 stage2) {
    return new StreamTableEntry(Config.NESTED, stage1, stage2, Incoming.AS_IS, Eats.ABORT);
  }

  StreamTableEntry with(Eats another) {
    return new StreamTableEntry(config, stage1, stage2, incoming, another);
  }

  StreamTableEntry with(Incoming another) {
    return new StreamTableEntry(config, stage1, stage2, another, eats);
  }

  void write(TableMemory memory, long at) {
    long first = VALID | (long) config.code << CONFIG_SHIFT;
    long second =
        (long) eats.ordinal() << EATS_SHIFT
            | (long) incoming.privilege() << PRIVCFG_SHIFT
            | (long) incoming.instruction() << INSTCFG_SHIFT;
    long third = 0;
    if (config.hasStage1()) {
      first |=
          stage1.context() & ADDRESS_6
              | (long) stage1.format().ordinal() << FORMAT_SHIFT
              | (long) stage1.cdMax() << CD_MAX_SHIFT;
      second |=
          WRITE_BACK_FETCH
              | stage1.dss().ordinal()
              | (stage1.stallDisabled() ? S1STALLD : 0);
    }
    if (config.hasStage2()) {
      third =
          stage2.vmid()
              | (stage2.vtcr() & VTCR) << VTCR_SHIFT
              | S2AA64
              | (stage2.protectsWalks() ? S2PTW : 0)
              | (stage2.stalls() ? S2S : 0)
              | (stage2.records() ? S2R : 0);
    }
    if (config == Config.BYPASS || config.hasStage2()) {
      second |= SHCFG_INCOMING;
    }
    memory.writeLong(at + 8, second);
    memory.writeLong(at + 16, third);
    memory.writeLong(at + 24, stage2.table() & ADDRESS_4);
    // The driver writes the first word last: it makes the entry valid.
    memory.writeLong(at, first);
  }

  static StreamTableEntry read(TableMemory memory, long at) {
    long first = memory.readLong(at);
    Config config = (first & VALID) != 0 ? config((int) (first >>> CONFIG_SHIFT) & 7) : Config.BAD;
    if (config == Config.BAD) {
      return NOT_VALID;
    }
    long second = memory.readLong(at + 8);
    return new StreamTableEntry(
        config,
        config.hasStage1() ? readStage1(first, second) : Stage1.NONE,
        config.hasStage2() ? readStage2(memory, at) : Stage2.NONE,
        new Incoming(
            (int) (second >>> PRIVCFG_SHIFT) & 3, (int) (second >>> INSTCFG_SHIFT) & 3),
        // 0b11 asks for a device permission table, which is not there: as 0b00.
        Eats.values()[(int) (second >>> EATS_SHIFT & 3) % Eats.values().length]);
  }

  /** 0b0xx all abort. */
  private static Config config(int code) {
    for (Config known : Config.values()) {
      if (known.code == code) {
        return known;
      }
    }
    return Config.ABORT;
  }

  private static Stage1 readStage1(long first, long second) {
    int format = (int) (first >>> FORMAT_SHIFT) & 3;
    int dss = (int) second & 3;
    return new Stage1(
        first & ADDRESS_6,
        Format.values()[format == 3 ? 0 : format],
        (int) (first >>> CD_MAX_SHIFT),
        DefaultSubstream.values()[dss == 3 ? 0 : dss],
        (second & S1STALLD) != 0);
  }

  private static Stage2 readStage2(TableMemory memory, long at) {
    long third = memory.readLong(at + 16);
    return new Stage2(
        (int) third & 0xffff,
        third >>> VTCR_SHIFT & VTCR,
        memory.readLong(at + 24) & ADDRESS_4,
        (third & S2PTW) != 0,
        (third & S2S) != 0,
        (third & S2R) != 0);
  }
}
