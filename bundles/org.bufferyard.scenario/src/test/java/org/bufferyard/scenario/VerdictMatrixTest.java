package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MatrixQuestion;
import org.bufferyard.platform.verdict.MatrixReport.Cell;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;

class VerdictMatrixTest {
  private final Explainer explainer = PlainWiring.wire().get(Explainer.class);

  private static MatrixQuestion question(DrawnBoard board) {
    return new MatrixQuestion(
        board.spec(),
        board.kernel,
        List.of(MemoryKind.DEFAULT, MemoryKind.POOL),
        List.of(OpsPolicy.MAINLINE, OpsPolicy.PROPOSAL),
        board.bufferBytes);
  }

  @Test
  void everyCellSaysWhatExplainSays() {
    DrawnBoard board = new DrawnBoard();
    board.scalerTranslated = false;
    board.scalerMask = 0x3fff_ffffL;
    List<Cell> cells = explainer.matrix(question(board)).cells();
    assertEquals(8, cells.size(), "two policies, two kinds, two pairs");
    assertTrue(cells.stream().anyMatch(c -> c.verdict().equals(Optional.of(Verdict.OOPS))));
    for (Cell cell : cells) {
      if (cell.verdict().isPresent()) {
        ShareQuestion pair =
            new ShareQuestion(
                board.spec(),
                board.kernel,
                cell.exporter(),
                List.of(cell.importer()),
                cell.memory(),
                board.bufferBytes,
                List.of(OpsPolicy.valueOf(cell.policy().toUpperCase(java.util.Locale.ROOT))),
                Optional.empty());
        assertEquals(
            explainer.explain(pair).results().getFirst().verdict(), cell.verdict().get(), "" + cell);
      }
    }
  }

  @Test
  void anExporterWithoutThatMemoryHasNoVerdictButAReason() {
    List<Cell> cells = explainer.matrix(question(new DrawnBoard())).cells();
    Cell cell =
        cells.stream()
            .filter(c -> c.memory() == MemoryKind.POOL && c.exporter().equals(DrawnBoard.SCALER))
            .findFirst()
            .orElseThrow();
    assertEquals(Optional.empty(), cell.verdict());
    assertTrue(cell.note().contains("no coherent pool"), cell.note());
  }
}
