package org.bufferyard.iommu.intel;

import java.util.Optional;

/**
 * The second level's part of nested translation (VT-d specification 3.8, "Nested Translation"): where
 * an address that the first level gave out really is. Cost: one word read a level; no allocation
 * unless it faults. Engine thread only.
 */
final class HostWalk {
  private final TableWords words;
  private final Capabilities unit;
  private long phys;
  private int shift;
  private int rights;

  HostWalk(TableWords words, Capabilities unit) {
    this.words = words;
    this.unit = unit;
  }

  /** Walks; empty: {@link #phys} and its siblings tell the page, whatever its rights are. */
  Optional<DmarFault> find(Route route, long address) {
    if (address >>> Math.min(Paging.shift(route.hostLevels()), unit.guestBits()) != 0) {
      return Optional.of(DmarFault.NESTED_BEYOND_WIDTH);
    }
    long table = route.host();
    rights = EntryFormat.READ | EntryFormat.WRITE;
    for (int level = route.hostLevels() - 1; level >= 0; level--) {
      long at = Paging.slot(table, address, level);
      if (!words.answers(at)) {
        return Optional.of(
            level == route.hostLevels() - 1
                ? DmarFault.SECOND_LEVEL_TOP
                : DmarFault.SECOND_LEVEL_ACCESS);
      }
      long entry = words.read(at);
      if (!SecondLevelEntry.EXACT.isPresent(entry)) {
        return Optional.of(DmarFault.SECOND_LEVEL_DENIED);
      }
      if (unit.reserves(entry, level)) {
        return Optional.of(DmarFault.SECOND_LEVEL_RESERVED);
      }
      rights &= SecondLevelEntry.EXACT.rights(entry);
      if (EntryFormat.isPage(entry, level)) {
        shift = Paging.shift(level);
        long inPage = address & Paging.span(level) - 1;
        phys = (EntryFormat.address(entry) & -Paging.span(level)) + inPage;
        return Optional.empty();
      }
      table = EntryFormat.address(entry);
    }
    return Optional.of(DmarFault.SECOND_LEVEL_DENIED);
  }

  /** Physical address of what was looked for. */
  long phys() {
    return phys;
  }

  /** log2 of the bytes of its page. */
  int shift() {
    return shift;
  }

  boolean allowsRead() {
    return (rights & EntryFormat.READ) != 0;
  }

  boolean allowsWrite() {
    return (rights & EntryFormat.WRITE) != 0;
  }
}
