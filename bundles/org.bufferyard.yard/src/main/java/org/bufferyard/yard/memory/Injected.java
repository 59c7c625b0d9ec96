package org.bufferyard.yard.memory;

import java.util.BitSet;

/** Requests that are to fail, counted down. Engine thread only. */
public final class Injected {
  /** Bit 0 is the next request. */
  private BitSet failing = new BitSet();

  /** The {@code nth} request from now on fails, beside those that are to fail already. */
  public void arm(int nth) {
    if (nth < 1) {
      throw new IllegalArgumentException("request " + nth + " is none: they count from 1");
    }
    failing.set(nth - 1);
  }

  /** Counts a request; whether it is one to fail. */
  public boolean takes() {
    if (failing.isEmpty()) {
      return false;
    }
    boolean fails = failing.get(0);
    failing = failing.get(1, failing.length() + 1);
    return fails;
  }
}
