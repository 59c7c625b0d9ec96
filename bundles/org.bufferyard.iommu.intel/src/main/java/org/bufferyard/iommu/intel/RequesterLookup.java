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
        ? new Route(Route.Type.PASS_THROUGH, 0, 0, did, 0, 0)
        : new Route(
            Route.Type.LEGACY,
            ContextEntry.address(low),
            ContextEntry.levels(high),
            did,
            0,
            ContextEntry.servesDeviceTlb(low) ? Route.DTE : 0);
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
    long second = words.read(at + Long.BYTES);
    int controls = ScalableContextEntry.controls(context, second);
    if (pasid == NO_PASID) {
      int own = ScalableContextEntry.ridPasid(second);
      return entry(ScalableContextEntry.address(context), own, controls);
    }
    if (!ScalableContextEntry.takesPasids(context)) {
      return DmarFault.SM_PASIDS_OFF;
    }
    return pasid >= ScalableContextEntry.pasids(context)
        ? DmarFault.SM_PASID_TOO_LARGE
        : entry(ScalableContextEntry.address(context), pasid, controls);
  }

  private Lookup entry(long directory, int pasid, int controls) {
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
    return route(at, pasid, controls);
  }

  private Lookup route(long at, int pasid, int contextControls) {
    long first = words.read(at);
    long second = words.read(at + Long.BYTES);
    long third = words.read(at + 2L * Long.BYTES);
    if (!PasidEntry.isPresent(first)) {
      return DmarFault.SM_PASID_NOT_PRESENT;
    }
    if (PasidEntry.isReserved(second, third, unit)) {
      return DmarFault.SM_PASID_RESERVED;
    }
    int did = PasidEntry.did(second);
    int controls = contextControls | PasidEntry.controls(third);
    return switch (PasidEntry.type(first)) {
      case PasidEntry.PASS_THROUGH ->
          new Route(Route.Type.PASS_THROUGH, 0, 0, did, pasid, controls);
      case PasidEntry.FIRST_LEVEL ->
          hasFirst(third)
              ? new Route(
                  Route.Type.FIRST_LEVEL,
                  PasidEntry.address(third),
                  PasidEntry.firstLevels(third),
                  did,
                  pasid,
                  controls)
              : DmarFault.SM_PASID_INVALID;
      case PasidEntry.SECOND_LEVEL ->
          unit.walks(PasidEntry.levels(first))
              ? new Route(
                  Route.Type.SECOND_LEVEL,
                  PasidEntry.address(first),
                  PasidEntry.levels(first),
                  did,
                  pasid,
                  controls)
              : DmarFault.SM_PASID_INVALID;
      case PasidEntry.NESTED ->
          unit.hasNested() && hasFirst(third) && unit.walks(PasidEntry.levels(first))
              ? new Route(
                  Route.Type.NESTED,
                  PasidEntry.address(third),
                  PasidEntry.firstLevels(third),
                  did,
                  pasid,
                  PasidEntry.address(first),
                  PasidEntry.levels(first),
                  controls)
              : DmarFault.SM_PASID_INVALID;
      default -> DmarFault.SM_PASID_INVALID;
    };
  }

  /** Whether the unit has first-level tables of so many levels. */
  private boolean hasFirst(long third) {
    return unit.hasFirstLevel()
        && (PasidEntry.firstLevels(third) == 4 || unit.hasFiveFirstLevels());
  }
}
