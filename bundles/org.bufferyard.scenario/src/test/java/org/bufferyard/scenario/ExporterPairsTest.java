package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.verdict.ChainStep;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every exporter of SEMANTICS G against every way to import, on boards where the pair works and on
 * boards where it does not. The table says what each comes to and by which rules, which must stand in
 * its chain.
 *
 * <p>Register windows have no frames to show: {@link RegisterPairsTest} has those exporters.
 */
class ExporterPairsTest {

  /** Who imports, and what tells the driver apart. */
  private enum Importer {
    VB2_CONTIG("test,scaler", true),
    VB2_SG("test,scaler", false),
    GEM_DMA("samsung,exynos5250-g2d", true),
    GEM_SG("samsung,exynos5250-g2d", false);

    private final String model;
    private final boolean contiguous;

    Importer(String model, boolean contiguous) {
      this.model = model;
      this.contiguous = contiguous;
    }
  }

  /** Who exports. */
  private enum Exporter {
    COHERENT(MemoryKind.DEFAULT, "vb2-contig", OpsPolicy.MAINLINE),
    COHERENT_PROPOSAL(MemoryKind.DEFAULT, "vb2-contig", OpsPolicy.PROPOSAL),
    POOL(MemoryKind.POOL, "vb2-contig", OpsPolicy.MAINLINE),
    POOL_PROPOSAL(MemoryKind.POOL, "vb2-contig", OpsPolicy.PROPOSAL),
    NONCONTIG(MemoryKind.NONCONTIG, "vb2-contig", OpsPolicy.MAINLINE),
    VB2_SG(MemoryKind.PAGES, "vb2-contig", OpsPolicy.MAINLINE),
    GEM_DMA(MemoryKind.DEFAULT, "prime", OpsPolicy.MAINLINE),
    GEM_SHMEM(MemoryKind.PAGES, "prime", OpsPolicy.MAINLINE),
    SYSTEM_HEAP(MemoryKind.SYSTEM_HEAP, "vb2-contig", OpsPolicy.MAINLINE),
    CMA_HEAP(MemoryKind.CMA_HEAP, "vb2-contig", OpsPolicy.MAINLINE),
    UDMABUF(MemoryKind.UDMABUF, "vb2-contig", OpsPolicy.MAINLINE);

    private final MemoryKind memory;
    private final String ops;
    private final OpsPolicy policy;

    Exporter(MemoryKind memory, String ops, OpsPolicy policy) {
      this.memory = memory;
      this.ops = ops;
      this.policy = policy;
    }
  }

  private static final long MIB = 1 << 20;

  /** What the board is like. Neither device is coherent, and nothing lies in low memory. */
  private enum Setting {
    /** The importer reaches everything by itself. */
    REACHED(b -> b.scalerTranslated = false),
    /** Both have an IOMMU, and the pages lie in pieces where they can. */
    TRANSLATED(
        b -> {
          inPieces(b);
          b.codecTranslated = true;
        }),
    /** They lie in pieces, and the importer has none. */
    IN_PIECES(
        b -> {
          inPieces(b);
          b.scalerTranslated = false;
          b.codecTranslated = true;
        }),
    /** It does not reach them, and nothing can be bounced. */
    OUT_OF_REACH(
        b -> {
          b.scalerTranslated = false;
          b.scalerMask = 0x7fff_ffffL;
          b.bounce = BounceMode.OFF;
          b.ram = b.ram.subList(1, b.ram.size());
        }),
    /** It reaches the bounce pool only. */
    BOUNCED(
        b -> {
          b.scalerTranslated = false;
          b.scalerMask = 0x7fff_ffffL;
        }),
    /** The exporter's writes stay in the cache, and the importer does not look there. */
    COHERENT_EXPORTER(
        b -> {
          b.scalerTranslated = false;
          b.codecCoherent = true;
        });

    private final Consumer<DrawnBoard> board;

    Setting(Consumer<DrawnBoard> board) {
      this.board = board;
    }

    /** No run of the page allocator holds the buffer; the CMA area does. */
    private static void inPieces(DrawnBoard b) {
      List<PhysRange> banks = new ArrayList<>(b.ram.subList(0, 2));
      for (long base = 0xb000_0000L; base < 0xb800_0000L; base += 16 * MIB) {
        banks.add(new PhysRange(base, 2 * MIB));
      }
      b.ram = banks;
      b.bufferBytes = 3 * MIB;
    }
  }

