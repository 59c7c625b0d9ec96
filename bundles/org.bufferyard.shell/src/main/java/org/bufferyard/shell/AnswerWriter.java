package org.bufferyard.shell;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.shell.command.Answer;
import org.bufferyard.shell.command.CommonOptions;

/** Writes an answer where the common options want it. */
final class AnswerWriter {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

  private final CommonOptions options;
  private final Path directory;

  AnswerWriter(CommonOptions options, Path directory) {
    this.options = options;
    this.directory = directory;
  }

  void write(Answer answer, PrintStream out) {
    String text =
        switch (options.format()) {
          case text -> answer.text();
          case json -> GSON.toJson(answer.json()) + "\n";
          case markdown, sarif, junit -> page(answer);
        };
    options.report().ifPresent(file -> save(directory.resolve(file), text));
    if (!options.quiet()) {
      out.print(text);
      out.flush();
    }
  }

  private String page(Answer answer) {
    Supplier<String> page = answer.pages().get(options.format());
    if (page == null) {
      throw new BadInputException(
          "this command does not write " + options.format(),
          "--format " + options.format(),
          "take text or json"
              + answer.pages().keySet().stream()
                  .sorted()
                  .map(f -> " or " + f)
                  .collect(Collectors.joining()));
    }
    return page.get();
  }

  /** Whole or not at all. */
  private static void save(Path file, String text) {
    try {
      Path part = Files.createTempFile(file.resolveSibling("."), ".report", ".part");
      try {
        Files.writeString(part, text, StandardCharsets.UTF_8);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new BadInputException(
          "cannot be written (" + e.getClass().getSimpleName() + ")",
          "--report " + file,
          "give a file in a folder that exists and is yours");
    }
  }
}
