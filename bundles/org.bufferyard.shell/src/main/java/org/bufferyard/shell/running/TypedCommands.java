package org.bufferyard.shell.running;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;

/** Runs what somebody types who is not at a terminal. There when the interactive shell's parser is. */
public interface TypedCommands {
  /**
   * Runs line after line until the input ends; a line that fails says so and the next one is run.
   *
   * @param directory absolute; where relative paths start
   */
  void run(InputStream in, PrintStream out, PrintStream err, Path directory);
}
