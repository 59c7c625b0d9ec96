package org.bufferyard.yard.guard;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Everything a yard opened and has to close, newest first. Closing goes on over failures. Engine
 * thread only.
 */
public final class Instances {
  private final Deque<Runnable> open = new ArrayDeque<>();

  public void add(Runnable close) {
    open.push(close);
  }

  public void closeAll(Failures failures) {
    while (!open.isEmpty()) {
      failures.run(open.pop());
    }
  }
}
