package org.bufferyard.shell.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.InstalledFeature;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.shell.running.RunningYard;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code feature}: what the running yard consists of, and changes of it. */
@Component
@CommandName("feature")
public final class FeatureCommand implements ShellCommand {
  private final FeatureRuntime features;
  private final RunningYard running;

  @Activate
  public FeatureCommand(@Reference FeatureRuntime features, @Reference RunningYard running) {
    this.features = features;
    this.running = running;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  /** What to do. */
  private enum Action {
    install,
    update,
    remove,
    list,
    problems
  }

  @Command(
      name = "feature",
      description = "Install, update or remove a feature of the running yard, or list them.")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(
        index = "0",
        paramLabel = "install|update|remove|list|problems",
        description = "What to do; 'problems' lists what does not run, and what it lacks.")
    private Action action;

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "FILE|NAME",
        description =
            "A feature file, to install or update; for those that come with Bufferyard their name will"
                + " do. A name, to remove.")
    private String what = "";

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      running.require("feature");
      boolean takesName = action != Action.list && action != Action.problems;
      if (what.isEmpty() == takesName) {
        throw new BadInputException(
            takesName ? "no feature is named" : "there is nothing to name",
            "feature " + action,
            takesName ? "give a " + (action == Action.remove ? "name" : "feature file") : "");
      }
      try {
        return switch (action) {
          case install -> one("installed", features.install(file(directory)));
          case update -> one("updated", features.update(file(directory)));
          case remove -> removed();
          case list -> all();
          case problems -> problems();
        };
      } catch (FeatureException e) {
        throw new BadInputException(e.getMessage(), "", "");
      }
    }

    private Path file(Path directory) {
      Path shipped = features.shipped(what);
      Path named = directory.resolve(what);
      return !Files.exists(named) && Files.exists(shipped) ? shipped : named;
    }

    /** With what does not run of it: it is installed all the same, what it waits for may come. */
    private Answer one(String done, InstalledFeature feature) {
      List<String> lines = new ArrayList<>();
      lines.add(done + " " + line(feature));
      features.problems().forEach(problem -> lines.add("  but: " + problem));
      JsonObject json = json(feature);
      json.add("problems", array(features.problems()));
      return new Answer(String.join("\n", lines) + "\n", json, 0);
    }

    private Answer removed() {
      features.remove(what);
      JsonObject json = new JsonObject();
      json.addProperty("removed", what);
      return new Answer("removed " + what + "\n", json, 0);
    }

    private Answer all() {
      JsonArray json = new JsonArray();
      StringBuilder text = new StringBuilder();
      for (InstalledFeature feature : features.list()) {
        json.add(json(feature));
        text.append(line(feature)).append('\n');
      }
      return new Answer(text.toString(), json, 0);
    }

    private Answer problems() {
      List<String> problems = features.problems();
      String text = problems.isEmpty() ? "everything runs" : String.join("\n", problems);
      return new Answer(text + "\n", array(problems), 0);
    }

    private static String line(InstalledFeature feature) {
      return "%s %s: %s"
          .formatted(feature.name(), feature.version(), String.join(", ", feature.bundles()));
    }

    private static JsonObject json(InstalledFeature feature) {
      JsonObject json = new JsonObject();
      json.addProperty("name", feature.name());
      json.addProperty("version", feature.version());
      json.add("bundles", array(feature.bundles()));
      json.add("configurations", array(feature.configurations()));
      return json;
    }

    private static JsonArray array(List<String> lines) {
      JsonArray array = new JsonArray();
      lines.forEach(array::add);
      return array;
    }
  }
}
