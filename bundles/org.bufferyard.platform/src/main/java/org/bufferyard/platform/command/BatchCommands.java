package org.bufferyard.platform.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs one command line to its end.
 *
 * <p>The launcher finds this service by its class name and calls {@link #run} by reflection, from
 * its main thread, once per process. So the signature holds JDK types only; changing it means
 * changing the launcher.
 */
@ProviderType
public interface BatchCommands {

  /**
   * Runs one command. Writes only to the given streams and resolves relative paths against the
   * working directory, never against the process's own.
   *
   * @param arguments the command's name and its arguments, as the user typed them
   * @param out answers
   * @param err one line per mistake
   * @param workingDirectory absolute; what a relative path on the command line is relative to
   * @return the exit code: 0 answered, 1 answered and a severity matched, 2 bad input or usage, 3 a
   *     bug of ours
   */
  int run(List<String> arguments, PrintStream out, PrintStream err, Path workingDirectory);
}
