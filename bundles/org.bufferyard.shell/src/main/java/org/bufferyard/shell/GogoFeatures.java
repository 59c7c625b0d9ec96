package org.bufferyard.shell;

import org.apache.felix.service.command.CommandSession;
import org.bufferyard.platform.command.BatchCommands;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Features in the interactive shell: {@code feature:list}, {@code feature:install FILE} and so on. */
@Component(
    service = GogoFeatures.class,
    property = {
      "osgi.command.scope=feature",
      "osgi.command.function=install",
      "osgi.command.function=update",
      "osgi.command.function=remove",
      "osgi.command.function=list",
      "osgi.command.function=problems"
    })
public final class GogoFeatures {
  private final GogoCall call;

  @Activate
  public GogoFeatures(@Reference BatchCommands commands) {
    this.call = new GogoCall(commands, "feature");
  }

  public void install(CommandSession session, String[] arguments) {
    call.run(session, "install", arguments);
  }

  public void update(CommandSession session, String[] arguments) {
    call.run(session, "update", arguments);
  }

  public void remove(CommandSession session, String[] arguments) {
    call.run(session, "remove", arguments);
  }

  public void list(CommandSession session, String[] arguments) {
    call.run(session, "list", arguments);
  }

  /** What does not run, and what it lacks. */
  public void problems(CommandSession session, String[] arguments) {
    call.run(session, "problems", arguments);
  }
}
