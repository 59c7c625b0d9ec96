package org.bufferyard.platform.check;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A rule, or a family of rules that share their books, over the event stream. A service: stateless,
 * safe for any thread. It reads events and nothing else, so it works on a simulated run and on a
 * recorded one alike.
 */
@ProviderType
public interface CheckRule {
  Finding.Family family();

  /** Starts to watch one stream. */
  Watch open(CheckSite site);

  /** One stream under watch. Used by one thread at a time. */
  @ProviderType
  interface Watch {
    /** The next event. */
    void see(Finding.Clue event);

    /** What was said once may be said again; the books stay ({@code clear_warn_once}). */
    default void clearWarnOnce() {}

    /** The stream is over. */
    default void end() {}
  }
}
