package org.bufferyard.iommu.intel;

/**
 * How a request is translated, as a context entry (legacy mode) or a PASID entry (scalable mode) says.
 *
 * @param table address of the top table; 0 for pass-through
 * @param levels of the table
 * @param did domain id
 * @param pasid whose entry it was; 0 in legacy mode
 */
record Route(Type type, long table, int levels, int did, int pasid) implements Lookup {
  /** The level that translates, and by the codes of which mode it faults. */
  enum Type {
    PASS_THROUGH,
    /** Legacy mode. */
    LEGACY,
    FIRST_LEVEL,
    /** Scalable mode. */
    SECOND_LEVEL
  }

  /** The bit that keeps first-level tags apart from those of second-level entries. */
  private static final long FIRST = 1L << 40;

  /**
   * What cached translations are tagged with (VT-d specification 6.2.3): the domain id in bits 15:0,
   * and the PASID above it in first-level ones.
   */
  long tag() {
    return type == Type.FIRST_LEVEL ? firstLevelTag(did, pasid) : did;
  }

  static long firstLevelTag(int did, int pasid) {
    return FIRST | (long) pasid << 16 | did;
  }

  boolean isFirstLevel() {
    return type == Type.FIRST_LEVEL;
  }

  /** What a page that is missing, or lacks a right, raises. */
  DmarFault missing(boolean write) {
    return switch (type) {
      case PASS_THROUGH, LEGACY -> write ? DmarFault.WRITE : DmarFault.READ;
      case FIRST_LEVEL -> DmarFault.FIRST_LEVEL_NOT_PRESENT;
      case SECOND_LEVEL -> DmarFault.SECOND_LEVEL_DENIED;
    };
  }

  /** What a page that is there raises without these rights of {@link EntryFormat}. */
  DmarFault denied(int rights, boolean write) {
    if (type != Type.FIRST_LEVEL) {
      return missing(write);
    }
    return (rights & EntryFormat.USER) == 0 ? DmarFault.SUPERVISOR : DmarFault.FIRST_LEVEL_WRITE;
  }

  DmarFault reserved() {
    return switch (type) {
      case PASS_THROUGH, LEGACY -> DmarFault.RESERVED_BITS;
      case FIRST_LEVEL -> DmarFault.FIRST_LEVEL_RESERVED;
      case SECOND_LEVEL -> DmarFault.SECOND_LEVEL_RESERVED;
    };
  }

  /** What a table raises where no memory answers. */
  DmarFault unreachable(boolean top) {
    return switch (type) {
      case PASS_THROUGH, LEGACY -> DmarFault.NEXT_TABLE;
      case FIRST_LEVEL -> top ? DmarFault.FIRST_LEVEL_TOP : DmarFault.FIRST_LEVEL_ACCESS;
      case SECOND_LEVEL -> top ? DmarFault.SECOND_LEVEL_TOP : DmarFault.SECOND_LEVEL_ACCESS;
    };
  }

  /** What an address raises that the table has no entries for. */
  DmarFault beyond() {
    return switch (type) {
      case PASS_THROUGH, LEGACY -> DmarFault.BEYOND_WIDTH;
      case FIRST_LEVEL -> DmarFault.NOT_CANONICAL;
      case SECOND_LEVEL -> DmarFault.SM_BEYOND_WIDTH;
    };
  }
}
