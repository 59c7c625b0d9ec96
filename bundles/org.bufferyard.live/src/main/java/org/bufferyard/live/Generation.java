package org.bufferyard.live;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the states of a yard that were given up. Safe for any thread. */
final class Generation {
  private final AtomicInteger count = new AtomicInteger();

  int now() {
    return count.get();
  }

  void next() {
    count.incrementAndGet();
  }
}