  /**
   * setting | exporter | rules in every chain of the row | then one cell for each importer: verdict,
   * errno of a refusal, and the rule that decides when it is not SHARED.
   *
   * <p>What user space sees is laundered twice: by the exporter (vb2: -EIO, CMA heap: -ENOMEM,
   * others as it is) and by the importer (vb2: -EINVAL for a map, -EFAULT for pieces; GEM: as it is,
   * -EINVAL for pieces).
   */
  private static final String TABLE =
      """
      reached           | coherent          | B6 G1 C1 C5  | SHARED             | SHARED             | SHARED             | SHARED
      reached           | coherent-proposal | B6 P2 C5     | SHARED             | SHARED             | SHARED             | SHARED
      reached           | pool              | B3 G1 C1 C5  | SHARED             | SHARED             | SHARED             | SHARED
      reached           | pool-proposal     | B3 P2 P4     | SHARED             | SHARED             | SHARED             | SHARED
      reached           | noncontig         | B11 G1 C5    | SHARED             | SHARED             | SHARED             | SHARED
      reached           | vb2-sg            | G1 C5        | SHARED             | SHARED             | SHARED             | SHARED
      reached           | gem-dma           | B6 C1 C5     | SHARED             | SHARED             | SHARED             | SHARED
      reached           | gem-shmem         | G6 C5        | SHARED             | SHARED             | SHARED             | SHARED
      reached           | system-heap       | G3 C5        | SHARED             | SHARED             | SHARED             | SHARED
      reached           | cma-heap          | G4 C5        | SHARED             | SHARED             | SHARED             | SHARED
      reached           | udmabuf           | G2 C5        | STALE C9           | STALE C9           | STALE C9           | STALE C9
      translated        | coherent          | B10 G1 C1 D4 | SHARED             | SHARED             | SHARED             | SHARED
      translated        | coherent-proposal | B10 P2 D4    | SHARED             | SHARED             | SHARED             | SHARED
      translated        | pool              | B3 G1 C1 D4  | SHARED             | SHARED             | SHARED             | SHARED
      translated        | pool-proposal     | B3 P2 P4 D4  | SHARED             | SHARED             | SHARED             | SHARED
      translated        | noncontig         | B11 G1 D4    | SHARED             | SHARED             | SHARED             | SHARED
      translated        | vb2-sg            | G1 D4        | SHARED             | SHARED             | SHARED             | SHARED
      translated        | gem-dma           | B10 C1 D4    | SHARED             | SHARED             | SHARED             | SHARED
      translated        | gem-shmem         | G6 D4        | SHARED             | SHARED             | SHARED             | SHARED
      translated        | system-heap       | G3 D4        | SHARED             | SHARED             | SHARED             | SHARED
      translated        | cma-heap          | G4 D4        | SHARED             | SHARED             | SHARED             | SHARED
      translated        | udmabuf           | G2 D4        | STALE C9           | STALE C9           | STALE C9           | STALE C9
      in-pieces         | coherent          | B10 G1 C1    | REFUSED -EFAULT G1 | SHARED             | REFUSED -EINVAL G6 | SHARED
      in-pieces         | coherent-proposal | B10 P2       | REFUSED -EFAULT G1 | SHARED             | REFUSED -EINVAL G6 | SHARED
      in-pieces         | pool              | B3 G1 C1     | SHARED             | SHARED             | SHARED             | SHARED
      in-pieces         | pool-proposal     | B3 P2 P4     | SHARED             | SHARED             | SHARED             | SHARED
      in-pieces         | noncontig         | B11 G1       | REFUSED -EFAULT G1 | SHARED             | REFUSED -EINVAL G6 | SHARED
      in-pieces         | vb2-sg            | G1           | REFUSED -EFAULT G1 | SHARED             | REFUSED -EINVAL G6 | SHARED
      in-pieces         | gem-dma           | B10 C1       | REFUSED -EFAULT G1 | SHARED             | REFUSED -EINVAL G6 | SHARED
      in-pieces         | gem-shmem         | G6           | REFUSED -EFAULT G1 | SHARED             | REFUSED -EINVAL G6 | SHARED
      in-pieces         | system-heap       | G3           | REFUSED -EFAULT G1 | SHARED             | REFUSED -EINVAL G6 | SHARED
      in-pieces         | cma-heap          | G4           | SHARED             | SHARED             | SHARED             | SHARED
      in-pieces         | udmabuf           | G2           | REFUSED -EFAULT G1 | STALE C9           | REFUSED -EINVAL G6 | STALE C9
      out-of-reach      | coherent          | B6 G1 C1     | REFUSED -EINVAL A8 | REFUSED -EINVAL A8 | REFUSED -EIO A8    | REFUSED -EIO A8
      out-of-reach      | coherent-proposal | B6 P2        | REFUSED -EINVAL A8 | REFUSED -EINVAL A8 | REFUSED -EIO A8    | REFUSED -EIO A8
      out-of-reach      | pool              | B3 G1 C1     | REFUSED -EINVAL A8 | REFUSED -EINVAL A8 | REFUSED -EIO A8    | REFUSED -EIO A8
      out-of-reach      | pool-proposal     | B3 P2 P4     | REFUSED -EINVAL P4 | REFUSED -EINVAL P4 | REFUSED -EIO P4    | REFUSED -EIO P4
      out-of-reach      | noncontig         | B11 G1       | REFUSED -EINVAL A8 | REFUSED -EINVAL A8 | REFUSED -EIO A8    | REFUSED -EIO A8
      out-of-reach      | vb2-sg            | G1           | REFUSED -EINVAL A8 | REFUSED -EINVAL A8 | REFUSED -EIO A8    | REFUSED -EIO A8
      out-of-reach      | gem-dma           | B6 C1        | REFUSED -EINVAL A8 | REFUSED -EINVAL A8 | REFUSED -EIO A8    | REFUSED -EIO A8
      out-of-reach      | gem-shmem         | G6           | REFUSED -EINVAL A8 | REFUSED -EINVAL A8 | REFUSED -EIO A8    | REFUSED -EIO A8
      out-of-reach      | system-heap       | G3           | REFUSED -EINVAL A8 | REFUSED -EINVAL A8 | REFUSED -EIO A8    | REFUSED -EIO A8
      out-of-reach      | cma-heap          | G4           | REFUSED -EINVAL A8 | REFUSED -EINVAL A8 | REFUSED -ENOMEM A8 | REFUSED -ENOMEM A8
      out-of-reach      | udmabuf           | G2           | REFUSED -EINVAL A8 | REFUSED -EINVAL A8 | REFUSED -EIO A8    | REFUSED -EIO A8
      bounced           | coherent          | B6 G1 C1     | CORRUPT E5         | CORRUPT E5         | CORRUPT E5         | CORRUPT E5
      bounced           | coherent-proposal | B6 P2        | BOUNCED A8         | BOUNCED A8         | BOUNCED A8         | BOUNCED A8
      bounced           | pool              | B3 G1 C1     | OOPS A8            | OOPS A8            | OOPS A8            | OOPS A8
      bounced           | pool-proposal     | B3 P2 P4     | REFUSED -EINVAL P4 | REFUSED -EINVAL P4 | REFUSED -EIO P4    | REFUSED -EIO P4
      bounced           | noncontig         | B11 G1       | CORRUPT E5         | CORRUPT E5         | CORRUPT E5         | CORRUPT E5
      bounced           | vb2-sg            | G1           | CORRUPT E5         | CORRUPT E5         | CORRUPT E5         | CORRUPT E5
      bounced           | gem-dma           | B6 C1        | STALE C9           | STALE C9           | STALE C9           | STALE C9
      bounced           | gem-shmem         | G6           | STALE C9           | STALE C9           | STALE C9           | STALE C9
      bounced           | system-heap       | G3           | BOUNCED A8         | BOUNCED A8         | BOUNCED A8         | BOUNCED A8
      bounced           | cma-heap          | G4           | BOUNCED A8         | BOUNCED A8         | BOUNCED A8         | BOUNCED A8
      bounced           | udmabuf           | G2           | STALE C9           | STALE C9           | STALE C9           | STALE C9
      coherent-exporter | coherent          | B6 G1 C1 C5  | STALE C9           | STALE C9           | STALE C9           | STALE C9
      coherent-exporter | coherent-proposal | B6 P2 C5     | SHARED             | SHARED             | SHARED             | SHARED
      coherent-exporter | pool              | B3 G1 C1 C5  | SHARED             | SHARED             | SHARED             | SHARED
      coherent-exporter | pool-proposal     | B3 P2 P4     | SHARED             | SHARED             | SHARED             | SHARED
      coherent-exporter | noncontig         | B11 G1 C5    | STALE C9           | STALE C9           | STALE C9           | STALE C9
      coherent-exporter | vb2-sg            | G1 C5        | STALE C9           | STALE C9           | STALE C9           | STALE C9
      coherent-exporter | gem-dma           | B6 C1 C5     | STALE C9           | STALE C9           | STALE C9           | STALE C9
      coherent-exporter | gem-shmem         | G6 C5        | STALE C9           | STALE C9           | STALE C9           | STALE C9
      coherent-exporter | system-heap       | G3 C5        | SHARED             | SHARED             | SHARED             | SHARED
      coherent-exporter | cma-heap          | G4 C5        | SHARED             | SHARED             | SHARED             | SHARED
      coherent-exporter | udmabuf           | G2 C5        | STALE C9           | STALE C9           | STALE C9           | STALE C9
      """;

