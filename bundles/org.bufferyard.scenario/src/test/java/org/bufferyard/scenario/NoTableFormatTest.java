package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.platform.verdict.ChainStep;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MatrixQuestion;
import org.bufferyard.platform.verdict.MatrixReport.Cell;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;

/** Devices behind an IOMMU whose table format nobody brings: what is certain is said, then a stop. */
class NoTableFormatTest {
  private static final String MODEL = "mediatek,mt8183-m4u";

  private final Explainer explainer = PlainWiring.wire().get(Explainer.class);

  private static DrawnBoard board() {
    DrawnBoard board = new DrawnBoard();
    board.iommuModel = MODEL;
    return board;
  }

  private Share share(DrawnBoard board) {
    return explainer.explain(board.question()).results().getFirst();
  }

  private static void assertStopsAt(String rule, Share share) {
    assertEquals(Verdict.REFUSED, share.verdict());
    assertEquals(Optional.empty(), share.errno(), "no errno: the kernel refuses nothing");
    assertEquals(Optional.of("no table format bundled for '" + MODEL + "'"), share.stop());
    ChainStep last = share.chain().getLast();
    assertEquals(rule, last.rule());
    assertEquals("sysmmu", last.element());
    assertTrue(last.text().contains("no table format bundled for '" + MODEL + "'"), last.text());
    assertEquals(MODEL, last.values().get("model"));
    assertTrue(share.mappings().isEmpty() && share.segments().isEmpty(), "nothing is guessed");
  }

  private static boolean says(Share share, String rule, String part) {
    return share.chain().stream().anyMatch(s -> s.rule().equals(rule) && s.text().contains(part));
  }

  @Test
  void anImporterIsFollowedUpToItsMapping() {
    for (OpsPolicy policy : OpsPolicy.values()) {
      DrawnBoard board = board();
      board.policy = policy;
      Share share = share(board);
      assertStopsAt("D9", share);
      assertTrue(says(share, "B3", "0x50000000"), "the pool's place does not depend on the format");
      assertEquals("<>", share.chain().getLast().values().get("specifier"));
    }
  }

  @Test
  void anExporterWithoutAPoolStopsAtItsAllocation() {
    DrawnBoard board = board();
    board.codecHasPool = false;
    board.codecTranslated = true;
    board.scalerTranslated = false;
    assertStopsAt("B10", share(board));
    board.memory = MemoryKind.NONCONTIG;
    assertStopsAt("B11", share(board));
  }

  @Test
  void aPoolIsMappedNowhereWhateverTheFormat() {
    DrawnBoard board = board();
    board.codecTranslated = true;
    board.scalerTranslated = false;
    Share share = share(board);
    assertEquals(Verdict.FAULT, share.verdict(), "B2: its own access faults");
    assertTrue(share.hazards().stream().anyMatch(h -> h.rule().equals("B2")));
    assertTrue(says(share, "C1", "made up"));
  }

  @Test
  void passedThroughOrDisabledNothingIsMissing() {
    DrawnBoard passthrough = board();
    passthrough.passthrough = true;
    assertEquals(Verdict.SHARED, share(passthrough).verdict());
    DrawnBoard disabled = board();
    disabled.iommuEnabled = false;
    assertEquals(Verdict.SHARED, share(disabled).verdict());
  }

  @Test
  void theMatrixMarksSuchCellsAndAnswersTheOthers() {
    DrawnBoard board = board();
    List<Cell> cells =
        explainer
            .matrix(
                new MatrixQuestion(
                    board.spec(),
                    board.kernel,
                    List.of(MemoryKind.DEFAULT, MemoryKind.CMA),
                    List.of(OpsPolicy.MAINLINE, OpsPolicy.PROPOSAL),
                    board.bufferBytes))
            .cells();
    assertFalse(cells.isEmpty());
    for (Cell cell : cells) {
      // Every pair of this board has the scaler on one side.
      boolean asked = cell.memory() == MemoryKind.DEFAULT || cell.exporter().equals("scaler");
      assertEquals(asked, cell.stopped(), cell.toString());
      assertTrue(!cell.stopped() || cell.note().contains(MODEL), cell.toString());
    }
  }
}
