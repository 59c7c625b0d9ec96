package org.bufferyard.shell;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.bufferyard.platform.command.BatchCommands;

/**
 * Runs a command line of ours from the interactive shell.
 *
 * @param words the command, before what the shell adds
 */
record GogoCall(BatchCommands commands, List<String> words) {
  GogoCall(BatchCommands commands, String... words) {
    this(commands, List.of(words));
  }

  /** The exit code goes into the variable {@code code}, as a shell's {@code $?}. */
  void run(CommandSession session, String word, String... arguments) {
    List<String> line = new ArrayList<>(words);
    line.add(word);
    line.addAll(List.of(arguments));
    PrintStream console = session.getConsole();
    Path directory = session.currentDir();
    session.put("code", commands.run(line, console, console, directory.toAbsolutePath()));
  }
}
