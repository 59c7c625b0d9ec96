package org.bufferyard.shell;

import java.io.PrintStream;
import java.util.Set;

/** What the command line says without a command. */
final class Usage {
  private static final String VERSION = "bufferyard 0.1.0";

  private Usage() {}

  static int answer(String option, Set<String> commands, PrintStream out, PrintStream err) {
    switch (option) {
      case "--version", "-V" -> out.println(VERSION);
      case "--help", "-h" -> out.print(text(commands));
      default -> {
        err.println("bufferyard: a command comes first, not '" + option + "'; try --help");
        return CommandLineShell.BAD_INPUT;
      }
    }
    return CommandLineShell.ANSWERED;
  }

  private static String text(Set<String> commands) {
    StringBuilder text = new StringBuilder();
    text.append("Will sharing a DMA buffer work on this board, at what cost, and if not, why?\n\n");
    text.append("usage: bufferyard COMMAND [ARGUMENT…]\n\n");
    for (KnownCommand command : KnownCommand.values()) {
      if (commands.contains(command.word())) {
        line(text, command.word(), command.says());
      }
    }
    commands.stream()
        .filter(c -> KnownCommand.of(c).isEmpty())
        .forEach(c -> line(text, c, "brought by a plug-in"));
    text.append("\nEvery command takes --format text|json, --report FILE, --quiet, --help.\n");
    text.append("Exit codes: 0 answered, 1 answered and --fail-on matched or conform found a\n");
    text.append("difference, 2 bad input, 3 a bug of ours.\n\n");
    text.append("try: bufferyard explain launch/yards/thread-2017/board.topology codec scaler\n");
    return text.toString();
  }

  private static void line(StringBuilder text, String command, String says) {
    text.append(String.format("  %-10s%s%n", command, says));
  }
}
