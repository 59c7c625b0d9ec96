package org.bufferyard.allocator.iova;

import java.util.Arrays;

/**
 * The ranges of an IOVA space in address order: the kernel's rbtree with its anchor.
 *
 * <p>Algorithm: a treap over int node numbers in parallel arrays, threaded with predecessor and
 * successor, so that the kernel's backward walk costs one load a step. Priorities come from a fixed
 * xorshift sequence: the shape never shows in a result, and runs repeat. Cost: insertion next to a
 * known node and removal O(1) rotations on average, {@link #ceiling} O(log n); 53 bytes a range.
 * Thread rule: one thread. Caveat: it keeps no gap sizes, so a walk through a crowded space is as
 * long as the kernel's.
 */
final class IovaTree {

  /** No node. */
  static final int NIL = 0;

  /** The sentinel above everything, {@code iovad->anchor}. */
  static final int ANCHOR = 1;

  /** Frame of the anchor. */
  static final long ANCHOR_PFN = Long.MAX_VALUE;

  /** What a range is. */
  static final byte RESERVED = 0;

  static final byte LIVE = 1;
  static final byte CACHED = 2;

  private long[] lo = new long[64];
  private long[] hi = new long[64];
  private int[] left = new int[64];
  private int[] right = new int[64];
  private int[] parent = new int[64];
  private int[] priority = new int[64];
  private int[] previous = new int[64];
  private int[] next = new int[64];
  private byte[] state = new byte[64];

  /** Frames as they were requested, of a live range. */
  private long[] requested = new long[64];

  private int root = ANCHOR;
  private int unused = 2;

  /** Head of the list of nodes that can be used again, linked by {@code next}. */
  private int recycled = NIL;

  private int xorshift = 0x2545_F491;

  IovaTree() {
    lo[ANCHOR] = ANCHOR_PFN;
    hi[ANCHOR] = ANCHOR_PFN;
    // Below every other node, so that nothing depends on where it stands.
    priority[ANCHOR] = Integer.MIN_VALUE;
  }

  long lo(int node) {
    return lo[node];
  }

  long hi(int node) {
    return hi[node];
  }

  byte state(int node) {
    return state[node];
  }

  /** Frames that the holder of a live range asked for. */
  long requested(int node) {
    return requested[node];
  }

  void makeLive(int node, long pages) {
    state[node] = LIVE;
    requested[node] = pages;
  }

  void makeCached(int node) {
    state[node] = CACHED;
  }

  /** Lets a reservation grow downwards, into space that is free. */
  void extendDown(int node, long newLo) {
    lo[node] = newLo;
  }

  int previous(int node) {
    return previous[node];
  }

  int next(int node) {
    return next[node];
  }

  /** The lowest range that ends at {@code pfn} or above; the anchor at the latest. */
  int ceiling(long pfn) {
    int found = ANCHOR;
    int node = root;
    while (node != NIL) {
      if (hi[node] >= pfn) {
        found = node;
        node = left[node];
      } else {
        node = right[node];
      }
    }
    return found;
  }

  /** Adds a range directly below {@code successor}. */
  int insertBelow(int successor, long first, long last, byte kind) {
    int node = newNode();
    lo[node] = first;
    hi[node] = last;
    state[node] = kind;
    int before = previous[successor];
    previous[node] = before;
    next[node] = successor;
    previous[successor] = node;
    if (before != NIL) {
      next[before] = node;
    }
    left[node] = NIL;
    right[node] = NIL;
    if (left[successor] == NIL) {
      left[successor] = node;
      parent[node] = successor;
    } else {
      // The highest node of the successor's left side is the predecessor: its right side is empty.
      right[before] = node;
      parent[node] = before;
    }
    priority[node] = nextPriority();
    while (parent[node] != NIL && priority[parent[node]] < priority[node]) {
      rotateUp(node);
    }
    return node;
  }

  /** Removes a range; its number will be used again. */
  void erase(int node) {
    while (left[node] != NIL && right[node] != NIL) {
      rotateUp(priority[left[node]] > priority[right[node]] ? left[node] : right[node]);
    }
    int child = left[node] != NIL ? left[node] : right[node];
    replace(node, child);
    int before = previous[node];
    int after = next[node];
    previous[after] = before;
    if (before != NIL) {
      next[before] = after;
    }
    next[node] = recycled;
    recycled = node;
  }

  private void rotateUp(int node) {
    int above = parent[node];
    if (left[above] == node) {
      left[above] = right[node];
      if (right[node] != NIL) {
        parent[right[node]] = above;
      }
      replace(above, node);
      right[node] = above;
    } else {
      right[above] = left[node];
      if (left[node] != NIL) {
        parent[left[node]] = above;
      }
      replace(above, node);
      left[node] = above;
    }
    parent[above] = node;
  }

  /** Hangs {@code child} where {@code node} hangs. */
  private void replace(int node, int child) {
    int above = parent[node];
    if (above == NIL) {
      root = child;
    } else if (left[above] == node) {
      left[above] = child;
    } else {
      right[above] = child;
    }
    if (child != NIL) {
      parent[child] = above;
    }
  }

  private int nextPriority() {
    xorshift ^= xorshift << 13;
    xorshift ^= xorshift >>> 17;
    xorshift ^= xorshift << 5;
    return xorshift;
  }

  private int newNode() {
    if (recycled != NIL) {
      int node = recycled;
      recycled = next[node];
      return node;
    }
    if (unused == lo.length) {
      int size = 2 * unused;
      lo = Arrays.copyOf(lo, size);
      hi = Arrays.copyOf(hi, size);
      left = Arrays.copyOf(left, size);
      right = Arrays.copyOf(right, size);
      parent = Arrays.copyOf(parent, size);
      priority = Arrays.copyOf(priority, size);
      previous = Arrays.copyOf(previous, size);
      next = Arrays.copyOf(next, size);
      state = Arrays.copyOf(state, size);
      requested = Arrays.copyOf(requested, size);
    }
    return unused++;
  }
}
