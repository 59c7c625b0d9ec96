package org.bufferyard.shell;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.bufferyard.platform.command.BatchCommands;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The same commands in the interactive shell: {@code yard:explain …} is {@code bufferyard explain …}.
 * A method a command, because that is how Gogo finds them.
 */
@Component(
    service = GogoCommands.class,
    property = {
      "osgi.command.scope=yard",
      "osgi.command.function=explain",
      "osgi.command.function=matrix",
      "osgi.command.function=import",
      "osgi.command.function=run",
      "osgi.command.function=conform",
      "osgi.command.function=why",
      "osgi.command.function=soak"
    })
public final class GogoCommands {
  private final BatchCommands commands;

  @Activate
  public GogoCommands(@Reference BatchCommands commands) {
    this.commands = commands;
  }

  public void explain(CommandSession session, String[] arguments) {
    call(session, "explain", arguments);
  }

  /** {@code import} is a word of Java's: Gogo finds a method of that name with an underscore too. */
  public void _import(CommandSession session, String[] arguments) {
    call(session, "import", arguments);
  }

  public void matrix(CommandSession session, String[] arguments) {
    call(session, "matrix", arguments);
  }

  public void run(CommandSession session, String[] arguments) {
    call(session, "run", arguments);
  }

  public void conform(CommandSession session, String[] arguments) {
    call(session, "conform", arguments);
  }

  public void why(CommandSession session, String[] arguments) {
    call(session, "why", arguments);
  }

  public void soak(CommandSession session, String[] arguments) {
    call(session, "soak", arguments);
  }

  /** The exit code goes into the variable {@code code}, as a shell's {@code $?}. */
  private void call(CommandSession session, String name, String[] arguments) {
    List<String> line = new ArrayList<>();
    line.add(name);
    line.addAll(List.of(arguments));
    PrintStream console = session.getConsole();
    Path directory = session.currentDir();
    int code = commands.run(line, console, console, directory.toAbsolutePath());
    session.put("code", code);
  }
}
