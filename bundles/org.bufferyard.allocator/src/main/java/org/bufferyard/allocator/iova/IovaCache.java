package org.bufferyard.allocator.iova;

import java.util.Arrays;

/**
 * The cached free ranges of one size class: iova_rcache of one CPU (D5).
 *
 * <p>Algorithm: two magazines of 127 ranges, {@code loaded} and {@code prev}, and a depot of full
 * ones. Freeing pushes on the loaded magazine; when both are full, the loaded one goes to the depot.
 * Allocating takes the newest range of the loaded magazine that ends within the limit and fills its
 * place with the newest. Ranges are node numbers of the {@link IovaTree}, where they stay. Cost: O(1)
 * but for limits that the newest ranges exceed. Thread rule: one thread.
 *
 * <p>Not modelled: more than one CPU, and the worker that trims the depot after 100 ms.
 */
final class IovaCache {

  /** IOVA_MAG_SIZE. */
  static final int MAGAZINE = 127;

  private int[] loaded = new int[MAGAZINE];
  private int loadedSize;
  private int[] prev = new int[MAGAZINE];
  private int prevSize;

  /** Full magazines, the newest last. */
  private int[][] depot = new int[4][];

  private int depotSize;

  /** Depot magazines allowed; what goes beyond is given back to the tree. */
  private final int depotLimit;

  IovaCache(int depotLimit) {
    this.depotLimit = depotLimit;
  }

  /**
   * Takes the newest range that starts at {@code last} or below: __iova_rcache_get().
   *
   * @return its node, or {@link IovaTree#NIL}
   */
  int take(IovaTree tree, long last) {
    if (loadedSize == 0) {
      if (prevSize > 0) {
        swap();
      } else if (depotSize > 0) {
        loaded = depot[--depotSize];
        depot[depotSize] = null;
        loadedSize = MAGAZINE;
      } else {
        return IovaTree.NIL;
      }
    }
    int[] magazine = loaded;
    for (int i = loadedSize - 1; i >= 0; i--) {
      int node = magazine[i];
      if (tree.lo(node) <= last) {
        magazine[i] = magazine[--loadedSize];
        return node;
      }
    }
    return IovaTree.NIL;
  }

  /**
   * Keeps a freed range: __iova_rcache_insert().
   *
   * @return a magazine that no longer fits the depot and has to be freed, or an empty one
   */
  int[] put(int node) {
    int[] overflow = NOTHING;
    if (loadedSize == MAGAZINE) {
      if (prevSize < MAGAZINE) {
        swap();
      } else {
        overflow = depotSize < depotLimit ? store(loaded) : loaded;
        loaded = new int[MAGAZINE];
        loadedSize = 0;
      }
    }
    loaded[loadedSize++] = node;
    return overflow;
  }

  private static final int[] NOTHING = {};

  private int[] store(int[] magazine) {
    if (depotSize == depot.length) {
      depot = Arrays.copyOf(depot, 2 * depotSize);
    }
    depot[depotSize++] = magazine;
    return NOTHING;
  }

  private void swap() {
    int[] magazine = loaded;
    int size = loadedSize;
    loaded = prev;
    loadedSize = prevSize;
    prev = magazine;
    prevSize = size;
  }

  /** Empties both magazines into {@code into}, oldest first: free_cpu_cached_iovas(). */
  int drainMagazines(int[] into) {
    System.arraycopy(loaded, 0, into, 0, loadedSize);
    System.arraycopy(prev, 0, into, loadedSize, prevSize);
    int count = loadedSize + prevSize;
    loadedSize = 0;
    prevSize = 0;
    return count;
  }

  /** Takes the newest magazine out of the depot, or an empty one: free_global_cached_iovas(). */
  int[] drainDepot() {
    if (depotSize == 0) {
      return NOTHING;
    }
    int[] magazine = depot[--depotSize];
    depot[depotSize] = null;
    return magazine;
  }
}
