package org.bufferyard.yard.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bufferyard.platform.registry.PlugInException;

/** Collects what goes wrong in work that has to be finished regardless, and throws it as one. */
public final class Failures {
  private final String work;
  private final List<Throwable> thrown = new ArrayList<>();

  public Failures(String work) {
    this.work = work;
  }

  public void run(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | LinkageError | AssertionError e) {
      thrown.add(e);
    }
  }

  /** Has them told as what they are; nobody is stopped by them. */
  public void tell(Consumer<String> listener) {
    thrown.forEach(
        t -> listener.accept(work + ": " + (t instanceof PlugInException p ? p.getMessage() : t)));
  }

  /** Hands them to a failure that is on its way already. */
  public void addTo(Throwable other) {
    thrown.forEach(other::addSuppressed);
  }

  public void throwIfAny() {
    if (thrown.isEmpty()) {
      return;
    }
    if (thrown.stream().allMatch(PlugInException.class::isInstance)) {
      PlugInException first = (PlugInException) thrown.getFirst();
      thrown.stream().skip(1).forEach(first::addSuppressed);
      throw first; // nobody's fault but the plug-in's, and it says so
    }
    IllegalStateException all =
        new IllegalStateException(
            work + " failed in " + thrown.size() + " places, first: " + thrown.getFirst());
    thrown.forEach(all::addSuppressed);
    throw all;
  }
}
