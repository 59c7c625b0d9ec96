package org.bufferyard.yard.guard;

import java.util.Objects;
import java.util.Optional;

/**
 * A plug-in's instance where it serves, with the context that dies with it. Engine thread only.
 *
 * @param end closes the instance
 * @param context empty: it has none that could be revoked
 */
public record Seat<T>(T instance, PlugIn who, Runnable end, Optional<RevocableContext> context) {
  public Seat {
    Objects.requireNonNull(instance, "instance");
    Objects.requireNonNull(who, "who");
    Objects.requireNonNull(end, "end");
    Objects.requireNonNull(context, "context");
  }

  /** A stand-in of the yard's own: nothing to close. */
  public static <T> Seat<T> own(T instance, String element) {
    return new Seat<>(instance, PlugIn.none(element), () -> {}, Optional.empty());
  }

  /** Closes the instance, unless it hung, then revokes its context, whatever comes of closing. */
  public void close() {
    try {
      who.close(end);
    } finally {
      context.ifPresent(RevocableContext::revoke);
    }
  }
}
