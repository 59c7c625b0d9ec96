package org.bufferyard.web.live;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.scenario.ScenarioSpec.CpuUse;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MatrixQuestion;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;

/** Pipelines for a board, as a page names them or as the board suggests. Stateless. */
final class BoardPipelines {
  static final double USUAL_RATE = 30;

  private static final int BUFFERS = 3;
  private static final long USUAL_BYTES = 64L << 10;
  private static final long MOST_BYTES = 16L << 20;
  private static final int SUGGESTED = 3;
  private static final int MOST = 32;
  private static final EnumSet<Verdict> FLOWS =
      EnumSet.of(Verdict.SHARED, Verdict.BOUNCED, Verdict.COPIED);

  private BoardPipelines() {}

  static List<PipelineSpec> of(List<Message> named) {
    if (named.size() > MOST) {
      throw Failure.refused("more than " + MOST + " pipelines");
    }
    List<PipelineSpec> pipelines = new ArrayList<>();
    for (Message one : named) {
      String word = one.text("memory", "default");
      String policy = one.text("policy", "mainline");
      pipelines.add(
          pipeline(
              one.text("id", "p" + (pipelines.size() + 1)),
              one.text("exporter"),
              one.texts("importers"),
              MemoryKind.of(word)
                  .orElseThrow(() -> Failure.refused("there is no kind of memory '" + word + "'")),
              policy.equals("proposal") ? OpsPolicy.PROPOSAL : OpsPolicy.MAINLINE,
              size(one)));
    }
    return pipelines;
  }

  private static long size(Message message) {
    String text = message.text("size", Long.toString(USUAL_BYTES));
    try {
      long size = org.bufferyard.topology.model.Notation.parseSize(text.replace("_", ""));
      if (size > 0 && size <= MOST_BYTES) {
        return size;
      }
    } catch (IllegalArgumentException e) {
      throw Failure.refused("size: " + e.getMessage());
    }
    throw Failure.refused("size: a frame has 1 byte to 16M");
  }

  private static PipelineSpec pipeline(
      String name,
      String exporter,
      List<String> importers,
      MemoryKind memory,
      OpsPolicy policy,
      long bytes) {
    if (importers.isEmpty()) {
      throw Failure.bad("a pipeline has 'importers'");
    }
    return new PipelineSpec(
        name,
        exporter,
        importers,
        memory,
        policy,
        Optional.empty(),
        bytes,
        BUFFERS,
        0,
        CpuUse.NONE,
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  /** Pairs of different devices between which a buffer flows, one an exporter. */
  static List<PipelineSpec> suggested(PlatformSpec board, Explainer explainer) {
    MatrixReport report =
        explainer.matrix(
            new MatrixQuestion(
                board,
                KernelProfile.DEFAULT,
                List.of(MemoryKind.DEFAULT),
                List.of(OpsPolicy.MAINLINE),
                USUAL_BYTES));
    List<PipelineSpec> pipelines = new ArrayList<>();
    Set<String> exporters = new HashSet<>();
    for (MatrixReport.Cell cell : report.cells()) {
      if (pipelines.size() < SUGGESTED
          && cell.verdict().filter(FLOWS::contains).isPresent()
          && !cell.exporter().equals(cell.importer())
          && exporters.add(cell.exporter())) {
        pipelines.add(
            pipeline(
                "p" + (pipelines.size() + 1),
                cell.exporter(),
                List.of(cell.importer()),
                MemoryKind.DEFAULT,
                OpsPolicy.MAINLINE,
                USUAL_BYTES));
      }
    }
    if (pipelines.isEmpty()) {
      throw Failure.refused("no buffer flows between two devices of this board; name a pipeline");
    }
    return pipelines;
  }
}
