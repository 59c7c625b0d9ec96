package org.bufferyard.iommu.intel;

import org.bufferyard.api.iommu.Translation.Fault;

/**
 * Fault reasons (VT-d specification 7.1.3, "Address Translation Faults"), with the driver's words
 * ({@code drivers/iommu/intel/dmar.c: dma_remap_fault_reasons, dma_remap_sm_fault_reasons}); from 0x30
 * on those of scalable mode, between 0x20 and 0x26 those of interrupt remapping (7.1.1, "Interrupt
 * Remapping Faults").
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
  /** The driver has no words for it. */
  LEGACY_INTERRUPT_ADDRESS(0xe, "Unknown"),
  INTERRUPT_RESERVED(0x20, "Detected reserved fields in the decoded interrupt-remapped request"),
  INTERRUPT_INDEX(0x21, "Interrupt index exceeded the interrupt-remapping table size"),
  INTERRUPT_NOT_PRESENT(0x22, "Present field in the IRTE entry is clear"),
  INTERRUPT_TABLE(0x23, "Error accessing interrupt-remapping table pointed by IRTA_REG"),
  INTERRUPT_ENTRY_RESERVED(0x24, "Detected reserved fields in the IRTE entry"),
  INTERRUPT_COMPATIBILITY(0x25, "Blocked a compatibility format interrupt request"),
  INTERRUPT_SOURCE(
      0x26, "Blocked an interrupt request due to source-id verification failure"),
  PASID_IN_LEGACY_MODE(0x31, "SM: TTM 0 for request with PASID"),
  PAGE_REQUEST_IN_LEGACY_MODE(0x32, "SM: TTM 0 for page group request"),
  SM_ROOT_TABLE(0x38, "SM: Error attempting to access Root Entry"),
  SM_ROOT_NOT_PRESENT(0x39, "SM: Present bit in Root Entry is clear"),
  SM_CONTEXT_TABLE(0x40, "SM: Error attempting to access Context Entry"),
  SM_CONTEXT_NOT_PRESENT(0x41, "SM: Present bit in Context Entry is clear"),
  SM_PASIDS_OFF(0x45, "SM: PASID Enable field in Context Entry is clear"),
  SM_PASID_TOO_LARGE(0x46, "SM: PASID is larger than the max in Context Entry"),
  SM_PAGE_REQUESTS_OFF(0x47, "SM: PRE field in Context-Entry is clear"),
  SM_DIRECTORY(0x50, "SM: Error attempting to access the PASID Directory Entry"),
  SM_DIRECTORY_NOT_PRESENT(0x51, "SM: Present bit in Directory Entry is clear"),
  SM_PASID_TABLE(0x58, "SM: Error attempting to access PASID Table Entry"),
  SM_PASID_NOT_PRESENT(0x59, "SM: Present bit in PASID Table Entry is clear"),
  SM_PASID_RESERVED(0x5a, "SM: Non-zero reserved field set in PASID Table Entry"),
  SM_PASID_INVALID(0x5b, "SM: Invalid Scalable-Mode PASID Table Entry"),
  NO_EXECUTE_REQUESTS(0x5c, "SM: ERE field is clear in PASID Table Entry"),
  NO_SUPERVISOR(0x5d, "SM: SRE field is clear in PASID Table Entry"),
  FIRST_LEVEL_ACCESS(0x70, "SM: Error attempting to access first-level paging entry"),
  FIRST_LEVEL_NOT_PRESENT(0x71, "SM: Present bit in first-level paging entry is clear"),
  FIRST_LEVEL_RESERVED(0x72, "SM: Non-zero reserved field set in first-level paging entry"),
  FIRST_LEVEL_TOP(0x73, "SM: Error attempting to access FL-PML4 entry"),
  NESTED_BEYOND_WIDTH(
      0x74, "SM: First-level entry address beyond MGAW in Nested translation"),
  NESTED_TOP_READ(0x75, "SM: Read permission error in FL-PML4 entry in Nested translation"),
  NESTED_READ(
      0x76, "SM: Read permission error in first-level paging entry in Nested translation"),
  NESTED_WRITE(
      0x77, "SM: Write permission error in first-level paging entry in Nested translation"),
  SECOND_LEVEL_ACCESS(0x78, "SM: Error attempting to access second-level paging entry"),
  SECOND_LEVEL_DENIED(0x79, "SM: Read/Write permission error in second-level paging entry"),
  SECOND_LEVEL_RESERVED(0x7a, "SM: Non-zero reserved field set in second-level paging entry"),
  SECOND_LEVEL_TOP(0x7b, "SM: Invalid second-level page table pointer"),
  NOT_CANONICAL(0x80, "SM: Address in first-level translation is not canonical"),
  SUPERVISOR(0x81, "SM: U/S set 0 for first-level translation with user privilege"),
  FIRST_LEVEL_EXECUTE(0x82, "SM: No execute permission for request with PASID and ER=1"),
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

  /** Whether it is one of interrupt remapping. */
  static boolean isInterrupt(int reason) {
    return reason >= INTERRUPT_RESERVED.reason && reason <= INTERRUPT_SOURCE.reason;
  }

  /**
   * Whether a device that may ask for pages is told instead of the fault log (VT-d specification
   * 7.2.3, "Recoverable Faults"): the tables are sound, and the page is missing or lacks a right.
   */
  boolean isRecoverable() {
    return switch (this) {
      case WRITE,
          READ,
          FIRST_LEVEL_NOT_PRESENT,
          SECOND_LEVEL_DENIED,
          SUPERVISOR,
          FIRST_LEVEL_EXECUTE,
          FIRST_LEVEL_WRITE ->
          true;
      default -> false;
    };
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
