package org.bufferyard.iommu.intel;

import java.util.Optional;

/**
 * The hardware's walk through a first- or second-level table (VT-d specification 3.6 and 3.7). What a
 * request may do is what the entries of all levels allow.
 *
 * <p>Cost: one word read a level; no allocation unless it faults. Engine thread only. Not modelled:
 * paging structure caches; writing A and D back, which the driver sets itself.
 */
final class TableWalker {
  private final TableWords words;
  private final Capabilities unit;
  private long phys;
  private int shift;
  private int rights;

  TableWalker(TableWords words, Capabilities unit) {
    this.words = words;
    this.unit = unit;
  }

  /** Walks for an access; empty: it may, and {@link #phys} and its siblings tell the page. */
  Optional<DmarFault> walk(Route route, long address, boolean write) {
    if (!reaches(route, address)) {
      return Optional.of(route.beyond());
    }
    EntryFormat format = format(route);
    int largest = route.isFirstLevel() ? unit.firstLargestLevel() : unit.largestLevel();
    long table = route.table();
    rights = EntryFormat.ALL;
    for (int level = route.levels() - 1; level >= 0; level--) {
      long at = Paging.slot(table, address, level);
      if (!words.answers(at)) {
        return Optional.of(route.unreachable(level == route.levels() - 1));
      }
      long entry = words.read(at);
      if (!format.isPresent(entry)) {
        return Optional.of(route.missing(write));
      }
      if (format.isReserved(entry, level, largest)) {
        return Optional.of(route.reserved());
      }
      rights &= format.rights(entry);
      if (EntryFormat.isPage(entry, level)) {
        shift = Paging.shift(level);
        phys = EntryFormat.address(entry) & -Paging.span(level);
        return allows(rights, write) ? Optional.empty() : Optional.of(route.denied(rights, write));
      }
      table = EntryFormat.address(entry);
    }
    return Optional.of(route.missing(write));
  }

  private static EntryFormat format(Route route) {
    return route.isFirstLevel() ? FirstLevelEntry.PLAIN : SecondLevelEntry.EXACT;
  }

  /**
   * Whether a table of that many levels has an entry for an address: first-level addresses are
   * canonical, the others have no bits above the width and MGAW.
   */
  boolean reaches(Route route, long address) {
    int bits = Paging.shift(route.levels());
    return route.isFirstLevel()
        ? address >> bits - 1 == 0 || address >> bits - 1 == -1
        : address >>> Math.min(bits, unit.guestBits()) == 0;
  }

  /** Whether rights of {@link EntryFormat} suffice. */
  static boolean allows(int rights, boolean write) {
    int needed = EntryFormat.USER | (write ? EntryFormat.WRITE : EntryFormat.READ);
    return (rights & needed) == needed;
  }

  /** Physical address of the page that the last walk found. */
  long phys() {
    return phys;
  }

  /** log2 of its bytes. */
  int shift() {
    return shift;
  }

  int rights() {
    return rights;
  }
}
