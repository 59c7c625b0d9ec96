package org.bufferyard.iommu.arm.smmu;

import java.util.Map;
import org.bufferyard.iommu.arm.pgtable.TableMemory;

/**
 * A context descriptor (SMMU architecture, 5.4; {@code arm-smmu-v3.c: arm_smmu_make_s1_cd()}): 64
 * bytes of which these fields are used.
 *
 * <pre>
 * 0  T0SZ 5:0, TG0 7:6, IRGN0 9:8, ORGN0 11:10, SH0 13:12, EPD0 14, EPD1 30, V 31, IPS 34:32,
 *    AA64 41, S 44, R 45, A 46, ASET 47, ASID 63:48
 * 1  TTB0 51:4
 * 3  MAIR
 * </pre>
 *
 * <p>TTB1 is off (EPD1), as the driver leaves it; hardware updates (HA, HD), PAN, WXN and tagged
 * addresses are not modelled.
 *
 * @param sizeOffset T0SZ
 * @param granule TG0
 * @param disabled EPD0: no walk by TTB0
 * @param outputSize IPS
 * @param shareability SH0
 * @param table TTB0: physical, or of stage 2 where that is on
 * @param faults A, R and S
 */
record ContextDescriptor(
    boolean valid,
    int asid,
    int sizeOffset,
    int granule,
    boolean disabled,
    int outputSize,
    int shareability,
    long table,
    long mair,
    Faults faults) {
  static final int SIZE = 64;

  private static final int GRANULE_SHIFT = 6;
  private static final int SH_SHIFT = 12;
  private static final int IPS_SHIFT = 32;
  private static final int ASID_SHIFT = 48;
  private static final long WRITE_BACK_WALK = 1L << 8 | 1L << 10;
  private static final long EPD0 = 1L << 14;
  private static final long EPD1 = 1L << 30;
  private static final long VALID = 1L << 31;
  private static final long AA64 = 1L << 41;
  private static final long S = 1L << 44;
  private static final long R = 1L << 45;
  private static final long A = 1L << 46;
  private static final long ASET = 1L << 47;
  private static final long TABLE = 0x000f_ffff_ffff_fff0L;

  /**
   * What a fault of translation does (5.5).
   *
   * @param aborts A: the device is told, instead of a silent end
   * @param records R
   * @param stalls S: the transaction waits for a command, and is recorded
   */
  record Faults(boolean aborts, boolean records, boolean stalls) {
    static final Faults TERMINATE = new Faults(true, true, false);
    static final Faults STALL = new Faults(true, true, true);
  }

  /** For a stage 1 table with that configuration. */
  static ContextDescriptor of(
      int asid, long table, Map<String, Long> configuration, Faults faults) {
    return new ContextDescriptor(
        true,
        asid,
        configuration.get("tcr.tsz").intValue(),
        configuration.get("tcr.tg").intValue(),
        false,
        configuration.get("tcr.ips").intValue(),
        configuration.get("tcr.sh").intValue(),
        table,
        configuration.get("mair"),
        faults);
  }

  void write(TableMemory memory, long at) {
    long first =
        sizeOffset
            | (long) granule << GRANULE_SHIFT
            | WRITE_BACK_WALK
            | (long) shareability << SH_SHIFT
            | (disabled ? EPD0 : 0)
            | EPD1
            | (valid ? VALID : 0)
            | (long) outputSize << IPS_SHIFT
            | AA64
            | (faults.stalls() ? S : 0)
            | (faults.records() ? R : 0)
            | (faults.aborts() ? A : 0)
            | ASET
            | (long) asid << ASID_SHIFT;
    memory.writeLong(at + 8, table & TABLE);
    memory.writeLong(at + 24, mair);
    memory.writeLong(at, first);
  }

  static ContextDescriptor read(TableMemory memory, long at) {
    long first = memory.readLong(at);
    return new ContextDescriptor(
        (first & VALID) != 0 && (first & AA64) != 0,
        (int) (first >>> ASID_SHIFT),
        (int) first & 0x3f,
        (int) (first >>> GRANULE_SHIFT) & 3,
        (first & EPD0) != 0,
        (int) (first >>> IPS_SHIFT) & 7,
        (int) (first >>> SH_SHIFT) & 3,
        memory.readLong(at + 8) & TABLE,
        memory.readLong(at + 24),
        new Faults((first & A) != 0, (first & R) != 0, (first & S) != 0));
  }
}
