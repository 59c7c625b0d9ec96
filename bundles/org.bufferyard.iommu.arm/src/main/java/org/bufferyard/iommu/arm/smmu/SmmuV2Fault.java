package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;

/**
 * Faults of an SMMUv2 by their bit in FSR or sGFSR (SMMU architecture version 2, 10.6 and 16.6),
 * and the lines that {@code arm-smmu.c: arm_smmu_context_fault(), arm_smmu_global_fault()} print.
 */
enum SmmuV2Fault {
  TF(1, false),
  AFF(2, false),
  PF(3, false),
  EF(4, false),
  ASF(7, false),
  /** Invalid context: the S2CR says fault. */
  ICF(0, true),
  /** No SMR matches. */
  USF(1, true),
  /** Several SMRs match. */
  SMCF(2, true);

  /** Registers are printed field by field. */
  private static final Rule SPELT_OUT =
      Rule.of("D14", "arm_smmu_print_context_fault_info").since(6, 11);

  private static final int WNR = 1 << 4;
  private static final int PNU = 1 << 5;
  private static final int IND = 1 << 6;

  /** FSYNR0 has at bit 4 what sGFSYNR0 has at bit 1. */
  private static final int GLOBAL_SHIFT = 3;

  private final int bit;
  private final boolean global;

  SmmuV2Fault(int bit, boolean global) {
    this.bit = bit;
    this.global = global;
  }

  /**
   * FSR or sGFSR.
   *
   * @param format 0 short descriptors, 1 LPAE of 32 bits, 2 of 64; 0 for a global fault
   */
  int status(int format) {
    return 1 << bit | format << 9;
  }

  /**
   * The access as FSYNR0 has it: WNR bit 4, PNU bit 5, IND bit 6.
   *
   * @param attributes of which a write is no instruction
   */
  static int syndrome(boolean write, AccessAttributes attributes) {
    return (write ? WNR : 0)
        | (attributes.privileged() ? PNU : 0)
        | (attributes.instruction() && !write ? IND : 0);
  }

  /**
   * The lines of a context fault, without the kernel's time.
   *
   * @param level of the walk that it ended at
   * @param syndrome of the access
   */
  List<String> log(
      String unit,
      int bank,
      int format,
      int level,
      long stream,
      long iova,
      int syndrome,
      KernelProfile kernel) {
    int fsr = status(format);
    int fsynr0 = bank << 16 | syndrome | level & 3;
    String prefix = "arm-smmu " + unit + ": ";
    List<String> lines = new ArrayList<>();
    lines.add(
        prefix
            + ("Unhandled context fault: fsr=0x%x, iova=0x%08x, fsynr=0x%x, cbfrsynra=0x%x,"
                    + " cb=%d")
                .formatted(fsr, iova, fsynr0, stream, bank));
    if (SPELT_OUT.holdsIn(kernel)) {
      lines.add(
          prefix
              + "FSR    = %08x [Format=%d %s], SID=0x%x".formatted(fsr, format, name(), stream));
      lines.add(
          prefix
              + "FSYNR0 = %08x [S1CBNDX=%d%s%s%s PLVL=%d]"
                  .formatted(
                      fsynr0,
                      bank,
                      (syndrome & IND) != 0 ? " IND" : "",
                      (syndrome & PNU) != 0 ? " PNU" : "",
                      (syndrome & WNR) != 0 ? " WNR" : "",
                      level & 3));
    }
    return lines;
  }

  /** The lines of a global fault; sGFSYNR0 has WNR at bit 1, PNU at 2 and IND at 3. */
  List<String> globalLog(String unit, long stream, int syndrome) {
    assert global : this;
    String prefix = "arm-smmu " + unit + ": ";
    String first =
        this == USF
            ? "Blocked unknown Stream ID 0x%x; boot with \"arm-smmu.disable_bypass=0\" to allow,"
                    .formatted(stream)
                + " but this may have security implications"
            : "Unexpected global fault, this could be serious";
    return List.of(
        prefix + first,
        prefix
            + "\tGFSR 0x%08x, GFSYNR0 0x%08x, GFSYNR1 0x%08x, GFSYNR2 0x%08x"
                .formatted(status(0), syndrome >> GLOBAL_SHIFT, stream, 0));
  }
}
