package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.iommu.arm.pgtable.Rights;

/**
 * A transaction as it arrives at an SMMUv3 (SMMU architecture, 3.3 and 13.1.1).
 *
 * @param substream SubstreamID; {@link AccessAttributes#NO_PASID} without one (SSV 0)
 * @param instruction InD: of a read
 */
record Transaction(
    long stream,
    int substream,
    long address,
    boolean write,
    boolean privileged,
    boolean instruction) {

  static Transaction of(
      long stream, long address, boolean write, AccessAttributes attributes) {
    return new Transaction(
        stream,
        attributes.pasid(),
        address,
        write,
        attributes.privileged(),
        attributes.instruction() && !write);
  }

  boolean hasSubstream() {
    return substream != AccessAttributes.NO_PASID;
  }

  /** The same after STE.PRIVCFG and INSTCFG. */
  Transaction overridden(StreamTableEntry.Incoming by) {
    boolean asPrivileged = by.privileged(privileged);
    boolean asInstruction = by.instruction(instruction, write);
    return asPrivileged == privileged && asInstruction == instruction
        ? this
        : new Transaction(stream, substream, address, write, asPrivileged, asInstruction);
  }

  /** The {@link Rights} that it needs. */
  int need() {
    return Rights.needed(write, privileged, instruction);
  }
}
