package org.bufferyard.importer.devicetree;

import static org.bufferyard.importer.devicetree.Meanings.find;
import static org.bufferyard.importer.devicetree.Meanings.master;
import static org.bufferyard.importer.devicetree.Meanings.read;
import static org.bufferyard.importer.devicetree.Meanings.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.draft.DraftNode;
import org.bufferyard.platform.draft.DraftNode.Bus;
import org.bufferyard.platform.draft.DraftNode.Device;
import org.bufferyard.platform.draft.ImportedBoard;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.junit.jupiter.api.Test;

/** What becomes an element of a board, and what it is called. */
class ElementsTest {
  @Test
  void aDeviceWithDevicesBelowIsABusAsWell() {
    TreeWriter tree =
        TreeWriter.board()
            .node(
                "usb@1",
                glue ->
                    master(glue).cells64()
                        .cells("dma-ranges", 0, 0x4000_0000, 0, 0x4000_0000, 0, 0xc000_0000)
                        .node("usb@2", Meanings::master));
    List<DraftNode> nodes = read(tree).draft().nodes();
    assertEquals("usb@1", find(Device.class, nodes, "/usb@1").head().name());
    Bus bus = find(Bus.class, nodes, "/usb@1");
    assertEquals("usb@1.bus", bus.head().name());
    assertEquals("usb@2", bus.nodes().getFirst().head().name());
  }

  @Test
  void bystandersAreNamedWithAReason() {
    TreeWriter tree =
        TreeWriter.board()
            .node("timer@1", t -> t.text("compatible", "test,timer").cells("interrupts", 1))
            .node("uart@2", t -> t.text("compatible", "test,uart").cells("dmas", 1))
            .node("vpu@3", t -> t.text("compatible", "test,vpu").cells("interrupts", 1)
                .cells("reg", 0, 3, 0, 1));
    ImportedBoard board = read(tree);
    assertTrue(says(board.report().ignored(), "/timer@1", "no sign of DMA"));
    assertTrue(says(board.report().ignored(), "/uart@2", "DMA controller"));
    assertTrue(says(board.report().guessed(), "/vpu@3", "a bus master"));
    assertEquals(List.of(new PhysRange(3, 1)),
        find(Device.class, board.draft().nodes(), "/vpu@3").registers());
  }

  @Test
  void theArchitectureFollowsFromTheCpus() {
    assertEquals(Architecture.ARM, architecture("arm,cortex-a9"));
    assertEquals(Architecture.ARM, architecture("arm,cortex-a7"));
    assertEquals(Architecture.ARM64, architecture("arm,cortex-a76"));
    assertEquals(Architecture.ARM64, architecture("arm,cortex-a72"));
    assertEquals(Architecture.ARM64, architecture("qcom,kryo"));
  }

  private static Architecture architecture(String core) {
    return read(
            TreeWriter.board()
                .node("cpus", c -> c.node("cpu@0", cpu -> cpu.text("compatible", core))))
        .draft()
        .architecture();
  }

  @Test
  void namesAreMadeFitForAModelAndStayUnique() {
    TreeWriter tree =
        TreeWriter.board().node("a#b", Meanings::master).node("a_b", Meanings::master)
            .node("_c", Meanings::master);
    assertEquals(
        List.of("a_b", "a_b-2", "n_c"),
        read(tree).draft().nodes().stream().map(n -> n.head().name()).toList());
  }

  @Test
  void twoReadsAgree() {
    assertEquals(read(MemoryMeaningTest.reserved()), read(MemoryMeaningTest.reserved()));
  }
}
