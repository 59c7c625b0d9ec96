package org.bufferyard.iommu.intel;

import java.util.Arrays;
import java.util.function.Predicate;

/**
 * What the hardware keeps of context and PASID entries (VT-d specification 6.2.2): the routes of up to
 * 64 requesters, by source and PASID. Entries that are not present are not kept.
 *
 * <p>Algorithm: direct mapped. Cost: one compare for a look-up; an invalidation walks all 64. No
 * allocation. Engine thread only. Deviation: real units keep the two kinds of entries apart, so that
 * forgetting one of the two invalidations shows there and not here.
 */
final class ContextCache {
  private static final int SLOTS = 64;

  /** Free slots have a route, so that nothing is null. */
  private static final Route NOTHING = new Route(Route.Type.PASS_THROUGH, 0, 0, -1, -1, 0);

  private final long[] key = new long[SLOTS];
  private final Route[] route = new Route[SLOTS];

  ContextCache() {
    flushAll();
  }

  private static long key(int source, int pasid) {
    return (long) pasid + 1 << 16 | source;
  }

  private static int slot(long key) {
    return (int) (key ^ key >>> 6 ^ key >>> 16) & SLOTS - 1;
  }

  /** Whether the route of a request is kept; then {@link #route} has it. */
  boolean has(int source, int pasid) {
    long wanted = key(source, pasid);
    int slot = slot(wanted);
    return key[slot] == wanted && route[slot] != NOTHING;
  }

  Route route(int source, int pasid) {
    return route[slot(key(source, pasid))];
  }

  void fill(int source, int pasid, Route found) {
    long wanted = key(source, pasid);
    int slot = slot(wanted);
    key[slot] = wanted;
    route[slot] = found;
  }

  void flushAll() {
    Arrays.fill(route, NOTHING);
  }

  void flushDomain(int did) {
    flush(r -> r.did() == did);
  }

  void flushPasid(int did, int pasid) {
    flush(r -> r.did() == did && r.pasid() == pasid);
  }

  private void flush(Predicate<Route> gone) {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (gone.test(route[slot])) {
        route[slot] = NOTHING;
      }
    }
  }

  /**
   * Drops the routes of a source.
   *
   * @param ignored bits of the source's function that do not count
   */
  void flushSource(int source, int ignored) {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (((key[slot] & 0xffff ^ source) & ~ignored) == 0) {
        route[slot] = NOTHING;
      }
    }
  }
}
