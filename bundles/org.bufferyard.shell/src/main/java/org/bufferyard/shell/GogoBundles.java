package org.bufferyard.shell;

import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.bufferyard.platform.command.BatchCommands;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.ServiceRanking;

/**
 * {@code install}, {@code update}, {@code uninstall}, {@code start} and {@code stop} as everybody knows
 * them from Gogo, in front of its own: a bundle has one owner, and these ask who it is.
 */
@Component(
    service = GogoBundles.class,
    property = {
      "osgi.command.scope=felix",
      "osgi.command.function=install",
      "osgi.command.function=update",
      "osgi.command.function=uninstall",
      "osgi.command.function=start",
      "osgi.command.function=stop"
    })
@ServiceRanking(1)
public final class GogoBundles {
  private final GogoCall call;

  @Activate
  public GogoBundles(@Reference BatchCommands commands) {
    this.call = new GogoCall(commands, "plugin");
  }

  /** Installs and starts; a second {@code start} does no harm. */
  public void install(CommandSession session, String[] urls) {
    plain(urls).map(GogoBundles::file).forEach(file -> call.run(session, "install", file));
  }

  /** A bundle, and a file when it is not the one it came from. */
  public void update(CommandSession session, String[] arguments) {
    call.run(session, "update", plain(arguments).map(GogoBundles::file).toArray(String[]::new));
  }

  public void uninstall(CommandSession session, String[] bundles) {
    plain(bundles).forEach(bundle -> call.run(session, "remove", bundle));
  }

  public void start(CommandSession session, String[] bundles) {
    plain(bundles).forEach(bundle -> call.run(session, "start", bundle));
  }

  public void stop(CommandSession session, String[] bundles) {
    plain(bundles).forEach(bundle -> call.run(session, "stop", bundle));
  }

  /** Without the options of Gogo's own: nothing is kept across starts of the framework anyway. */
  private static Stream<String> plain(String[] arguments) {
    return Arrays.stream(arguments).filter(argument -> !argument.startsWith("-"));
  }

  private static String file(String url) {
    return url.replaceFirst("^(reference:)?file:(//)?", "");
  }
}
