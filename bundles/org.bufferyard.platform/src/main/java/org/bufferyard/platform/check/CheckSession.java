package org.bufferyard.platform.check;

import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.osgi.annotation.versioning.ProviderType;

/**
 * All chosen rules over one stream, which may go on for ever: the memory that they take is bounded.
 * Used by one thread at a time; {@link FindingTally} counts what repeats itself.
 */
@ProviderType
public interface CheckSession {
  /**
   * What the next events of the stream bring up, in order; rules of one event by family.
   *
   * @throws IllegalStateException after {@link #end} or {@link #close}
   */
  List<Finding> read(List<DmaEvent> events);

  /**
   * Lets rules say again what they say only once, as writing to debugfs' {@code clear_warn_once}
   * does ({@code kernel/panic.c}). What the rules remember of the stream stays.
   */
  void clearWarnOnce();

  /** What the end of the stream brings up. Nothing is read afterwards. */
  List<Finding> end();

  /** Stops to watch: the stream goes on, but nobody reads it. Forgets everything; may be repeated. */
  void close();
}
