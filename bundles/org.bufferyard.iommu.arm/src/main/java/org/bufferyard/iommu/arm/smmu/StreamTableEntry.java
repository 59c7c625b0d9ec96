package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.iommu.arm.pgtable.TableMemory;

/**
 * A stream table entry (SMMU architecture, 5.2; {@code arm-smmu-v3.c: arm_smmu_make_*_ste()}): 64
 * bytes of which these fields are used.
 *
 * <pre>
 * 0  V bit 0, Config 3:1, S1ContextPtr 51:6, S1CDMax 63:59
 * 1  S1CIR 3:2, S1COR 5:4, S1CSH 7:6 of the context fetch; SHCFG 45:44
 * 2  S2VMID 15:0, VTCR 50:32, S2AA64 51, S2PTW 54, S2R 58
 * 3  S2TTB 51:4
 * </pre>
 *
 * @param config what becomes of a transaction
 * @param context physical address of the context descriptor, for stage 1
 * @param vmid for stage 2
 * @param vtcr T0SZ to PS as they stand in the entry, for stage 2
 * @param s2Table physical address of the first table, for stage 2
 */
record StreamTableEntry(Config config, long context, int vmid, long vtcr, long s2Table) {
  static final int SIZE = 64;

  private static final long VALID = 1;
  private static final int CONFIG_SHIFT = 1;
  private static final long ADDRESS_6 = 0x000f_ffff_ffff_ffc0L;
  private static final long ADDRESS_4 = 0x000f_ffff_ffff_fff0L;
  private static final long WRITE_BACK_FETCH = 1L << 2 | 1L << 4 | 3L << 6;
  private static final long SHCFG_INCOMING = 1L << 44;
  private static final long VTCR = 0x7ffff;
  private static final int VTCR_SHIFT = 32;
  private static final long S2AA64 = 1L << 51;
  private static final long S2PTW = 1L << 54;
  private static final long S2R = 1L << 58;

  /** STE.Config. */
  enum Config {
    ABORT(0),
    BYPASS(4),
    STAGE_1(5),
    STAGE_2(6),
    /** Entries that are not valid, or say what is not modelled (both stages nested). */
    BAD(-1);

    private final int code;

    Config(int code) {
      this.code = code;
    }
  }

  static final StreamTableEntry ABORT = new StreamTableEntry(Config.ABORT, 0, 0, 0, 0);
  static final StreamTableEntry BYPASS = new StreamTableEntry(Config.BYPASS, 0, 0, 0, 0);

  static StreamTableEntry stage1(long context) {
    return new StreamTableEntry(Config.STAGE_1, context, 0, 0, 0);
  }

  static StreamTableEntry stage2(int vmid, long vtcr, long table) {
    return new StreamTableEntry(Config.STAGE_2, 0, vmid, vtcr, table);
  }

  void write(TableMemory memory, long at) {
    long first = VALID | (long) config.code << CONFIG_SHIFT;
    long second = 0;
    long third = 0;
    switch (config) {
      case STAGE_1 -> {
        first |= context & ADDRESS_6;
        second = WRITE_BACK_FETCH;
      }
      case STAGE_2 -> {
        second = SHCFG_INCOMING;
        third = vmid | (vtcr & VTCR) << VTCR_SHIFT | S2AA64 | S2PTW | S2R;
      }
      case BYPASS -> second = SHCFG_INCOMING;
      case ABORT, BAD -> second = 0;
    }
    memory.writeLong(at + 8, second);
    memory.writeLong(at + 16, third);
    memory.writeLong(at + 24, s2Table & ADDRESS_4);
    // The driver writes the first word last: it makes the entry valid.
    memory.writeLong(at, first);
  }

  static StreamTableEntry read(TableMemory memory, long at) {
    long first = memory.readLong(at);
    Config config = Config.BAD;
    for (Config known : Config.values()) {
      if ((first & VALID) != 0 && (first >>> CONFIG_SHIFT & 7) == known.code) {
        config = known;
      }
    }
    long third = memory.readLong(at + 16);
    return new StreamTableEntry(
        config,
        first & ADDRESS_6,
        (int) third & 0xffff,
        third >>> VTCR_SHIFT & VTCR,
        memory.readLong(at + 24) & ADDRESS_4);
  }
}
