package org.bufferyard.scenario.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.verdict.MatrixQuestion;
import org.bufferyard.platform.verdict.MatrixReport.Cell;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;

/**
 * All pairs of a board. One yard serves an exporter's whole row, since opening one costs more than a
 * share; after an oops, which leaves locks held, the row goes on in a fresh one.
 */
final class VerdictMatrix {
  private final Yards yards;
  private final MatrixQuestion question;
  private Yard yard;

  VerdictMatrix(Yards yards, MatrixQuestion question) {
    this.yards = yards;
    this.question = question;
  }

  /** By policy, memory, exporter, importer, in that order. */
  List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (OpsPolicy policy : question.policies()) {
      for (MemoryKind memory : question.memory()) {
        for (DeviceSpec exporter : question.board().devices()) {
          row(policy, memory, exporter.id(), cells);
        }
      }
    }
    return cells;
  }

  private void row(OpsPolicy policy, MemoryKind memory, String exporter, List<Cell> cells) {
    try {
      for (DeviceSpec importer : question.board().devices()) {
        if (!importer.id().equals(exporter)) {
          cells.add(cell(policy, memory, exporter, importer.id()));
        }
      }
    } finally {
      closeYard();
    }
  }

  private Cell cell(OpsPolicy policy, MemoryKind memory, String exporter, String importer) {
    String policyName = policy.name().toLowerCase(java.util.Locale.ROOT);
    ShareQuestion pair =
        new ShareQuestion(
            question.board(),
            question.kernel(),
            exporter,
            List.of(importer),
            memory,
            question.sizeBytes(),
            List.of(policy),
            Optional.empty());
    try {
      if (yard == null) {
        yard = yards.open(question.board(), YardOptions.fidelity(question.kernel()));
      }
      Share share = yard.call(state -> judge(state, pair, policy, importer));
      if (share.verdict() == Verdict.OOPS) {
        closeYard();
      }
      return new Cell(
          policyName,
          memory,
          exporter,
          importer,
          Optional.of(share.verdict()),
          share.stop().isPresent(),
          share.errno().or(share::stop).orElse(""),
          share.hazards().size());
    } catch (BadInputException e) {
      return new Cell(
          policyName, memory, exporter, importer, Optional.empty(), false, e.getMessage(), 0);
    }
  }

  private static Share judge(
      YardState state, ShareQuestion pair, OpsPolicy policy, String importer) {
    state.recreate(List.of(pair.exporter(), importer));
    Share share = new ShareJudge(state).judge(pair, policy, importer);
    state.events().forgetBefore(state.events().mark());
    return share;
  }

  private void closeYard() {
    if (yard != null) {
      yard.close();
      yard = null;
    }
  }
}
