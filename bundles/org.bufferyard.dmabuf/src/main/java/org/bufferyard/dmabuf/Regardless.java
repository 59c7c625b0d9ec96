package org.bufferyard.dmabuf;

import java.util.Optional;
import org.bufferyard.api.kernel.KernelOops;

/**
 * Work that the core finishes though an exporter's ops break in it: its books are its own. What broke
 * is thrown at the end. An oops is no such thing: nothing of a dead kernel goes on.
 */
final class Regardless {
  private Optional<Throwable> first = Optional.empty();

  /** Whether the part got through. */
  boolean run(Runnable part) {
    try {
      part.run();
      return true;
    } catch (KernelOops oops) {
      throw oops;
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError broken) {
      first.ifPresentOrElse(
          earlier -> {
            if (earlier != broken) {
              earlier.addSuppressed(broken);
            }
          },
          () -> first = Optional.of(broken));
      return false;
    }
  }

  /** Throws what broke first, with the rest as suppressed. */
  void rethrow() {
    if (first.isPresent()) {
      switch (first.get()) {
        case RuntimeException unchecked -> throw unchecked;
        case Error error -> throw error;
        default -> throw new IllegalStateException(first.get());
      }
    }
  }
}
