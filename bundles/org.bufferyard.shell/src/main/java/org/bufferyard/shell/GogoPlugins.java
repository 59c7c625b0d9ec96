package org.bufferyard.shell;

import org.apache.felix.service.command.CommandSession;
import org.bufferyard.platform.command.BatchCommands;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Bundles one by one in the interactive shell: {@code plugin:install JAR} and so on. */
@Component(
    service = GogoPlugins.class,
    property = {
      "osgi.command.scope=plugin",
      "osgi.command.function=install",
      "osgi.command.function=update",
      "osgi.command.function=remove",
      "osgi.command.function=start",
      "osgi.command.function=stop",
      "osgi.command.function=release",
      "osgi.command.function=list"
    })
public final class GogoPlugins {
  private final GogoCall call;

  @Activate
  public GogoPlugins(@Reference BatchCommands commands) {
    this.call = new GogoCall(commands, "plugin");
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

  public void start(CommandSession session, String[] arguments) {
    call.run(session, "start", arguments);
  }

  public void stop(CommandSession session, String[] arguments) {
    call.run(session, "stop", arguments);
  }

  public void release(CommandSession session, String[] arguments) {
    call.run(session, "release", arguments);
  }

  public void list(CommandSession session, String[] arguments) {
    call.run(session, "list", arguments);
  }
}
