package org.bufferyard.shell.command;

import com.google.gson.JsonElement;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.bufferyard.shell.command.CommonOptions.Format;

/**
 * What a command has to say, in each of its formats.
 *
 * @param exitCode 0 answered, 1 answered and what {@code --fail-on} named came up
 * @param pages the same in formats that not every command writes, made when asked for
 * @param note what holds for this run alone, such as the time it took: it goes to standard error,
 *     so that the same input gives the same answer
 */
public record Answer(
    String text,
    JsonElement json,
    int exitCode,
    Map<Format, Supplier<String>> pages,
    Optional<String> note) {
  public Answer {
    pages = Map.copyOf(pages);
  }

  public Answer(String text, JsonElement json, int exitCode) {
    this(text, json, exitCode, Map.of(), Optional.empty());
  }

  /** The answer with a page for one more format. */
  public Answer withPage(Format format, Supplier<String> page) {
    Map<Format, Supplier<String>> more = new EnumMap<>(Format.class);
    more.putAll(pages);
    more.put(format, page);
    return new Answer(text, json, exitCode, more, note);
  }

  public Answer withNote(String line) {
    return new Answer(text, json, exitCode, pages, Optional.of(line));
  }
}
