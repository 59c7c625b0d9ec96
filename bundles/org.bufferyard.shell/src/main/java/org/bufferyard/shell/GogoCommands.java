package org.bufferyard.shell;

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
      "osgi.command.function=check",
      "osgi.command.function=conform",
      "osgi.command.function=why",
      "osgi.command.function=soak"
    })
public final class GogoCommands {
  private final GogoCall call;

  @Activate
  public GogoCommands(@Reference BatchCommands commands) {
    this.call = new GogoCall(commands);
  }

  public void explain(CommandSession session, String[] arguments) {
    call.run(session, "explain", arguments);
  }

  /** {@code import} is a word of Java's: Gogo finds a method of that name with an underscore too. */
  public void _import(CommandSession session, String[] arguments) {
    call.run(session, "import", arguments);
  }

  public void matrix(CommandSession session, String[] arguments) {
    call.run(session, "matrix", arguments);
  }

  public void run(CommandSession session, String[] arguments) {
    call.run(session, "run", arguments);
  }

  public void check(CommandSession session, String[] arguments) {
    call.run(session, "check", arguments);
  }

  public void conform(CommandSession session, String[] arguments) {
    call.run(session, "conform", arguments);
  }

  public void why(CommandSession session, String[] arguments) {
    call.run(session, "why", arguments);
  }

  public void soak(CommandSession session, String[] arguments) {
    call.run(session, "soak", arguments);
  }
}
