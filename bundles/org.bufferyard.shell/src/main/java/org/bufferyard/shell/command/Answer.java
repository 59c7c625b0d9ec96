package org.bufferyard.shell.command;

import com.google.gson.JsonElement;
import java.util.Optional;

/**
 * What a command has to say, in each of its formats.
 *
 * @param exitCode 0 answered, 1 answered and what {@code --fail-on} named came up
 * @param page the same as a page of documentation; empty: the command writes none
 * @param note what holds for this run alone, such as the time it took: it goes to standard error,
 *     so that the same input gives the same answer
 */
public record Answer(
    String text, JsonElement json, int exitCode, Optional<String> page, Optional<String> note) {
  public Answer(String text, JsonElement json, int exitCode) {
    this(text, json, exitCode, Optional.empty(), Optional.empty());
  }

  /** The answer with a page for {@code --format markdown}. */
  public Answer withPage(String markdown) {
    return new Answer(text, json, exitCode, Optional.of(markdown), note);
  }

  public Answer withNote(String line) {
    return new Answer(text, json, exitCode, page, Optional.of(line));
  }
}
