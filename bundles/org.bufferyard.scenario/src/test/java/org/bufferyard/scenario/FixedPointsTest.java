package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.verdict.ChainStep;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers to the thread's question, which everything else stands on. */
class FixedPointsTest {
  private final Explainer explainer = PlainWiring.wire().get(Explainer.class);

  private Share explain(DrawnBoard board) {
    return explainer.explain(board.question()).results().getFirst();
  }

  private static DrawnBoard board(String kernel, OpsPolicy policy) {
    DrawnBoard board = new DrawnBoard();
    board.kernel = KernelProfile.named(kernel).orElseThrow();
    board.policy = policy;
    return board;
  }

  @Test
  void mainline410DiesOnThePageItMadeUp() {
    Share share = explain(board("4.10-arm", OpsPolicy.MAINLINE));
    assertEquals(Verdict.OOPS, share.verdict());
    assertTrue(says(share, "C1"));
  }

  @Test
  void mainline412RefusesWithEinvalForEnxio() {
    Share share = explain(board("4.12-arm", OpsPolicy.MAINLINE));
    assertEquals(Verdict.REFUSED, share.verdict());
    assertEquals(Optional.of("-EINVAL"), share.errno());
    assertTrue(
        share.chain().stream().anyMatch(s -> s.text().contains("-ENXIO")),
        "the chain holds the inner errno");
  }

  @Test
  void mainline73SharesByLuck() {
    Share share = explain(board("7.3", OpsPolicy.MAINLINE));
    assertEquals(Verdict.SHARED, share.verdict());
    assertTrue(share.hazards().stream().anyMatch(h -> h.rule().equals("C1")));
    assertTrue(share.segments().getFirst().page().isPresent());
  }

  @Test
  void mainline73DiesWhenTheImporterHasToBounce() {
    DrawnBoard board = board("7.3", OpsPolicy.MAINLINE);
    board.scalerTranslated = false;
    board.scalerMask = 0x3fff_ffffL;
    assertEquals(Verdict.OOPS, explain(board).verdict());
  }

  @Test
  void whatAProcessCanDoByItselfComesFirst() {
    Share share = explain(board("7.3", OpsPolicy.MAINLINE));
    assertEquals(
        "buffers of the CMA heap, which both import (--memory cma-heap): SHARED",
        share.remedies().getFirst());
  }

  @Test
  void theHistoricKernelsHaveNoHeaps() {
    Share share = explain(board("4.10-arm", OpsPolicy.MAINLINE));
    share.remedies().forEach(r -> assertFalse(r.contains("heap"), r));
  }

  @ParameterizedTest
  @ValueSource(strings = {"4.10-arm", "4.12-arm", "6.1", "6.12", "7.3"})
  void proposalSharesEverywhereWithoutPageOrHazard(String kernel) {
    Share share = explain(board(kernel, OpsPolicy.PROPOSAL));
    assertEquals(Verdict.SHARED, share.verdict());
    assertEquals(List.of(), share.hazards());
    assertEquals(List.of(), share.remedies());
    assertEquals(1, share.segments().size());
    assertTrue(share.segments().getFirst().page().isEmpty(), "DMA-only");
    assertEquals(
        share.segments().getFirst().dma(),
        share.mappings().getFirst().iova(),
        "the segment is the printed mapping");
    assertEquals(0x5000_0000L, share.mappings().getFirst().phys());
  }

  @Test
  void proposalRefusesAnImporterThatCannotReachThePool() {
    DrawnBoard board = board("7.3", OpsPolicy.PROPOSAL);
    board.scalerTranslated = false;
    board.scalerMask = 0x3fff_ffffL;
    Share share = explain(board);
    assertEquals(Verdict.REFUSED, share.verdict());
    ChainStep reason =
        share.chain().stream().filter(s -> s.rule().equals("P4")).findFirst().orElseThrow();
    assertTrue(reason.text().contains("0x3fffffff"), reason.text());
    assertTrue(
        share.remedies().stream().anyMatch(r -> r.contains("an IOMMU before 'scaler'")),
        share.remedies().toString());
  }

  @Test
  void historicProfilesSayWhatTheyAre() {
    Share share = explain(board("4.12-arm", OpsPolicy.PROPOSAL));
    assertTrue(share.chain().getFirst().text().contains("C1, B2"));
    assertFalse(
        explain(board("7.3", OpsPolicy.PROPOSAL)).chain().getFirst().rule().equals("profile"));
  }

  @Test
  void sameQuestionSameAnswer() {
    Share first = explain(board("7.3", OpsPolicy.MAINLINE));
    assertEquals(first, explain(board("7.3", OpsPolicy.MAINLINE)));
  }

  private static boolean says(Share share, String rule) {
    return share.chain().stream().anyMatch(s -> s.rule().equals(rule));
  }
}
