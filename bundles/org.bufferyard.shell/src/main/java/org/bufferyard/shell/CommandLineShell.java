package org.bufferyard.shell;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.command.BatchCommands;
import org.osgi.service.component.annotations.Component;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The batch command line: one picocli command tree for each call. */
@Component
public final class CommandLineShell implements BatchCommands {
  static final int INTERNAL = 3;

  @Override
  public int run(
      List<String> arguments, PrintStream out, PrintStream err, Path workingDirectory) {
    CommandLine line =
        new CommandLine(new Bufferyard())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return line.execute(arguments.toArray(String[]::new));
  }

  /** The command without a command: says what there is. */
  @Command(
      name = "bufferyard",
      version = "bufferyard 0.1.0",
      mixinStandardHelpOptions = true,
      description = "Will sharing a DMA buffer work on this board, at what cost, and if not, why?")
  private static final class Bufferyard implements Runnable {
    @Override
    public void run() {
      CommandLine.usage(this, System.out);
    }
  }
}
