package org.bufferyard.shell.command;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.PluginRuntime;
import org.bufferyard.platform.feature.StateFolder;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYards;
import org.bufferyard.shell.json.StartJson;
import org.bufferyard.shell.running.Arrivals;
import org.bufferyard.shell.running.RunningYard;
import org.bufferyard.shell.running.SavedYards;
import org.bufferyard.shell.running.StartedYard;
import org.bufferyard.shell.running.TypedCommands;
import org.bufferyard.shell.running.YardOpener;
import org.bufferyard.shell.text.StartText;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code start}: a yard that stays, with pipelines, interactive shell, page and plug-in folder. */
@Component
@CommandName("start")
public final class StartCommand implements ShellCommand {
  /** The feature with the interactive shell; what is typed into a pipe needs none. */
  private static final String CONSOLE = "console";

  /** System property, set by launch/bufferyard: standard input is a terminal. */
  private static final String TERMINAL_INPUT = "bufferyard.terminal.input";

  private final FeatureRuntime features;
  private final PluginRuntime plugins;
  private final RunningYard running;
  private final Arrivals arrivals;
  private final YardOpener opener;
  private final StateFolder stateFolder;
  private final SavedYards saved;

  @Activate
  public StartCommand(
      @Reference FeatureRuntime features,
      @Reference PluginRuntime plugins,
      @Reference RunningYard running,
      @Reference Arrivals arrivals,
      @Reference YardOpener opener,
      @Reference StateFolder stateFolder,
      @Reference SavedYards saved) {
    this.features = features;
    this.plugins = plugins;
    this.running = running;
    this.arrivals = arrivals;
    this.opener = opener;
    this.stateFolder = stateFolder;
    this.saved = saved;
  }

  private static FeatureException noPage() {
    return new FeatureException("the feature web brought no page");
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(
      name = "start",
      description =
          "Start a yard that stays: pipelines that stream, the page, a plug-in folder, and a shell on"
              + " standard input. It ends with SIGTERM, 'launch/bufferyard stop', or Ctrl-D at a"
              + " terminal.")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(
        arity = "0..*",
        paramLabel = "SCENARIO|BOARD",
        description = "What to run: the pipelines of a .scenario, or a board without any yet.")
    private List<Path> files = List.of();

    @Option(
        names = "--plugins",
        paramLabel = "DIR",
        description =
            "Folder whose plug-ins come and go with the jars in it (default: plugins, in --state when"
                + " given).")
    private Path folder;

    @Option(
        names = "--state",
        paramLabel = "DIR",
        description =
            "Folder to keep features, plug-ins, configuration and pipelines in, and to go on from.")
    private Path state;

    @Mixin private final PageArguments page = new PageArguments();

    private Path directory = Path.of("");

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path from) {
      if (running.isStarted()) {
        throw new BadInputException("this yard is running already", "start", "");
      }
      directory = from;
      Optional<Path> kept = Optional.ofNullable(state).map(from::resolve).map(Path::normalize);
      Path watched = plugins(kept);
      List<String> notes = new ArrayList<>();
      String address;
      try {
        kept.ifPresent(into -> notes.addAll(stateFolder.open(into)));
        features.ensure("web");
        address = arrivals.page().orElseThrow(StartCommand::noPage).open(page.options(from));
        plugins.watch(watched);
      } catch (FeatureException e) {
        throw new BadInputException(e.getMessage(), "start", "");
      }
      notes.addAll(saved.bringBack());
      for (Path file : files) {
        Path resolved = from.resolve(file).normalize();
        if (!saved.has(resolved.toString())) {
          opener.open(resolved, file.toString());
        }
      }
      saved.keep();
      Map<String, List<String>> pipelines = new LinkedHashMap<>();
      for (LiveYard yard : arrivals.yards().map(LiveYards::all).orElse(List.of())) {
        pipelines.put(
            yard.spec().name(), yard.wishes().stream().map(wish -> wish.spec().name()).toList());
      }
      StartedYard yard =
          new StartedYard(
              ProcessHandle.current().pid(),
              address,
              watched,
              kept,
              pipelines);
      running.begin(yard).ifPresent(notes::add);
      Answer answer = new Answer(StartText.of(yard), StartJson.of(yard), 0);
      return notes.isEmpty() ? answer : answer.withNote(String.join("\n", notes));
    }

    private Path plugins(Optional<Path> kept) {
      Path chosen = folder == null ? kept.orElse(directory).resolve("plugins") : folder;
      return directory.resolve(chosen).normalize();
    }

    @Override
    public void stay() throws InterruptedException {
      if (System.console() != null && System.console().isTerminal()) {
        features.install(features.shipped(CONSOLE));
      } else if (!Boolean.getBoolean(TERMINAL_INPUT)) {
        // In the background, with its output elsewhere, reading a terminal would halt the process.
        arrivals.typed().ifPresent(this::read);
      }
      running.await();
    }

    // Past System.in and System.out: Gogo puts its own there, which lead to the session's, which are
    // these.
    private void read(TypedCommands typed) {
      Thread.ofPlatform().name("typed commands").daemon().start(() -> runTyped(typed));
    }

    private void runTyped(TypedCommands typed) {
      try (InputStream in = new FileInputStream(FileDescriptor.in)) {
        typed.run(in, stream(FileDescriptor.out), stream(FileDescriptor.err), directory);
      } catch (IOException e) {
        // Closing what has ended.
      }
    }

    private static PrintStream stream(FileDescriptor file) {
      return new PrintStream(new FileOutputStream(file), true, StandardCharsets.UTF_8);
    }
  }
}
