package org.bufferyard.shell.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.PluginRuntime;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.shell.running.RunningYard;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code plugin}: bundles of the running yard that come one by one. */
@Component
@CommandName("plugin")
public final class PluginCommand implements ShellCommand {
  private final PluginRuntime plugins;
  private final RunningYard running;
  private final Kinds kinds;

  @Activate
  public PluginCommand(
      @Reference PluginRuntime plugins, @Reference RunningYard running, @Reference Kinds kinds) {
    this.plugins = plugins;
    this.running = running;
    this.kinds = kinds;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  /** What to do. */
  private enum Action {
    install("a jar"),
    update("a symbolic name or a bundle's number"),
    remove("a symbolic name or a bundle's number"),
    start("a symbolic name or a bundle's number"),
    stop("a symbolic name or a bundle's number"),
    release("a provider as 'why' names it"),
    list("");

    private final String takes;

    Action(String takes) {
      this.takes = takes;
    }
  }

  @Command(
      name = "plugin",
      description =
          "Install, update, remove, start or stop one bundle of the running yard, release a plug-in from"
              + " quarantine, or list the bundles that no feature brought.")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(
        index = "0",
        paramLabel = "install|update|remove|start|stop|release|list",
        description = "What to do.")
    private Action action;

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "JAR|NAME",
        description =
            "A jar, to install; a provider as 'why' names it, to release; else the symbolic name or"
                + " number of a bundle.")
    private String what = "";

    @Parameters(
        index = "2",
        arity = "0..1",
        paramLabel = "JAR",
        description = "To update from; without it the place it was installed from.")
    private Path jar;

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      running.require("plugin");
      if (what.isEmpty() != action.takes.isEmpty()) {
        throw new BadInputException(
            what.isEmpty() ? "nothing is named" : "there is nothing to name",
            "plugin " + action,
            what.isEmpty() ? "give " + action.takes : "");
      }
      try {
        return switch (action) {
          case install -> done("installed", plugins.install(directory.resolve(what)));
          case update ->
              done(
                  "updated",
                  jar == null ? plugins.update(what) : plugins.update(what, directory.resolve(jar)));
          case remove -> done("removed", plugins.remove(what));
          case start -> done("started", plugins.start(what));
          case stop -> done("stopped", plugins.stop(what));
          case release -> released();
          case list -> all();
        };
      } catch (FeatureException e) {
        throw new BadInputException(e.getMessage(), "", "");
      }
    }

    private Answer done(String verb, String bundle) {
      JsonObject json = new JsonObject();
      json.addProperty(verb, bundle);
      return new Answer(verb + " " + bundle + "\n", json, 0);
    }

    private Answer released() {
      if (kinds.release(what) == 0) {
        throw new BadInputException(
            "no provider '" + what + "' is in quarantine", "plugin release", "'why' lists who is");
      }
      return done("released", what);
    }

    private Answer all() {
      List<String> lines = plugins.list();
      JsonArray json = new JsonArray();
      lines.forEach(json::add);
      String text =
          lines.isEmpty() ? "every bundle belongs to a feature" : String.join("\n", lines);
      return new Answer(text + "\n", json, 0);
    }
  }
}
