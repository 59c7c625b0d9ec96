package org.bufferyard.live.soak;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYardSpec;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.scenario.Scenarios;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.verdict.Verdict;

/**
 * The yards of a soak: pipelines that are expected to get their frames through, in turn from each
 * scenario, one yard a board and kernel. Buffers are cut to a size that leaves time for swaps.
 */
final class SoakBoards {
  private static final long LARGEST_BYTES = 16 << 10;
  private static final int BUFFERS = 3;

  /** A mixture of boards, kinds of memory and policies; those that bounce included. */
  private static final List<String> OURS =
      List.of(
          "thread-2017/thread.scenario",
          "exporters/vb2-contig.scenario",
          "camera-display/camera.scenario",
          "hdmi-capture/capture.scenario",
          "exporters/vb2-sg.scenario",
          "offset-bus/offset.scenario",
          "exporters/system-heap.scenario",
          "exporters/gem-shmem.scenario",
          "exporters/cma-heap.scenario",
          "exporters/vb2-contig-noncontig.scenario",
          "exporters/gem-dma.scenario",
          "caches/caches.scenario");

  private record BoardKey(Path file, String kernel) {}

  private record Choice(Path file, ScenarioSpec scenario, List<PipelineSpec> pipelines) {}

  private final Scenarios scenarios;
  private final Boards boards;

  SoakBoards(Scenarios scenarios, Boards boards) {
    this.scenarios = scenarios;
    this.boards = boards;
  }

  static List<Path> ours(Path home) {
    Path yards = home.resolve("launch/yards");
    return OURS.stream().map(yards::resolve).filter(Files::isRegularFile).toList();
  }

  /** As many pipelines as asked for; all there are when there are fewer. */
  List<LiveYardSpec> yards(List<Path> files, int pipelines) {
    List<Choice> choices = new ArrayList<>();
    for (Path file : files) {
      ScenarioSpec scenario = scenarios.open(file);
      choices.add(
          new Choice(
              file,
              scenario,
              new ArrayList<>(
                  scenario.pipelines().stream().filter(SoakBoards::getsThrough).toList())));
    }
    Map<BoardKey, List<PipelineSpec>> chosen = new LinkedHashMap<>();
    int wanted = pipelines;
    for (boolean any = true; any && wanted > 0; ) {
      any = false;
      for (Choice choice : choices) {
        if (wanted > 0 && !choice.pipelines().isEmpty()) {
          take(choice, chosen);
          wanted--;
          any = true;
        }
      }
    }
    if (chosen.isEmpty()) {
      throw new BadInputException(
          "no pipeline is expected to get its frames through", files.toString(), "name other scenarios");
    }
    List<LiveYardSpec> yards = new ArrayList<>();
    chosen.forEach((key, specs) -> yards.add(yard(key, specs)));
    return yards;
  }

  private static boolean getsThrough(PipelineSpec pipeline) {
    return pipeline.faults().isEmpty()
        && pipeline.syncs().isEmpty()
        && !pipeline.expected().isEmpty()
        && pipeline.expected().stream()
            .allMatch(verdict -> verdict == Verdict.SHARED || verdict == Verdict.BOUNCED);
  }

  /** Those that bounce first, then from both ends: the policies stand in blocks. */
  private static void take(Choice choice, Map<BoardKey, List<PipelineSpec>> chosen) {
    PipelineSpec next =
        choice.pipelines().stream()
            .filter(p -> p.expected().contains(Verdict.BOUNCED))
            .findFirst()
            .orElseGet(choice.pipelines()::getFirst);
    choice.pipelines().remove(next);
    Path board =
        choice.file().resolveSibling(choice.scenario().board()).toAbsolutePath().normalize();
    chosen
        .computeIfAbsent(
            new BoardKey(board, choice.scenario().kernel().name()), k -> new ArrayList<>())
        .add(cut(choice.scenario().name() + "/" + next.name(), next));
  }

  private static PipelineSpec cut(String name, PipelineSpec spec) {
    return new PipelineSpec(
        name,
        spec.exporter(),
        spec.importers(),
        spec.memory(),
        spec.policy(),
        spec.forcedOps(),
        Math.min(LARGEST_BYTES, spec.sizeBytes()),
        BUFFERS,
        0,
        spec.cpu(),
        spec.keepMapped(),
        spec.expected(),
        List.of(),
        List.of());
  }

  private LiveYardSpec yard(BoardKey key, List<PipelineSpec> pipelines) {
    PlatformSpec board = boards.open(key.file(), List.of()).spec();
    return new LiveYardSpec(
        "soak of " + board.name() + " " + key.kernel(),
        key.file().toString(),
        board,
        KernelProfile.named(key.kernel()).orElseThrow(),
        Flavour.FIDELITY,
        pipelines);
  }
}
