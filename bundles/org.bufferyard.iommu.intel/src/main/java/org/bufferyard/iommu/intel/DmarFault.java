package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.Translation.Fault;

/**
 * Fault reasons of legacy mode with the driver's words ({@code drivers/iommu/intel/dmar.c:
 * dma_remap_fault_reasons}).
 */
enum DmarFault {
  ROOT_NOT_PRESENT(0x1, "Present bit in root entry is clear"),
  CONTEXT_NOT_PRESENT(0x2, "Present bit in context entry is clear"),
  BEYOND_WIDTH(0x4, "Access beyond MGAW"),
  WRITE(0x5, "PTE Write access is not set"),
  READ(0x6, "PTE Read access is not set"),
  NEXT_TABLE(0x7, "Next page table ptr is invalid"),
  ROOT_TABLE(0x8, "Root table address invalid"),
  CONTEXT_TABLE(0x9, "Context table ptr is invalid"),
  RESERVED_BITS(0xc, "non-zero reserved fields in PTE");

  private final int reason;
  private final String text;

  DmarFault(int reason, String text) {
    this.reason = reason;
    this.text = text;
  }

  /** What a missing or insufficient page raises. */
  static DmarFault denied(boolean write) {
    return write ? WRITE : READ;
  }

  Fault at(long address, boolean write) {
    return new Fault(reason, text, address, write);
  }
}
