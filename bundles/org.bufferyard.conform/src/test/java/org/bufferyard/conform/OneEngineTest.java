package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.conform.record.Boots;
import org.bufferyard.conform.record.CaseReader;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.conform.record.RecordedCase;
import org.bufferyard.platform.recorded.RecordedBoot;
import org.bufferyard.platform.recorded.RecordedEnvironments;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;

/**
 * explain gives what the kernel gave, asked for the same share on the recorded board: there is one
 * engine behind both faces. Recorded shares out of a pool are deterministic, so addresses are
 * compared too, bounce slots aside.
 */
class OneEngineTest {
  /** The default segment size: longer lists hang on what the importer's driver sets. */
  private static final long DEFAULT_SEGMENT = 65_536;

  private final PlainWiring wiring = PlainWiring.wire();
  private final Explainer explainer = wiring.get(Explainer.class);
  private final Kinds kinds = wiring.get(Kinds.class);
  private final Boots boots = new Boots(wiring.get(RecordedEnvironments.class));
  private final List<String> wrong = new ArrayList<>();
  private final TreeMap<String, Integer> seen = new TreeMap<>();

  /**
   * A case of the shape: fresh devices, one buffer, mapped for another device as a list or as a
   * dma-buf.
   */
  private record SharedOnce(
      String exporter, String importer, long size, JsonObject mapped, boolean oops) {
    private static final Set<List<String>> SHAPES =
        Set.of(
            List.of("fresh", "alloc", "getsgt", "mapsg"),
            List.of("fresh", "alloc", "getsgt", "mapsgt"),
            List.of("fresh", "bexport", "batt", "bmap"));

    /** Commands that only look. */
    private static final Set<String> LOOKS = Set.of("iova", "!fd");

    static Optional<SharedOnce> of(RecordedCase recorded) {
      List<Integer> steps = new ArrayList<>();
      for (int i = 0; i < recorded.ops().size() && steps.size() < 4; i++) {
        if (!LOOKS.contains(verb(recorded, i))) {
          steps.add(i);
        }
      }
      if (!SHAPES.contains(steps.stream().map(i -> verb(recorded, i)).toList())) {
        return Optional.empty();
      }
      String[] made = recorded.ops().get(steps.get(1)).split(" ");
      boolean list = made[0].equals("alloc");
      String[] map = recorded.ops().get(steps.get(3)).split(" ");
      String importer = list ? map[1] : recorded.ops().get(steps.get(2)).split(" ")[1];
      boolean plain =
          list
              ? made[4].equals("k") && made[5].equals("-") && map[4].equals("-")
              : made[4].equals("0") && made[5].equals("-");
      long size = Long.parseLong(made[3]);
      JsonObject answer = recorded.results().get(steps.get(3));
      return plain
              && !made[1].equals(importer)
              && recorded.results().get(steps.get(1)).has("dma")
              && size <= DEFAULT_SEGMENT
          ? Optional.of(new SharedOnce(made[1], importer, size, answer, answer.has("oops")))
          : Optional.empty();
    }

    private static String verb(RecordedCase recorded, int index) {
      return recorded.ops().get(index).split(" ")[0];
    }
  }

  private boolean modelled(PlatformSpec board, String device) {
    return board.device(device).orElseThrow().streams().stream()
        .flatMap(s -> board.iommu(s.iommu()).stream())
        .allMatch(i -> kinds.choose(IommuKind.class, i.model(), Flavour.FIDELITY).isPresent());
  }

  private void ask(RecordedCase recorded) {
    Optional<SharedOnce> found = SharedOnce.of(recorded);
    if (found.isEmpty() || recorded.isAdvisory()) {
      return;
    }
    SharedOnce shared = found.get();
    RecordedBoot boot = boots.boot(recorded.run(), Optional.empty(), recorded.where());
    PlatformSpec board = boot.board();
    if (!modelled(board, shared.exporter()) || !modelled(board, shared.importer())) {
      return;
    }
    Share share =
        explainer
            .explain(
                new ShareQuestion(
                    board,
                    boot.kernel(),
                    shared.exporter(),
                    List.of(shared.importer()),
                    MemoryKind.DEFAULT,
                    shared.size(),
                    List.of(OpsPolicy.MAINLINE),
                    Optional.empty()))
            .results()
            .getFirst();
    seen.merge(share.verdict() + " " + share.memory(), 1, Integer::sum);
    compare(recorded, shared, share);
  }

  private void compare(RecordedCase recorded, SharedOnce shared, Share share) {
    String what = recorded.run() + " " + recorded.id() + " " + shared;
    if (shared.oops() != (share.verdict() == Verdict.OOPS)) {
      wrong.add(what + ": explain says " + share.verdict());
    } else if (!shared.oops()) {
      boolean failed = shared.mapped().get("rc").getAsInt() < 0;
      if (failed != (share.verdict() == Verdict.REFUSED)) {
        wrong.add(what + ": explain says " + share.verdict() + " " + share.errno());
      } else if (!failed) {
        compareSegments(what, shared.mapped().getAsJsonArray("segs"), share);
      }
    }
  }

  /**
   * Where a bounced mapping or a page of RAM lies, and into how many runs RAM falls, hangs on the
   * history of the boot: there only the length is compared. A pool starts empty in every case.
   */
  private void compareSegments(String what, JsonArray recorded, Share share) {
    boolean placed = share.cost().copiedBytes() == 0 && share.memory().contains("pool");
    List<String> was = new ArrayList<>();
    long bytes = 0;
    for (JsonElement segment : recorded) {
      JsonArray pair = segment.getAsJsonArray();
      was.add(pair.get(0).getAsString() + "+" + pair.get(1));
      bytes += pair.get(1).getAsLong();
    }
    List<String> is =
        share.segments().stream().map(s -> DmaAddress.hex(s.dma()) + "+" + s.length()).toList();
    long mapped = share.segments().stream().mapToLong(Share.SegmentView::length).sum();
    if (placed ? !was.equals(is) : bytes != mapped) {
      wrong.add(what + ": explain gives " + is);
    }
  }

  @Test
  void explainGivesWhatTheKernelGave() throws IOException {
    for (String scenario : List.of("pool_share", "pool_dmabuf")) {
      RecordFile file = RecordFile.carried(scenario + ".jsonl.gz");
      try (BufferedReader lines = file.open()) {
        int number = 0;
        for (String line : lines.lines().toList()) {
          number++;
          ask(CaseReader.read(line, file.name() + ":" + number));
        }
      }
    }
    System.out.println("explain agrees with recorded shares: " + seen);
    assertEquals(List.of(), wrong, () -> wrong.size() + "\n" + String.join("\n", wrong));
    assertTrue(seen.values().stream().mapToInt(Integer::intValue).sum() > 40, seen::toString);
  }
}
