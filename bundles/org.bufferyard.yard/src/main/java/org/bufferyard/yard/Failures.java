package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.List;

/** Collects what goes wrong in work that has to be finished regardless, and throws it as one. */
final class Failures {
  private final String work;
  private final List<Throwable> thrown = new ArrayList<>();

  Failures(String work) {
    this.work = work;
  }

  void run(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | LinkageError | AssertionError e) {
      thrown.add(e);
    }
  }

  /** Hands them to a failure that is on its way already. */
  void addTo(Throwable other) {
    thrown.forEach(other::addSuppressed);
  }

  void throwIfAny() {
    if (thrown.isEmpty()) {
      return;
    }
    IllegalStateException all =
        new IllegalStateException(
            work + " failed in " + thrown.size() + " places, first: " + thrown.getFirst());
    thrown.forEach(all::addSuppressed);
    throw all;
  }
}
