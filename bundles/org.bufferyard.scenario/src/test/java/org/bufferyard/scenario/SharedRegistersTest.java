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
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MatrixQuestion;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Share.MappingView;
import org.bufferyard.platform.verdict.Share.SegmentView;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --memory resource}: registers of one device and what another one makes of them. */
class SharedRegistersTest {
  private static final PhysRange WINDOW = new PhysRange(0x1100_0000L, 0x1_0000);

  private final Explainer explainer = PlainWiring.wire().get(Explainer.class);

  private static DrawnBoard board() {
    DrawnBoard board = new DrawnBoard();
    board.memory = MemoryKind.RESOURCE;
    board.codecHasPool = false;
    board.codecRegisters = List.of(new PhysRange(0x1000_0000L, 0x1000), WINDOW);
    return board;
  }

  /** Both on PCI: on one root bus, or below one switch. */
  private static DrawnBoard pci(Peers peers, long busOffset, Bridge... bridges) {
    DrawnBoard board = board();
    PciPath path = new PciPath("root", peers, busOffset, List.of(bridges));
    board.codecPath = Optional.of(path);
    board.scalerPath = Optional.of(path);
    return board;
  }

  private Share explain(DrawnBoard board) {
    return explainer.explain(board.question()).results().getFirst();
  }

  private static boolean says(Share share, String rule, String text) {
    return share.chain().stream()
        .anyMatch(s -> s.rule().equals(rule) && s.text().contains(text));
  }

  @Test
  void platformRegistersGoThroughTheIommuWithoutADmaBuf() {
    Share share = explain(board());
    assertEquals(Verdict.SHARED, share.verdict());
    assertEquals("", share.ops());
    assertEquals(
        List.of(new SegmentView(0xffff_0000L, 0x1_0000, Optional.empty())), share.segments());
    assertEquals(
        List.of(
            new MappingView("sysmmu", 0xffff_0000L, WINDOW.base(), WINDOW.size(), "READ|MMIO")),
        share.mappings());
    assertEquals(0, share.cost().cacheBytes());
    assertTrue(says(share, "F15", "no PCI function's"));
    assertTrue(says(share, "C5", "never bounced"));
  }

  @ParameterizedTest
  @CsvSource({
    // 7.x translates registers like memory: outside of every window there is no address for them.
    "7.3, REFUSED", // -ENOMEM
    // Before, the CPU address goes out as it is, and the bus takes it for memory.
    "6.12, CORRUPT",
    "6.1, CORRUPT"
  })
  void anOffsetBusDependsOnTheKernel(String kernel, Verdict verdict) {
    DrawnBoard board = board();
    board.kernel = KernelProfile.named(kernel).orElseThrow();
    board.scalerTranslated = false;
    board.scalerWindow = DrawnBoard.window(0x4000_0000L, 0x1000_0000L, 0x4000_0000L);
    Share share = explain(board);
    assertEquals(verdict, share.verdict());
    assertEquals(
        verdict == Verdict.REFUSED ? Optional.of("-ENOMEM") : Optional.empty(), share.errno());
  }

  @Test
  void registersAreNeverBounced() {
    DrawnBoard board = board();
    board.scalerTranslated = false;
    board.scalerMask = 0xff_ffffL;
    Share share = explain(board);
    assertEquals(Verdict.REFUSED, share.verdict());
    assertEquals(Optional.of("-ENOMEM"), share.errno());
    assertTrue(
        share.remedies().stream().anyMatch(r -> r.startsWith("a 64-bit mask")), share.remedies()::toString);
    board.bounce = BounceMode.FORCE;
    board.scalerMask = -1L;
    assertEquals(Verdict.REFUSED, explain(board).verdict(), "swiotlb=force refuses registers");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void belowOneSwitchTheBusAddressNeedsNoIommu(boolean translated) {
    DrawnBoard board = pci(Peers.UNLISTED, -0x1000_0000L, new Bridge("switch", false));
    board.scalerTranslated = translated;
    Share share = explain(board);
    assertEquals(Verdict.SHARED, share.verdict());
    assertEquals("phys-vec", share.ops());
    assertEquals(
        List.of(new SegmentView(0x100_0000L, 0x1_0000, Optional.empty())), share.segments());
    assertEquals(List.of(), share.mappings());
    assertTrue(says(share, "F14", "below a common bridge"));
  }

  @ParameterizedTest
  @CsvSource({"UNLISTED, REFUSED", "SAME_HOST_BRIDGE, SHARED", "CPU, SHARED"})
  void acrossTheHostBridgeItHasToForward(Peers peers, Verdict verdict) {
    Share share = explain(pci(peers, 0));
    assertEquals(verdict, share.verdict());
    if (verdict == Verdict.REFUSED) {
      assertEquals(Optional.of("-EINVAL"), share.errno());
      assertTrue(
          share.remedies().contains(
              "host bridges that forward between functions, and are on the kernel's list for it:"
                  + " SHARED"),
          share.remedies()::toString);
    } else {
      assertEquals("sysmmu", share.mappings().getFirst().iommu());
    }
  }

  @Test
  void aKernelWithoutTheHelperLeavesItToTheDriver() {
    DrawnBoard board = pci(Peers.SAME_HOST_BRIDGE, 0);
    board.kernel = KernelProfile.LINUX_6_12;
    Share share = explain(board);
    assertEquals(Verdict.SHARED, share.verdict());
    assertEquals("", share.ops());
    assertTrue(says(share, "F15", "no helper"));
  }

  @Test
  void vfioTakesNoStaticImporter() {
    DrawnBoard board = pci(Peers.SAME_HOST_BRIDGE, 0);
    board.codecOps = Optional.of("vfio-pci");
    Share share = explain(board);
    assertEquals(Verdict.REFUSED, share.verdict());
    assertEquals(Optional.of("-EOPNOTSUPP"), share.errno());
  }

  @Test
  void aWindowIsAsLargeAsItIs() {
    DrawnBoard board = board();
    board.bufferBytes = 1 << 20;
    Share share = explain(board);
    assertEquals(Verdict.SHARED, share.verdict());
    assertEquals(WINDOW.size(), share.segments().getFirst().length());
    assertTrue(says(share, "F15", "no more of the 1048576"));
  }

  @Test
  void opsForMemoryAndDevicesWithoutRegistersAreBadInput() {
    DrawnBoard board = board();
    ShareQuestion asked = board.question();
    ShareQuestion prime =
        new ShareQuestion(
            asked.board(),
            asked.kernel(),
            asked.exporter(),
            asked.importers(),
            asked.memory(),
            asked.sizeBytes(),
            asked.policies(),
            Optional.of("prime"));
    assertTrue(
        assertThrows(BadInputException.class, () -> explainer.explain(prime))
            .getMessage()
            .contains("take memory, not registers"));
    board.codecRegisters = List.of();
    assertTrue(
        assertThrows(BadInputException.class, () -> explain(board))
            .getMessage()
            .contains("no register window"));
  }

  @Test
  void theMatrixHasThemToo() {
    DrawnBoard board = board();
    var cells =
        explainer
            .matrix(
                new MatrixQuestion(
                    board.spec(),
                    board.kernel,
                    List.of(MemoryKind.RESOURCE),
                    List.of(board.policy),
                    board.bufferBytes))
            .cells();
    assertEquals(
        List.of(Optional.of(Verdict.SHARED), Optional.empty()),
        cells.stream().map(c -> c.verdict()).toList());
  }
}
