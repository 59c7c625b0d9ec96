package org.bufferyard.platform.check;

import java.util.List;
import java.util.Objects;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;

/**
 * What a rule found.
 *
 * @param rule under which it is wrong
 * @param element id of the model element it is about
 * @param text one line; for {@link Family#DMA_DEBUG} exactly what the kernel writes
 * @param counted whether dma-debug's {@code error_count} counts it
 * @param clues the events that clash, the earlier first: two, or one when it clashes with nothing
 *     that happened; none for a board
 */
public record Finding(
    Family family,
    Severity severity,
    Rule rule,
    String element,
    String text,
    boolean counted,
    List<Clue> clues) {

  /** Whose rule it is. */
  public enum Family {
    /** {@code kernel/dma/debug.c}, section I. */
    DMA_DEBUG,
    /** What no kernel checks. */
    STREAM,
    /** What a board says before anything runs. */
    BOARD
  }

  /** How bad it is. */
  public enum Severity {
    ERROR,
    WARNING,
    NOTE
  }

  /**
   * An event that a finding rests on.
   *
   * @param position in the stream that was read, from 0
   */
  public record Clue(long position, DmaEvent event) {
    public Clue {
      Objects.requireNonNull(event, "event");
    }
  }

  public Finding {
    Objects.requireNonNull(family, "family");
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(rule, "rule");
    Objects.requireNonNull(element, "element");
    Objects.requireNonNull(text, "text");
    clues = List.copyOf(clues);
  }
}
