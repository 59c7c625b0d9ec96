package org.bufferyard.scenario;

import static org.bufferyard.platform.verdict.Verdict.BOUNCED;
import static org.bufferyard.platform.verdict.Verdict.CORRUPT;
import static org.bufferyard.platform.verdict.Verdict.FAULT;
import static org.bufferyard.platform.verdict.Verdict.OOPS;
import static org.bufferyard.platform.verdict.Verdict.REFUSED;
import static org.bufferyard.platform.verdict.Verdict.SHARED;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Pairs of boards that differ in one number. The verdict, the step that decides it and the numbers
 * in that step change as they must; a chain that says the same for both boards explains nothing.
 */
class BoardPairsTest {

  /**
   * One side of a pair.
   *
   * @param rule of a step, or {@code "segment"}, {@code "mapping"} for what the importer is given
   * @param number that stands in such a step, and in none of the other side's
   */
  record Side(Verdict verdict, String rule, String number) {}

  record Pair(
      String name,
      Consumer<DrawnBoard> common,
      Consumer<DrawnBoard> change,
      Side before,
      Side after) {}

  private static Side side(Verdict verdict, String rule, String number) {
    return new Side(verdict, rule, number);
  }

  private static void direct(DrawnBoard b) {
    b.scalerTranslated = false;
  }

  private static void directProposal(DrawnBoard b) {
    b.scalerTranslated = false;
    b.policy = OpsPolicy.PROPOSAL;
  }

  private static void proposal(DrawnBoard b) {
    b.policy = OpsPolicy.PROPOSAL;
  }

  /** A buffer from CMA at 0xa0000000, above the bounce pool. */
  private static void cma(DrawnBoard b) {
    b.scalerTranslated = false;
    b.codecHasPool = false;
  }

