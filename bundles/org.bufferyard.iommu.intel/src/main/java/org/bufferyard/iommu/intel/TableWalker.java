package org.bufferyard.iommu.intel;

import java.util.Optional;

/**
 * The hardware's walk through a first- or second-level table (VT-d specification 3.6 to 3.8). What a
 * request may do is what the entries of all levels allow. In nested translation every table of the
 * first level, and the page, is an address of the second ({@link HostWalk}).
 *
 * <p>A walk begins at the lowest table that the {@link PagingStructureCache} has, and fills it. A and D
 * bits of first-level entries are written back where software did not set them.
 *
 * <p>Cost: one word read a level; no allocation unless it faults. Engine thread only. Not modelled: A
 * and D of second-level entries (SSADE), EA (EAFE), memory types.
 */
final class TableWalker {
  private final TableWords words;
  private final Capabilities unit;
  private final PagingStructureCache structures;
  private final HostWalk host;

  private long phys;
  private int shift;
  private int rights;
  private boolean doubtful;

  /** Where the walk stands: a table, and the level of its entries. */
  private long table;

  private int level;

  TableWalker(TableWords words, Capabilities unit, PagingStructureCache structures) {
    this.words = words;
    this.unit = unit;
    this.structures = structures;
    this.host = new HostWalk(words, unit);
  }

  /**
   * Walks for an access; empty: it may, and {@link #phys} and its siblings tell the page.
   *
   * @param cached whether the paging structure cache counts; without it the walk says what stands in
   *     memory, and changes nothing
   */
  Optional<DmarFault> walk(Route route, Request request, boolean cached) {
    if (!reaches(route, request.address())) {
      return Optional.of(route.beyond());
    }
    Optional<DmarFault> fault = begin(route, request.address(), cached);
    while (fault.isEmpty()) {
      long at = Paging.slot(table, request.address(), level);
      boolean top = level == route.levels() - 1;
      if (!words.answers(at)) {
        return Optional.of(route.unreachable(top));
      }
      long entry = words.read(at);
      fault = refused(route, request, entry);
      if (fault.isEmpty() && cached) {
        fault = touch(route, request, at, entry);
      }
      if (fault.isEmpty() && EntryFormat.isPage(entry, level)) {
        return end(route, request, entry);
      }
      if (fault.isEmpty()) {
        fault = descend(route, request.address(), EntryFormat.address(entry), cached);
      }
    }
    return fault;
  }

  private Optional<DmarFault> begin(Route route, long address, boolean cached) {
    rights = EntryFormat.ALL;
    level = route.levels() - 1;
    int slot =
        cached
            ? structures.find(route.tag(), address, route.levels())
            : PagingStructureCache.MISS;
    doubtful = slot != PagingStructureCache.MISS && structures.survivor(slot);
    if (slot == PagingStructureCache.MISS) {
      return enter(route, route.table(), true);
    }
    table = structures.table(slot);
    level = structures.level(slot);
    rights = structures.rights(slot);
    return Optional.empty();
  }

  /** Goes on in the table at an address of the first level. */
  private Optional<DmarFault> enter(Route route, long address, boolean top) {
    table = address;
    if (route.type() != Route.Type.NESTED) {
      return Optional.empty();
    }
    Optional<DmarFault> fault = host.find(route, address);
    table = host.phys();
    boolean denied =
        fault.isPresent() ? fault.get() == DmarFault.SECOND_LEVEL_DENIED : !host.allowsRead();
    if (!denied) {
      return fault;
    }
    return Optional.of(top ? DmarFault.NESTED_TOP_READ : DmarFault.NESTED_READ);
  }

  private Optional<DmarFault> descend(Route route, long address, long next, boolean cached) {
    Optional<DmarFault> fault = enter(route, next, false);
    level--;
    if (fault.isEmpty() && cached) {
      structures.fill(route.tag(), address, level, table, rights);
    }
    return fault;
  }

  /** Why an entry stops the walk; else its rights are taken into account. */
  private Optional<DmarFault> refused(Route route, Request request, long entry) {
    if (!format(route).isPresent(entry)) {
      return Optional.of(route.missing(request.write()));
    }
    boolean reserved =
        route.isFirstLevel()
            ? FirstLevelEntry.PLAIN.isReserved(entry, level, unit.firstLargestLevel())
                || isExecutionReserved(route, entry)
            : unit.reserves(entry, level);
    if (reserved) {
      return Optional.of(route.reserved());
    }
    rights &= format(route).rights(entry) | EntryFormat.HOST;
    return Optional.empty();
  }

  /** XD without NXE, where the unit knows execute requests; elsewhere it is ignored. */
  private boolean isExecutionReserved(Route route, long entry) {
    return unit.hasExecuteRequests() && !route.has(Route.NXE) && FirstLevelEntry.hasXd(entry);
  }

  private static EntryFormat format(Route route) {
    return route.isFirstLevel() ? FirstLevelEntry.PLAIN : SecondLevelEntry.EXACT;
  }

  /** Sets A, and D of a page that is written to; the second level has to allow it. */
  private Optional<DmarFault> touch(Route route, Request request, long at, long entry) {
    boolean page = EntryFormat.isPage(entry, level);
    if (!route.isFirstLevel() || page && !route.allows(rights, request)) {
      return Optional.empty();
    }
    long touched = FirstLevelEntry.touched(entry, page && request.write());
    if (touched == entry) {
      return Optional.empty();
    }
    if (route.type() == Route.Type.NESTED && !mayWriteTable(route, request.address())) {
      return Optional.of(DmarFault.NESTED_WRITE);
    }
    words.write(at, touched);
    return Optional.empty();
  }

  /** Whether the second level lets the table at hand be written, found by its own address again. */
  private boolean mayWriteTable(Route route, long address) {
    long own = route.table();
    for (int l = route.levels() - 1; l > level; l--) {
      if (host.find(route, own).isPresent()) {
        return false;
      }
      own = EntryFormat.address(words.read(Paging.slot(host.phys(), address, l)));
    }
    return host.find(route, own).isEmpty() && host.allowsWrite();
  }

  private Optional<DmarFault> end(Route route, Request request, long entry) {
    shift = Paging.shift(level);
    phys = EntryFormat.address(entry) & -Paging.span(level);
    if (route.type() == Route.Type.NESTED) {
      Optional<DmarFault> fault = host.find(route, phys + (request.address() & (1L << shift) - 1));
      if (fault.isPresent()) {
        return fault;
      }
      shift = Math.min(shift, host.shift());
      phys = host.phys() & -(1L << shift);
      rights &= ~EntryFormat.HOST;
      rights |= host.allowsRead() ? EntryFormat.HOST_READ : 0;
      rights |= host.allowsWrite() ? EntryFormat.HOST_WRITE : 0;
    }
    return route.allows(rights, request)
        ? Optional.empty()
        : Optional.of(route.denied(rights, request));
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

  /** Whether the last walk began at a table that an invalidation with IH had spared. */
  boolean isDoubtful() {
    return doubtful;
  }
}
