package org.bufferyard.shell.running;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYardSpec;
import org.bufferyard.platform.live.LiveYards;
import org.bufferyard.platform.live.PipelineWish;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.Scenarios;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Makes a running yard of a board file, or of a scenario with its pipelines. */
@Component(service = YardOpener.class)
public final class YardOpener {
  private static final String FLAVOUR = "fidelity";

  private final Boards boards;
  private final Scenarios scenarios;
  private final Arrivals arrivals;

  @Activate
  public YardOpener(
      @Reference Boards boards, @Reference Scenarios scenarios, @Reference Arrivals arrivals) {
    this.boards = boards;
    this.scenarios = scenarios;
    this.arrivals = arrivals;
  }

  /**
   * Opens it.
   *
   * @param file a {@code .scenario}, or whatever board there is
   * @param asTyped for messages
   * @throws BadInputException when it cannot be opened
   */
  public LiveYard open(Path file, String asTyped) {
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(
          Files.exists(file) ? "is not a file" : "there is no such file",
          asTyped,
          "give a .scenario or a board, such as launch/yards/camera-display/camera.scenario");
    }
    LiveYards yards = yards(asTyped);
    return yards.open(isScenario(file) ? scenario(file, yards) : board(file, yards));
  }

  /** Opens what was kept, with the pipelines of then; of a scenario only its board counts. */
  void reopen(SavedYard saved) {
    Path source = Path.of(saved.source());
    if (!Files.isRegularFile(source)) {
      throw new BadInputException("there is no such file", saved.source(), "");
    }
    Path board = isScenario(source) ? boardOf(scenarios.open(source), source) : source;
    LiveYard yard =
        yards(saved.source())
            .open(
                new LiveYardSpec(
                    saved.name(),
                    saved.source(),
                    boards.open(board, List.of()).spec(),
                    KernelProfile.named(saved.kernel()).orElse(KernelProfile.DEFAULT),
                    saved.flavour(),
                    saved.pipelines().stream().map(PipelineWish::spec).toList()));
    for (PipelineWish wish : saved.pipelines()) {
      yard.pace(wish.spec().name(), wish.framesPerSecond());
      if (!wish.streaming()) {
        yard.stop(wish.spec().name());
      }
    }
  }

  private LiveYards yards(String asTyped) {
    return arrivals
        .yards()
        .orElseThrow(
            () ->
                new BadInputException(
                    "no bundle that runs pipelines is there", asTyped, "install feature core"));
  }

  private static boolean isScenario(Path file) {
    return file.toString().endsWith(".scenario");
  }

  private static Path boardOf(ScenarioSpec scenario, Path file) {
    Path board = file.resolveSibling(scenario.board()).normalize();
    if (!Files.isRegularFile(board)) {
      throw new BadInputException(
          "its board " + scenario.board() + " is not there", file.toString(), "mend the scenario");
    }
    return board;
  }

  private LiveYardSpec scenario(Path file, LiveYards yards) {
    ScenarioSpec scenario = scenarios.open(file);
    return new LiveYardSpec(
        free(scenario.name(), yards),
        file.toString(),
        boards.open(boardOf(scenario, file), List.of()).spec(),
        scenario.kernel(),
        FLAVOUR,
        scenario.pipelines());
  }

  private LiveYardSpec board(Path file, LiveYards yards) {
    String path = file.toString();
    String name =
        path.substring(path.lastIndexOf(File.separatorChar) + 1).replaceFirst("\\.[^.]*$", "");
    return new LiveYardSpec(
        free(name, yards),
        file.toString(),
        boards.open(file, List.of()).spec(),
        KernelProfile.DEFAULT,
        FLAVOUR,
        List.of());
  }

  /** The name, or with a number behind it when a yard has it already. */
  private static String free(String name, LiveYards yards) {
    String candidate = name;
    for (int i = 2; yards.find(candidate).isPresent(); i++) {
      candidate = name + "-" + i;
    }
    return candidate;
  }
}