  private static final List<Pair> PAIRS =
      List.of(
          new Pair(
              "mask, no page to bounce",
              BoardPairsTest::direct,
              b -> b.scalerMask = 0x3fff_ffffL,
              side(SHARED, "segment", "0x50000000"),
              side(OOPS, "A8", "0x3fffffff")),
          new Pair(
              "mask under the proposal",
              BoardPairsTest::directProposal,
              b -> b.scalerMask = 0x3fff_ffffL,
              side(SHARED, "segment", "0x50000000"),
              side(REFUSED, "P4", "0x3fffffff")),
          new Pair(
              "pool base under the proposal",
              b -> {
                directProposal(b);
                b.scalerMask = 0x5fff_ffffL;
              },
              b -> b.poolBase = 0x7000_0000L,
              side(SHARED, "segment", "0x50000000"),
              side(REFUSED, "P4", "0x7000ffff")),
          new Pair(
              "pool base behind an IOMMU",
              b -> {},
              b -> b.poolBase = 0x7000_0000L,
              side(SHARED, "mapping", "0x50000000"),
              side(SHARED, "mapping", "0x70000000")),
          new Pair(
              "window",
              b -> {
                directProposal(b);
                b.scalerWindow = DrawnBoard.window(0x4000_0000L, 0x4000_0000L, 0x4000_0000L);
              },
              b -> b.scalerWindow = DrawnBoard.window(0x4000_0000L, 0x4000_0000L, 0x1000_0000L),
              side(SHARED, "segment", "0x50000000"),
              side(REFUSED, "P4", "outside")),
          // The bounce pool lies outside the window too: phys_to_dma() gives all ones for its first
          // slot, no slot is ever aligned, and an empty pool calls itself full.
          new Pair(
              "window, mainline",
              b -> {
                direct(b);
                b.scalerWindow = DrawnBoard.window(0x4000_0000L, 0x4000_0000L, 0x4000_0000L);
              },
              b -> b.scalerWindow = DrawnBoard.window(0x4000_0000L, 0x4000_0000L, 0x1000_0000L),
              side(SHARED, "segment", "0x50000000"),
              side(REFUSED, "E6", "swiotlb buffer is full")),
          new Pair(
              "bus offset of the importer",
              b -> {
                directProposal(b);
                b.scalerWindow = DrawnBoard.window(0x4000_0000L, 0x4000_0000L, 0x4000_0000L);
              },
              b -> b.scalerWindow = DrawnBoard.window(0x4000_0000L, 0, 0x4000_0000L),
              side(SHARED, "segment", "0x50000000"),
              side(SHARED, "segment", "0x10000000")),
          new Pair(
              "bus offset of the exporter",
              b -> {
                proposal(b);
                b.codecWindow = DrawnBoard.window(0x4000_0000L, 0x4000_0000L, 0x4000_0000L);
              },
              b -> b.codecWindow = DrawnBoard.window(0x4000_0000L, 0, 0x4000_0000L),
              side(SHARED, "P3", "0x50000000"),
              side(SHARED, "P3", "0x10000000")),
          new Pair(
              "pool kind",
              b -> {},
              b -> b.poolReusable = true,
              side(SHARED, "hazard", "C1"),
              side(SHARED, "B6", "0x50000000")),
          new Pair(
              "pool kind under the proposal",
              BoardPairsTest::proposal,
              b -> b.poolReusable = true,
              side(SHARED, "ops", "coherent-remap"),
              side(SHARED, "ops", "streaming")),
          new Pair(
              "no-map",
              b -> {},
              b -> b.poolNoMap = false,
              side(SHARED, "hazard", "C1"),
              side(SHARED, "page", "valid")),
          new Pair(
              "iommus of the importer",
              BoardPairsTest::proposal,
              b -> b.scalerTranslated = false,
              side(SHARED, "mapping", "0x50000000"),
              side(SHARED, "segment", "0x50000000")),
          new Pair(
              "IOMMU disabled",
              BoardPairsTest::proposal,
              b -> b.iommuEnabled = false,
              side(SHARED, "mapping", "0x50000000"),
              side(SHARED, "segment", "0x50000000")),
          new Pair(
              "IOMMU passed through",
              BoardPairsTest::proposal,
              b -> b.passthrough = true,
              side(SHARED, "mapping", "0x50000000"),
              side(SHARED, "segment", "0x50000000")),
          new Pair(
              "iommus of the exporter",
              BoardPairsTest::direct,
              b -> b.codecTranslated = true,
              side(SHARED, "segment", "0x50000000"),
              side(FAULT, "D14", "PAGE FAULT")),
          new Pair(
              "driver that takes its pool without an IOMMU only",
              b -> {
                direct(b);
                b.codecTranslated = true;
              },
              b -> b.codecModel = "samsung,mfc-v8",
              side(FAULT, "D14", "PAGE FAULT"),
              side(SHARED, "driver", "takes no memory-region")),
          new Pair(
              "mask below the IOVA space",
              b -> {},
              b -> b.scalerMask = 0x7fffL,
              side(SHARED, "mapping", "0x50000000"),
              side(REFUSED, "D4", "0x7fff")),
          new Pair(
              "pool size",
              b -> {},
              b -> b.poolSize = 32 << 10,
              side(SHARED, "mapping", "0x50000000"),
              side(REFUSED, "B3", "32768")),
          new Pair(
              "exclusive pool that is too small, 4.10",
              b -> {
                b.kernel = KernelProfile.ARM_4_10;
                b.poolSize = 32 << 10;
              },
              b -> b.poolExclusive = false,
              side(REFUSED, "B2", "no other memory is tried"),
              side(SHARED, "mapping", "0xa00c0000")),
          new Pair(
              "bounce, mainline keeps the mapping",
              BoardPairsTest::cma,
              b -> b.scalerMask = 0x7fff_ffffL,
              side(SHARED, "segment", "0xa00c0000"),
              side(CORRUPT, "E5", "frame 0")),
          new Pair(
              "bounce, streaming ops map for each use",
              b -> {
                cma(b);
                b.policy = OpsPolicy.PROPOSAL;
              },
              b -> b.scalerMask = 0x7fff_ffffL,
              side(SHARED, "segment", "0xa00c0000"),
              side(BOUNCED, "A8", "0x7fffffff")),
          new Pair(
              "no bounce pool",
              b -> {
                cma(b);
                b.policy = OpsPolicy.PROPOSAL;
                b.scalerMask = 0x7fff_ffffL;
              },
              b -> b.bounce = BounceMode.OFF,
              side(BOUNCED, "segment", "0x60000000"),
              side(REFUSED, "A8", "no bounce pool")),
          new Pair(
              "CMA base",
              b -> {
                cma(b);
                b.policy = OpsPolicy.PROPOSAL;
                b.scalerMask = 0x7fff_ffffL;
              },
              b -> b.cmaBase = 0x7000_0000L,
              side(BOUNCED, "segment", "0x60000000"),
              side(SHARED, "segment", "0x700c0000")),
          new Pair(
              "bounce forced",
              BoardPairsTest::direct,
              b -> b.bounce = BounceMode.FORCE,
              side(SHARED, "segment", "0x50000000"),
              side(OOPS, "C1", "the kernel dies")),
          new Pair(
              "boundary of a direct importer",
              b -> {
                directProposal(b);
                b.bufferBytes = 2 << 20;
              },
              b -> b.scalerBoundary = 0xf_ffffL,
              side(SHARED, "segment", "0x50000000"),
              side(REFUSED, "P4", "boundary")),
          new Pair(
              "longest segment",
              BoardPairsTest::proposal,
              b -> b.scalerMaxSegment = 32768,
              side(SHARED, "mapping", "0x50000000"),
              side(SHARED, "hazard", "I19")),
          new Pair(
              "coherency of both",
              b -> {
                proposal(b);
                b.codecCoherent = true;
              },
              b -> b.scalerCoherent = true,
              side(SHARED, "prot", "READ "),
              side(SHARED, "prot", "READ|CACHE")));

