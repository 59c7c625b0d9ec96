package org.bufferyard.yard;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Everything a yard opened and has to close, newest first. Closing goes on over failures. Engine
 * thread only.
 */
final class Instances {
  private final Deque<Runnable> open = new ArrayDeque<>();

  void add(Runnable close) {
    open.push(close);
  }

  void closeAll(Failures failures) {
    while (!open.isEmpty()) {
      failures.run(open.pop());
    }
  }
}
