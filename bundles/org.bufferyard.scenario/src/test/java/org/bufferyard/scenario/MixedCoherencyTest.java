package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.platform.verdict.ChainStep;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One device looks into the caches and the other goes past them (B8, C9, G1, L3). */
class MixedCoherencyTest {
  private final Explainer explainer = PlainWiring.wire().get(Explainer.class);
  private final DrawnBoard board = new DrawnBoard();

  MixedCoherencyTest() {
    board.codecHasPool = false;
  }

  private Share explain() {
    return explainer.explain(board.question()).results().getFirst();
  }

  @Test
  void aCoherentExportersBytesStayInTheCacheWhereItsOpsSkipTheSync() {
    board.codecCoherent = true;
    Share share = explain();
    assertEquals(Verdict.STALE, share.verdict());
    ChainStep last = share.chain().getLast();
    assertEquals("C9", last.rule());
    assertEquals("0x0", last.values().get("offset"));
    assertFalse(last.values().get("expected").equals(last.values().get("actual")));
    assertTrue(share.chain().stream().anyMatch(s -> s.text().contains("SKIP_CPU_SYNC")));
    assertTrue(
        share.remedies().stream().anyMatch(r -> r.contains("dma-coherent, as the exporter is")),
        share.remedies().toString());
  }

  @Test
  void streamingOpsCleanForTheImporter() {
    board.codecCoherent = true;
    board.policy = OpsPolicy.PROPOSAL;
    assertEquals(Verdict.SHARED, explain().verdict());
  }

  @Test
  void poolMemoryIsNeverInTheCache() {
    board.codecCoherent = true;
    board.codecHasPool = true;
    board.memory = MemoryKind.POOL;
    assertEquals(Verdict.SHARED, explain().verdict());
  }

  @Test
  void aCoherentImporterOfUncachedMemoryIsLucky() {
    board.scalerCoherent = true;
    Share share = explain();
    assertEquals(Verdict.SHARED, share.verdict());
    assertTrue(share.hazards().stream().anyMatch(h -> h.rule().equals("L3")));
  }

  /** The table of docs/caches.md: two devices past the caches, and a coherent one before one. */
  @ParameterizedTest
  @CsvSource({
    "DEFAULT, MAINLINE, SHARED, STALE",
    "DEFAULT, PROPOSAL, SHARED, SHARED",
    "NONCONTIG, MAINLINE, SHARED, STALE",
    "SYSTEM_HEAP, MAINLINE, SHARED, SHARED",
    "CMA_HEAP, MAINLINE, SHARED, SHARED",
    "UDMABUF, MAINLINE, STALE, STALE",
  })
  void theVerdictFollowsFromWhoCleans(
      MemoryKind memory, OpsPolicy policy, Verdict pastTheCaches, Verdict fromTheCaches) {
    board.memory = memory;
    board.policy = policy;
    assertEquals(pastTheCaches, explain().verdict());
    board.codecCoherent = true;
    assertEquals(fromTheCaches, explain().verdict());
  }

  @Test
  void twoOfAKindNeedNothing() {
    for (boolean coherent : new boolean[] {false, true}) {
      board.codecCoherent = coherent;
      board.scalerCoherent = coherent;
      for (MemoryKind memory : new MemoryKind[] {MemoryKind.DEFAULT, MemoryKind.NONCONTIG}) {
        board.memory = memory;
        Share share = explain();
        assertEquals(Verdict.SHARED, share.verdict());
        assertTrue(share.hazards().isEmpty(), share.hazards().toString());
      }
    }
  }
}