  @TestFactory
  Stream<DynamicTest> oneNumberChangesStepNumbersAndVerdict() {
    Explainer explainer = PlainWiring.wire().get(Explainer.class);
    assertTrue(PAIRS.size() >= 20);
    return PAIRS.stream()
        .map(pair -> DynamicTest.dynamicTest(pair.name(), () -> check(explainer, pair)));
  }

  private static void check(Explainer explainer, Pair pair) {
    DrawnBoard first = new DrawnBoard();
    pair.common().accept(first);
    DrawnBoard second = new DrawnBoard();
    pair.common().accept(second);
    pair.change().accept(second);
    Share before = explainer.explain(first.question()).results().getFirst();
    Share after = explainer.explain(second.question()).results().getFirst();
    assertAll(
        () -> assertEquals(pair.before().verdict(), before.verdict(), () -> told(before)),
        () -> assertEquals(pair.after().verdict(), after.verdict(), () -> told(after)),
        () -> assertTrue(says(before, pair.before()), () -> pair.before() + " in " + told(before)),
        () -> assertTrue(says(after, pair.after()), () -> pair.after() + " in " + told(after)),
        () ->
            assertFalse(
                says(after, pair.before()) && says(before, pair.after()),
                () -> "both boards say both: " + told(before) + told(after)),
        () -> assertFalse(says(before, pair.after()), () -> pair.after() + " in " + told(before)));
  }

  private static boolean says(Share share, Side side) {
    return statements(share).stream()
        .anyMatch(s -> s.startsWith(side.rule() + " ") && s.contains(side.number()));
  }

  /** Everything a share says, each statement headed by its kind. */
  private static List<String> statements(Share share) {
    List<String> said = new ArrayList<>();
    share.chain().forEach(s -> said.add(s.rule() + " " + s.text() + " " + s.values()));
    share
        .segments()
        .forEach(
            s -> {
              said.add("segment 0x" + Long.toHexString(s.dma()));
              s.page().ifPresent(p -> said.add("page " + (p.valid() ? "valid" : "made up")));
            });
    share
        .mappings()
        .forEach(
            m -> {
              said.add("mapping 0x" + Long.toHexString(m.phys()));
              said.add("prot " + m.prot() + " ");
            });
    share.hazards().forEach(h -> said.add("hazard " + h.rule() + " " + h.text()));
    said.add("ops " + share.ops());
    return said;
  }

  private static String told(Share share) {
    return share.verdict()
        + " "
        + share.errno().orElse("")
        + "\n  "
        + statements(share).stream().collect(Collectors.joining("\n  "))
        + "\n";
  }
}
