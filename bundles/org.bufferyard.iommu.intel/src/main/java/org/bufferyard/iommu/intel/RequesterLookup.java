package org.bufferyard.iommu.intel;

/**
 * How the hardware finds the {@link Route} of a request: root table, context table and, in scalable
 * mode, PASID directory and table (VT-d specification 3.4.2 to 3.4.4). Reads memory only; the {@link
 * ContextCache} is the caller's. Engine thread only.
 */
final class RequesterLookup {
  /** For a request without a PASID. */
  static final int NO_PASID = -1;

  /** RTADDR.TTM: 00 legacy mode, 01 scalable mode. */
  static final long SCALABLE = 1 << 10;

  private static final long ADDRESS = -1L << 12;

  private final TableWords words;
  private final Capabilities unit;

  RequesterLookup(TableWords words, Capabilities unit) {
    this.words = words;
    this.unit = unit;
  }

  /**
   * Finds how to translate.
   *
   * @param rootAddress the register RTADDR
   */
  Lookup find(long rootAddress, int source, int pasid) {
    return (rootAddress & SCALABLE) != 0
        ? scalable(rootAddress & ADDRESS, source, pasid)
        : legacy(rootAddress & ADDRESS, source, pasid);
  }

  private Lookup legacy(long root, int source, int pasid) {
    if (pasid != NO_PASID) {
      return DmarFault.PASID_IN_LEGACY_MODE;
    }
    long rootEntry = root + (long) (source >>> 8) * ContextEntry.BYTES;
    if (!words.answers(rootEntry)) {
      return DmarFault.ROOT_TABLE;
    }
    long context = words.read(rootEntry);
    if (!ContextEntry.isPresent(context)) {
      return DmarFault.ROOT_NOT_PRESENT;
    }
    long at = ContextEntry.address(context) + (long) (source & 0xff) * ContextEntry.BYTES;
    if (!words.answers(at)) {
      return DmarFault.CONTEXT_TABLE;
    }
    long low = words.read(at);
    long high = words.read(at + Long.BYTES);
    if (!ContextEntry.isPresent(low)) {
      return DmarFault.CONTEXT_NOT_PRESENT;
    }
    boolean valid =
        ContextEntry.isValid(low)
            && (ContextEntry.passes(low) || unit.walks(ContextEntry.levels(high)));
    if (!valid) {
      return DmarFault.CONTEXT_INVALID;
    }
    int did = ContextEntry.did(high);
    return ContextEntry.passes(low)
        ? new Route(Route.Type.PASS_THROUGH, 0, 0, did, 0)
        : new Route(
            Route.Type.LEGACY, ContextEntry.address(low), ContextEntry.levels(high), did, 0);
  }

  private Lookup scalable(long root, int source, int pasid) {
    long rootEntry =
        root
            + (long) (source >>> 8) * ContextEntry.BYTES
            + (long) ScalableContextEntry.half(source) * Long.BYTES;
    if (!words.answers(rootEntry)) {
      return DmarFault.SM_ROOT_TABLE;
    }
    long table = words.read(rootEntry);
    if (!ScalableContextEntry.isPresent(table)) {
      return DmarFault.SM_ROOT_NOT_PRESENT;
    }
    long at = ScalableContextEntry.at(ScalableContextEntry.address(table), source);
    if (!words.answers(at)) {
      return DmarFault.SM_CONTEXT_TABLE;
    }
    long context = words.read(at);
    if (!ScalableContextEntry.isPresent(context)) {
      return DmarFault.SM_CONTEXT_NOT_PRESENT;
    }
    if (pasid == NO_PASID) {
      int own = ScalableContextEntry.ridPasid(words.read(at + Long.BYTES));
      return entry(ScalableContextEntry.address(context), own);
    }
    if (!ScalableContextEntry.takesPasids(context)) {
      return DmarFault.SM_PASIDS_OFF;
    }
    return pasid >= ScalableContextEntry.pasids(context)
        ? DmarFault.SM_PASID_TOO_LARGE
        : entry(ScalableContextEntry.address(context), pasid);
  }

  private Lookup entry(long directory, int pasid) {
    long slot = directory + (long) (pasid >>> PasidEntry.TABLE_SHIFT) * Long.BYTES;
    if (!words.answers(slot)) {
      return DmarFault.SM_DIRECTORY;
    }
    long table = words.read(slot);
    if (!PasidEntry.isPresent(table)) {
      return DmarFault.SM_DIRECTORY_NOT_PRESENT;
    }
    int index = pasid & (1 << PasidEntry.TABLE_SHIFT) - 1;
    long at = PasidEntry.address(table) + (long) index * PasidEntry.BYTES;
    if (!words.answers(at)) {
      return DmarFault.SM_PASID_TABLE;
    }
    return route(at, pasid);
  }

  private Lookup route(long at, int pasid) {
    long first = words.read(at);
    if (!PasidEntry.isPresent(first)) {
      return DmarFault.SM_PASID_NOT_PRESENT;
    }
    int did = PasidEntry.did(words.read(at + Long.BYTES));
    long third = words.read(at + 2L * Long.BYTES);
    int levels = PasidEntry.firstLevels(third);
    return switch (PasidEntry.type(first)) {
      case PasidEntry.PASS_THROUGH -> new Route(Route.Type.PASS_THROUGH, 0, 0, did, pasid);
      case PasidEntry.FIRST_LEVEL ->
          levels == 5 && !unit.hasFiveFirstLevels()
              ? DmarFault.SM_PASID_INVALID
              : new Route(
                  Route.Type.FIRST_LEVEL, PasidEntry.address(third), levels, did, pasid);
      case PasidEntry.SECOND_LEVEL ->
          !unit.walks(PasidEntry.levels(first))
              ? DmarFault.SM_PASID_INVALID
              : new Route(
                  Route.Type.SECOND_LEVEL,
                  PasidEntry.address(first),
                  PasidEntry.levels(first),
                  did,
                  pasid);
      default -> DmarFault.SM_PASID_INVALID;
    };
  }
}
