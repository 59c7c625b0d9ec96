package org.bufferyard.iommu.intel;

import java.util.BitSet;
import java.util.Optional;

/**
 * How a unit finds the page for a request whose {@link Route} is known: its caches first, then its
 * tables. Engine thread only.
 */
final class Translator {
  private final TranslationCaches caches;
  private final TableWalker walker;

  /** Domains of which a cache may say what their tables do not: staleness is looked for only there. */
  private final BitSet doubtful = new BitSet();

  private long phys;
  private int shift;
  private int rights;
  private boolean stale;

  Translator(TableWords words, Capabilities unit, TranslationCaches caches) {
    this.caches = caches;
    this.walker = new TableWalker(words, unit, caches.structures);
  }

  void doubt(int did, boolean on) {
    doubtful.set(did, on);
  }

  /** Empty: it may, and {@link #phys} and its siblings tell where to. */
  Optional<DmarFault> find(Route route, Request request) {
    if (!walker.reaches(route, request.address())) {
      return Optional.of(route.beyond());
    }
    if (!route.admits(request)) {
      return Optional.of(route.shut(request));
    }
    long address = request.address();
    int way = caches.iotlb.find(route.tag(), address);
    if (way != Iotlb.MISS) {
      rights = caches.iotlb.rights(way);
      if (!route.allows(rights, request)) {
        return Optional.of(route.denied(rights, request));
      }
      phys = caches.iotlb.phys(way, address);
      shift = caches.iotlb.shift(way);
      stale = doubtful.get(route.did()) && !says(route, request, phys);
      return Optional.empty();
    }
    Optional<DmarFault> refused = walker.walk(route, request, true);
    if (refused.isPresent()) {
      return refused;
    }
    shift = walker.shift();
    rights = walker.rights();
    phys = walker.phys() + (address & (1L << shift) - 1);
    caches.iotlb.fill(route.tag(), address, shift, walker.phys(), rights);
    stale =
        (walker.isDoubtful() || doubtful.get(route.did())) && !says(route, request, phys);
    return Optional.empty();
  }

  /** Whether the tables say so now, without a doubt. */
  boolean confirms(Route route, Request request, long expected) {
    return !doubtful.get(route.did()) || says(route, request, expected);
  }

  private boolean says(Route route, Request request, long expected) {
    return walker.walk(route, request, false).isEmpty()
        && walker.phys() + (request.address() & (1L << walker.shift()) - 1) == expected;
  }

  /** Physical address of the byte. */
  long phys() {
    return phys;
  }

  /** log2 of its page's bytes. */
  int shift() {
    return shift;
  }

  /** Rights of its page. */
  int rights() {
    return rights;
  }

  /** Whether only a cache says so. */
  boolean isStale() {
    return stale;
  }
}
