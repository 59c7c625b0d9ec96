package org.bufferyard.shell.running;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a connection to the {@link CommandPort} begins with. */
sealed interface CommandRequest {
  /** All fields together; a command line is limited to less by most systems. */
  int MOST_BYTES = 1 << 21;

  String token();

  /** Runs a command. */
  record Run(String token, Path directory, List<String> arguments) implements CommandRequest {}

  /** Comes for the standard error and the exit code of a command. */
  record Say(String token, String ticket) implements CommandRequest {}

  /**
   * @throws IOException when the connection ends too early or speaks something else
   */
  static CommandRequest read(InputStream raw) throws IOException {
    Fields fields = new Fields(new BufferedInputStream(raw));
    if (!fields.next().equals(CommandPort.PROTOCOL)) {
      throw new ProtocolException("not " + CommandPort.PROTOCOL);
    }
    String token = fields.next();
    return switch (fields.next()) {
      case "run" -> run(token, fields);
      case "say" -> new Say(token, fields.next());
      default -> throw new ProtocolException("no such verb");
    };
  }

  private static Run run(String token, Fields fields) throws IOException {
    try {
      Path directory = Path.of(fields.next());
      int count = Integer.parseInt(fields.next());
      List<String> arguments = new ArrayList<>();
      while (arguments.size() < count) {
        arguments.add(fields.next());
      }
      if (!directory.isAbsolute()) {
        throw new ProtocolException("working directory is not absolute");
      }
      return new Run(token, directory, List.copyOf(arguments));
    } catch (NumberFormatException | InvalidPathException e) {
      throw new IOException(e);
    }
  }

  /** Strings of UTF-8, each with a NUL behind it. */
  final class Fields {
    private final InputStream in;
    private int left = MOST_BYTES;

    private Fields(InputStream in) {
      this.in = in;
    }

    private String next() throws IOException {
      ByteArrayOutputStream field = new ByteArrayOutputStream();
      for (int b = in.read(); b != 0; b = in.read()) {
        left--;
        if (b < 0 || left == 0) {
          throw new ProtocolException("a field has no end");
        }
        field.write(b);
      }
      return field.toString(StandardCharsets.UTF_8);
    }
  }
}
