package org.bufferyard.shell.sarif;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A board's file as findings refer to it. In a board that we write every element has a line of its own,
 * so that its id leads to it; a compiled devicetree has no lines.
 */
public final class BoardFile {
  private static final Pattern ID = Pattern.compile("\\sid=\"([^\"]*)\"");

  private final String name;
  private final Map<String, Integer> lines = new HashMap<>();

  /**
   * @param name as typed, or relative to where the command was typed
   * @param file the same to be read
   */
  public BoardFile(String name, Path file) {
    this.name = name;
    if (name.endsWith(".topology")) {
      read(file);
    }
  }

  private void read(Path file) {
    try {
      List<String> text = Files.readAllLines(file, StandardCharsets.UTF_8);
      for (int i = 0; i < text.size(); i++) {
        Matcher id = ID.matcher(text.get(i));
        if (id.find()) {
          lines.putIfAbsent(id.group(1), i + 1);
        }
      }
    } catch (IOException e) {
      // It was read as a board a moment ago. Without lines the findings still name the file.
      lines.clear();
    }
  }

  /** For a log: relative where the name is. */
  String uri() {
    Path path = Path.of(name);
    if (path.isAbsolute()) {
      return path.toUri().toString();
    }
    try {
      return new URI(null, null, path.normalize().toString().replace('\\', '/'), null).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("no URI for the name of a file: " + name, e);
    }
  }

  /** Where an element is written, from 1. */
  Optional<Integer> line(String element) {
    return Optional.ofNullable(lines.get(element));
  }
}
