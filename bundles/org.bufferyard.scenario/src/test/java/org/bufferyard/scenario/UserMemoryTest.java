package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;
import org.bufferyard.scenario.share.ShareAttempt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Buffers of heaps and memory files, between devices that both import them. */
class UserMemoryTest {
  private final PlainWiring wiring = PlainWiring.wire();

  @AfterEach
  void close() {
    wiring.close();
  }

  private static DrawnBoard board(MemoryKind memory) {
    DrawnBoard board = new DrawnBoard();
    board.memory = memory;
    board.codecHasPool = false;
    board.codecCoherent = true;
    board.scalerCoherent = true;
    return board;
  }

  private Share explain(DrawnBoard board) {
    return wiring.get(Explainer.class).explain(board.question()).results().getFirst();
  }

  @ParameterizedTest
  @EnumSource(
      value = MemoryKind.class,
      names = {"SYSTEM_HEAP", "CMA_HEAP", "UDMABUF"})
  void behindAnIommuEveryKindIsShared(MemoryKind memory) {
    DrawnBoard board = board(memory);
    board.bufferBytes = 3 << 20;
    Share share = explain(board);
    assertEquals(Verdict.SHARED, share.verdict());
    assertEquals(memory.word(), share.ops());
    assertEquals(List.of(), share.hazards());
  }

  @ParameterizedTest
  @EnumSource(
      value = MemoryKind.class,
      names = {"SYSTEM_HEAP", "CMA_HEAP", "UDMABUF"})
  void theProposalChangesNothingForThem(MemoryKind memory) {
    DrawnBoard board = board(memory);
    Share mainline = explain(board);
    board.policy = OpsPolicy.PROPOSAL;
    Share proposal = explain(board);
    assertEquals(mainline.ops(), proposal.ops());
    assertEquals(mainline.segments(), proposal.segments());
    assertEquals(mainline.verdict(), proposal.verdict());
  }

  /** Nothing is reached below 1 GiB: no memory, no bounce pool. What maps says is laundered. */
  @ParameterizedTest
  @CsvSource({
    "SYSTEM_HEAP, -EIO",
    "CMA_HEAP, -ENOMEM",
    "UDMABUF, -EIO",
  })
  void anUnreachableBufferIsRefusedAsExporterAndImporterLaunder(
      MemoryKind memory, String inside) {
    DrawnBoard board = board(memory);
    board.scalerTranslated = false;
    board.scalerWindow = DrawnBoard.window(0x3000_0000L, 0, 1 << 20);
    Share share = explain(board);
    assertEquals(Verdict.REFUSED, share.verdict());
    assertEquals(Optional.of("-EINVAL"), share.errno());
    assertTrue(
        share.chain().stream().anyMatch(s -> s.text().contains("the map fails with " + inside)),
        () -> share.chain().toString());
  }

  @Test
  void aBufferTooLargeForUdmabufIsRefusedByItsIoctlAndNoBoardHelps() {
    DrawnBoard board = board(MemoryKind.UDMABUF);
    board.bufferBytes = 65 << 20;
    Share share = explain(board);
    assertEquals(Verdict.REFUSED, share.verdict());
    assertEquals(Optional.of("-EINVAL"), share.errno());
    share.remedies().forEach(r -> assertTrue(r.startsWith("buffers of the "), r));
  }

  @Test
  void aHeapThatIsTooSmallHasNoMemory() {
    DrawnBoard board = board(MemoryKind.CMA_HEAP);
    board.bufferBytes = 65 << 20;
    Share share = explain(board);
    assertEquals(Verdict.REFUSED, share.verdict());
    assertEquals(Optional.of("-ENOMEM"), share.errno());
  }

  @Test
  void opsAreNotForcedOnMemoryThatCameWithItsOwn() {
    ShareQuestion asked = board(MemoryKind.SYSTEM_HEAP).question();
    ShareQuestion forced =
        new ShareQuestion(
            asked.board(),
            asked.kernel(),
            asked.exporter(),
            asked.importers(),
            asked.memory(),
            asked.sizeBytes(),
            asked.policies(),
            Optional.of("vb2-contig"));
    Explainer explainer = wiring.get(Explainer.class);
    assertThrows(BadInputException.class, () -> explainer.explain(forced));
  }

  @ParameterizedTest
  @EnumSource(
      value = MemoryKind.class,
      names = {"SYSTEM_HEAP", "CMA_HEAP", "UDMABUF", "PAGES"})
  void nothingIsLeftBehind(MemoryKind memory) {
    for (KernelProfile kernel : List.of(KernelProfile.LINUX_6_1, KernelProfile.LINUX_7_3)) {
      DrawnBoard board = board(memory);
      board.kernel = kernel;
      ShareQuestion question = board.question();
      try (Yard yard =
          wiring.get(Yards.class).open(question.board(), YardOptions.fidelity(kernel))) {
        yard.call(
            state -> {
              ShareAttempt.Result result =
                  new ShareAttempt(state, question, OpsPolicy.MAINLINE, DrawnBoard.SCALER).run();
              assertTrue(result.refusal().isEmpty());
              assertClean(state);
              return result;
            });
      }
    }
  }

  private static void assertClean(YardState state) {
    assertTrue(state.balance().isClean(), () -> state.balance().toString());
    assertFalse(state.dmaBufs().liveBuffers() > 0);
  }
}