  private record Row(Setting setting, Exporter exporter, List<String> rules, List<String> cells) {}

  private static List<Row> rows() {
    return TABLE
        .lines()
        .map(l -> Arrays.stream(l.split("\\|")).map(String::strip).toList())
        .map(
            f ->
                new Row(
                    Setting.valueOf(word(f.get(0))),
                    Exporter.valueOf(word(f.get(1))),
                    List.of(f.get(2).split(" ")),
                    f.subList(3, 7)))
        .toList();
  }

  private static String word(String cell) {
    return cell.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private static DrawnBoard board(Setting setting, Exporter exporter, Importer importer) {
    DrawnBoard board = new DrawnBoard();
    board.ram =
        List.of(
            new PhysRange(0x6000_0000L, 4 * MIB),
            new PhysRange(0xa000_0000L, 8 * MIB),
            new PhysRange(0xb000_0000L, 64 * MIB));
    board.cmaSize = 8 * MIB;
    board.poolBase = 0xc000_0000L;
    setting.board.accept(board);
    board.codecHasPool = exporter.memory == MemoryKind.POOL;
    // Behind an IOMMU its own device would fault on the handle of a pool (D14): BoardPairsTest.
    board.codecTranslated &= !board.codecHasPool;
    board.codecOps = Optional.of(exporter.ops);
    board.memory = exporter.memory;
    board.policy = exporter.policy;
    board.scalerModel = importer.model;
    board.scalerContiguous = Optional.of(importer.contiguous);
    return board;
  }

  @TestFactory
  Stream<DynamicTest> everyPairIsWhatTheRulesSay() {
    Explainer explainer = PlainWiring.wire().get(Explainer.class);
    return rows().stream()
        .flatMap(
            row ->
                Arrays.stream(Importer.values())
                    .map(
                        importer ->
                            DynamicTest.dynamicTest(
                                row.setting() + " " + row.exporter() + " " + importer,
                                () -> check(explainer, row, importer))));
  }

  private static void check(Explainer explainer, Row row, Importer importer) {
    String[] cell = row.cells().get(importer.ordinal()).split(" ");
    List<String> rules = new ArrayList<>(row.rules());
    int words = cell.length;
    if (words > 1) {
      rules.add(cell[--words]);
    }
    Share share =
        explainer
            .explain(board(row.setting(), row.exporter(), importer).question())
            .results()
            .getFirst();
    assertEquals(
        String.join(" ", Arrays.copyOf(cell, words)), told(share), () -> share.chain().toString());
    List<String> given = share.chain().stream().map(ChainStep::rule).toList();
    assertTrue(given.containsAll(rules), () -> rules + " in " + share.chain());
  }

  private static String told(Share share) {
    return share.verdict() + share.errno().map(e -> " " + e).orElse("");
  }

  /** Nobody is left out. */
  @Test
  void theTableHasEverySettingAndExporter() {
    List<String> pairs = rows().stream().map(r -> r.setting() + " " + r.exporter()).toList();
    assertEquals(Setting.values().length * Exporter.values().length, Set.copyOf(pairs).size());
    assertEquals(pairs.size(), Set.copyOf(pairs).size());
  }
}
