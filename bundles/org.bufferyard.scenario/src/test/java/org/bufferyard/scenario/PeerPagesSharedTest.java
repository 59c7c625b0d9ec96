package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.api.dma.PciPath.Bridge;
import org.bufferyard.api.dma.PciPath.Peers;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Share.PageView;
import org.bufferyard.platform.verdict.Share.SegmentView;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code --memory resource} with ops that map pages: the exporter's driver has made peer-to-peer pages
 * of its registers, and dma_map_sgtable() of the importer finds the way to them (F14).
 */
class PeerPagesSharedTest {
  private static final PhysRange WINDOW = new PhysRange(0x1100_0000L, 2 << 20);
  private static final Bridge SWITCH = new Bridge("switch", false);
  private static final Bridge REDIRECTING = new Bridge("switch", true);

  private final Explainer explainer = PlainWiring.wire().get(Explainer.class);
  private final DrawnBoard board = new DrawnBoard();

  PeerPagesSharedTest() {
    board.memory = MemoryKind.RESOURCE;
    board.codecHasPool = false;
    board.codecRegisters = List.of(WINDOW);
    board.bufferBytes = 0x1_0000;
  }

  private void place(Peers peers, long busOffset, Bridge... bridges) {
    PciPath path = new PciPath("root", peers, busOffset, List.of(bridges));
    board.codecPath = Optional.of(path);
    board.scalerPath = Optional.of(path);
  }

  private Share explain(String ops) {
    ShareQuestion asked = board.question();
    return explainer
        .explain(
            new ShareQuestion(
                asked.board(),
                asked.kernel(),
                asked.exporter(),
                asked.importers(),
                asked.memory(),
                asked.sizeBytes(),
                asked.policies(),
                Optional.of(ops)))
        .results()
        .getFirst();
  }

  private static boolean says(Share share, String function, String text) {
    return share.chain().stream()
        .anyMatch(
            s ->
                s.rule().equals("F14")
                    && s.kernel().contains(function)
                    && s.text().contains(text));
  }

  @ParameterizedTest(name = "{0}, translated {1}, {2}")
  @CsvSource({
    "prime, true, 7.3", "prime, false, 7.3", "streaming, true, 6.12", "vb2-sg, false, 6.1"
  })
  void belowOneSwitchThePagesAreUsedByTheirBusAddress(
      String ops, boolean translated, String kernel) {
    board.scalerTranslated = translated;
    board.kernel = KernelProfile.named(kernel).orElseThrow();
    place(Peers.UNLISTED, 0x4000_0000L, SWITCH);
    Share share = explain(ops);
    assertEquals(Verdict.SHARED, share.verdict());
    assertEquals(
        List.of(
            new SegmentView(
                WINDOW.base() + 0x4000_0000L,
                0x1_0000,
                Optional.of(new PageView(WINDOW.base(), true)))),
        share.segments());
    assertEquals(List.of(), share.mappings(), "no IOMMU is on the way");
    assertEquals(List.of(), share.hazards());
    assertTrue(says(share, "pci_p2pdma_add_resource", "makes peer-to-peer pages"));
    assertTrue(says(share, "pci_p2pdma_map_type", "below a bridge in common at distance 2"));
  }

  @ParameterizedTest(name = "translated {0}")
  @CsvSource({"true", "false"})
  void throughAHostBridgeThatForwardsTheyAreMapped(boolean translated) {
    board.scalerTranslated = translated;
    place(Peers.SAME_HOST_BRIDGE, 0, REDIRECTING);
    Share share = explain("prime");
    assertEquals(Verdict.SHARED, share.verdict());
    assertEquals(translated ? 1 : 0, share.mappings().size());
    assertTrue(says(share, "pci_p2pdma_map_type", "to which ACS redirects"));
  }

  @ParameterizedTest(name = "translated {0}")
  @CsvSource({"true", "false"})
  void elsewhereTheMapIsRefusedWithEremoteio(boolean translated) {
    board.scalerTranslated = translated;
    place(Peers.UNLISTED, 0, REDIRECTING);
    Share share = explain("prime");
    assertEquals(Verdict.REFUSED, share.verdict());
    assertTrue(says(share, "pci_p2pdma_map_type", "sent to a host bridge by ACS"));
    assertTrue(
        share.chain().stream().anyMatch(s -> s.text().contains("returned -EREMOTEIO")),
        () -> share.chain().toString());
    assertEquals(Optional.of("-EINVAL"), share.errno(), "videobuf2 launders it");
  }

  /** A host bridge that forwards, and an importer that does not reach so far. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({"7.3, BOUNCED", "6.12, REFUSED"})
  void beyondTheMaskTheKernelDecides(String kernel, Verdict verdict) {
    board.codecRegisters = List.of(new PhysRange(0x40_0000_0000L, 2 << 20));
    board.scalerTranslated = false;
    board.kernel = KernelProfile.named(kernel).orElseThrow();
    place(Peers.CPU, 0);
    Share share = explain("streaming");
    assertEquals(verdict, share.verdict());
    assertEquals(verdict == Verdict.REFUSED, says(share, "dma_direct_map_page", "never bounced"));
  }

  /** check_pfn_span(): memory with pages comes in blocks of 2 MiB. */
  @Test
  void aSmallWindowGetsNoPages() {
    board.codecRegisters = List.of(new PhysRange(0x1100_0000L, 0x1_0000));
    place(Peers.CPU, 0);
    Share share = explain("prime");
    assertEquals(Verdict.REFUSED, share.verdict());
    assertEquals(Optional.of("-EINVAL"), share.errno());
    assertTrue(says(share, "pci_p2pdma_add_resource", "no whole blocks of 2 MiB"));
  }

  @Test
  void opsThatTakeNoListOfPagesAreBadInput() {
    place(Peers.CPU, 0);
    assertTrue(
        assertThrows(BadInputException.class, () -> explain("udmabuf"))
            .getMessage()
            .contains("take memory, not registers"));
  }
}
