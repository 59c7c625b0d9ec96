package org.bufferyard.iommu.intel;

/**
 * How a request is translated, as a context entry (legacy mode) or a PASID entry (scalable mode) says.
 *
 * @param table address of the top table; 0 for pass-through. In nested translation that of the first
 *     level, an address of the second
 * @param levels of the table
 * @param did domain id
 * @param pasid whose entry it was; 0 in legacy mode
 * @param host address of the second level's top table in nested translation; else 0
 * @param hostLevels of that table
 * @param controls bits of {@link Route}
 */
record Route(
    Type type, long table, int levels, int did, int pasid, long host, int hostLevels, int controls)
    implements Lookup {
  /** The level that translates, and by the codes of which mode it faults. */
  enum Type {
    PASS_THROUGH,
    /** Legacy mode. */
    LEGACY,
    FIRST_LEVEL,
    /** Scalable mode. */
    SECOND_LEVEL,
    /** First level, whose tables and pages are addresses of the second. */
    NESTED
  }

  /** Supervisor requests may come; bits 0 to 6 are those of the PASID entry's third word. */
  static final int SRE = 1;

  /** Execute requests may come. */
  static final int ERE = 1 << 1;

  /** Supervisor writes heed R/W. */
  static final int WPE = 1 << 4;

  /** XD counts. */
  static final int NXE = 1 << 5;

  /** No supervisor fetches from user pages. */
  static final int SMEP = 1 << 6;

  /** Of the context entry: the device may ask for translations. */
  static final int DTE = 1 << 8;

  /** Of the context entry: the device may ask for pages. */
  static final int PRE = 1 << 9;

  /** RID_PRIV of the context entry: requests without a PASID are supervisor ones. */
  static final int PRIVILEGED = 1 << 10;

  /** The bits that keep tags of first-level and nested entries apart from second-level ones. */
  private static final long FIRST = 1L << 40;
  private static final long NESTED = Iotlb.UNSEEN;

  /** A route through one table at most. */
  Route(Type type, long table, int levels, int did, int pasid, int controls) {
    this(type, table, levels, did, pasid, 0, 0, controls);
  }

  /**
   * What cached translations are tagged with (VT-d specification 6.2.3): the domain id in bits 15:0,
   * and the PASID above it in first-level and nested ones.
   */
  long tag() {
    return switch (type) {
      case PASS_THROUGH, LEGACY, SECOND_LEVEL -> did;
      case FIRST_LEVEL -> firstLevelTag(did, pasid);
      case NESTED -> firstLevelTag(did, pasid) | NESTED;
    };
  }

  static long firstLevelTag(int did, int pasid) {
    return FIRST | (long) pasid << 16 | did;
  }

  /** Whether the table at hand is the CPU's format. */
  boolean isFirstLevel() {
    return type == Type.FIRST_LEVEL || type == Type.NESTED;
  }

  boolean has(int control) {
    return (controls & control) != 0;
  }

  /** Whether it counts as a supervisor's: PR is heard beside a PASID only. */
  boolean isPrivileged(Request request) {
    return request.hasPasid() ? request.privileged() : has(PRIVILEGED);
  }

  private static boolean executes(Request request) {
    return request.hasPasid() && request.execute();
  }

  /** Whether first-level translation lets such a request in at all. */
  boolean admits(Request request) {
    return !isFirstLevel()
        || (has(SRE) || !isPrivileged(request)) && (has(ERE) || !executes(request));
  }

  /** Why it does not. */
  DmarFault shut(Request request) {
    return executes(request) && !has(ERE) ? DmarFault.NO_EXECUTE_REQUESTS : DmarFault.NO_SUPERVISOR;
  }

  /** Whether rights of {@link EntryFormat} suffice. */
  boolean allows(int rights, Request request) {
    return !isFirstLevel()
        ? (rights & (request.write() ? EntryFormat.WRITE : EntryFormat.READ)) != 0
        : isUsers(rights, request)
            && isWritable(rights, request)
            && isExecutable(rights, request)
            && isHosts(rights, request);
  }

  private boolean isUsers(int rights, Request request) {
    return (rights & EntryFormat.USER) != 0 || isPrivileged(request);
  }

  private boolean isWritable(int rights, Request request) {
    return !request.write()
        || (rights & EntryFormat.WRITE) != 0
        || isPrivileged(request) && !has(WPE);
  }

  private boolean isExecutable(int rights, Request request) {
    boolean kept = has(SMEP) && isPrivileged(request) && (rights & EntryFormat.USER) != 0;
    return !executes(request) || (rights & EntryFormat.EXECUTE) != 0 && !kept;
  }

  private static boolean isHosts(int rights, Request request) {
    return (rights & (request.write() ? EntryFormat.HOST_WRITE : EntryFormat.HOST_READ)) != 0;
  }

  /** What a page that is missing, or lacks a right, raises. */
  DmarFault missing(boolean write) {
    return switch (type) {
      case PASS_THROUGH, LEGACY -> write ? DmarFault.WRITE : DmarFault.READ;
      case FIRST_LEVEL, NESTED -> DmarFault.FIRST_LEVEL_NOT_PRESENT;
      case SECOND_LEVEL -> DmarFault.SECOND_LEVEL_DENIED;
    };
  }

  /** What a page that is there raises without these rights of {@link EntryFormat}. */
  DmarFault denied(int rights, Request request) {
    if (!isFirstLevel()) {
      return missing(request.write());
    }
    if (!isUsers(rights, request)) {
      return DmarFault.SUPERVISOR;
    }
    if (!isWritable(rights, request)) {
      return DmarFault.FIRST_LEVEL_WRITE;
    }
    return isExecutable(rights, request)
        ? DmarFault.SECOND_LEVEL_DENIED
        : DmarFault.FIRST_LEVEL_EXECUTE;
  }

  /** What a page in the interrupt range raises: LGN.4, SGN.8 (VT-d specification 3.15). */
  DmarFault intoInterrupts() {
    return switch (type) {
      case PASS_THROUGH, LEGACY -> DmarFault.LEGACY_INTERRUPT_ADDRESS;
      case FIRST_LEVEL, NESTED, SECOND_LEVEL -> DmarFault.INTERRUPT_ADDRESS;
    };
  }

  DmarFault reserved() {
    return switch (type) {
      case PASS_THROUGH, LEGACY -> DmarFault.RESERVED_BITS;
      case FIRST_LEVEL, NESTED -> DmarFault.FIRST_LEVEL_RESERVED;
      case SECOND_LEVEL -> DmarFault.SECOND_LEVEL_RESERVED;
    };
  }

  /** What a table raises where no memory answers. */
  DmarFault unreachable(boolean top) {
    return switch (type) {
      case PASS_THROUGH, LEGACY -> DmarFault.NEXT_TABLE;
      case FIRST_LEVEL, NESTED ->
          top ? DmarFault.FIRST_LEVEL_TOP : DmarFault.FIRST_LEVEL_ACCESS;
      case SECOND_LEVEL -> top ? DmarFault.SECOND_LEVEL_TOP : DmarFault.SECOND_LEVEL_ACCESS;
    };
  }

  /** What an address raises that the table has no entries for. */
  DmarFault beyond() {
    return switch (type) {
      case PASS_THROUGH, LEGACY -> DmarFault.BEYOND_WIDTH;
      case FIRST_LEVEL, NESTED -> DmarFault.NOT_CANONICAL;
      case SECOND_LEVEL -> DmarFault.SM_BEYOND_WIDTH;
    };
  }
}
