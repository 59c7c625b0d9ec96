package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.Translation.Fault;

/**
 * Fault reasons (VT-d specification 7.1.3, "Address Translation Faults"), with the driver's words
 * ({@code drivers/iommu/intel/dmar.c: dma_remap_fault_reasons, dma_remap_sm_fault_reasons}); from 0x30
 * on those of scalable mode.
 */
enum DmarFault implements Lookup {
  ROOT_NOT_PRESENT(0x1, "Present bit in root entry is clear"),
  CONTEXT_NOT_PRESENT(0x2, "Present bit in context entry is clear"),
  CONTEXT_INVALID(0x3, "Invalid context entry"),
  BEYOND_WIDTH(0x4, "Access beyond MGAW"),
  WRITE(0x5, "PTE Write access is not set"),
  READ(0x6, "PTE Read access is not set"),
  NEXT_TABLE(0x7, "Next page table ptr is invalid"),
  ROOT_TABLE(0x8, "Root table address invalid"),
  CONTEXT_TABLE(0x9, "Context table ptr is invalid"),
  RESERVED_BITS(0xc, "non-zero reserved fields in PTE"),
  PASID_IN_LEGACY_MODE(0x31, "SM: TTM 0 for request with PASID"),
  SM_ROOT_TABLE(0x38, "SM: Error attempting to access Root Entry"),
  SM_ROOT_NOT_PRESENT(0x39, "SM: Present bit in Root Entry is clear"),
  SM_CONTEXT_TABLE(0x40, "SM: Error attempting to access Context Entry"),
  SM_CONTEXT_NOT_PRESENT(0x41, "SM: Present bit in Context Entry is clear"),
  SM_PASIDS_OFF(0x45, "SM: PASID Enable field in Context Entry is clear"),
  SM_PASID_TOO_LARGE(0x46, "SM: PASID is larger than the max in Context Entry"),
  SM_DIRECTORY(0x50, "SM: Error attempting to access the PASID Directory Entry"),
  SM_DIRECTORY_NOT_PRESENT(0x51, "SM: Present bit in Directory Entry is clear"),
  SM_PASID_TABLE(0x58, "SM: Error attempting to access PASID Table Entry"),
  SM_PASID_NOT_PRESENT(0x59, "SM: Present bit in PASID Table Entry is clear"),
  SM_PASID_INVALID(0x5b, "SM: Invalid Scalable-Mode PASID Table Entry"),
  FIRST_LEVEL_ACCESS(0x70, "SM: Error attempting to access first-level paging entry"),
  FIRST_LEVEL_NOT_PRESENT(0x71, "SM: Present bit in first-level paging entry is clear"),
  FIRST_LEVEL_RESERVED(0x72, "SM: Non-zero reserved field set in first-level paging entry"),
  FIRST_LEVEL_TOP(0x73, "SM: Error attempting to access FL-PML4 entry"),
  SECOND_LEVEL_ACCESS(0x78, "SM: Error attempting to access second-level paging entry"),
  SECOND_LEVEL_DENIED(0x79, "SM: Read/Write permission error in second-level paging entry"),
  SECOND_LEVEL_RESERVED(0x7a, "SM: Non-zero reserved field set in second-level paging entry"),
  SECOND_LEVEL_TOP(0x7b, "SM: Invalid second-level page table pointer"),
  NOT_CANONICAL(0x80, "SM: Address in first-level translation is not canonical"),
  SUPERVISOR(0x81, "SM: U/S set 0 for first-level translation with user privilege"),
  SM_BEYOND_WIDTH(0x83, "SM: Address beyond the DMA hardware max"),
  FIRST_LEVEL_WRITE(0x85, "SM: No write permission for Write/AtomicOp request"),
  INTERRUPT_ADDRESS(0x87, "SM: Invalid address-interrupt address");

  private final int reason;
  private final String text;

  DmarFault(int reason, String text) {
    this.reason = reason;
    this.text = text;
  }

  Fault at(long address, boolean write) {
    return new Fault(reason, text, address, write);
  }

  int reason() {
    return reason;
  }

  String text() {
    return text;
  }

  /** dmar_get_fault_reason(). */
  static String text(int reason) {
    for (DmarFault fault : values()) {
      if (fault.reason == reason) {
        return fault.text;
      }
    }
    return "Unknown";
  }
}
