package org.bufferyard.importer.devicetree;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.draft.DraftNode;
import org.bufferyard.platform.draft.DraftNode.Bus;
import org.bufferyard.platform.draft.ImportReport.Note;
import org.bufferyard.platform.draft.ImportedBoard;

/** Imports trees and looks around in what came out: for tests. */
final class Meanings {
  private Meanings() {}

  static ImportedBoard read(TreeWriter tree, PhysRange... ram) {
    return DevicetreeImporter.read(tree.blob(), "test.dtb", List.of(ram));
  }

  static TreeWriter master(TreeWriter node) {
    return node.text("compatible", "test,master").flag("dma-noncoherent");
  }

  static <T extends DraftNode> T find(Class<T> type, List<DraftNode> nodes, String path) {
    return search(type, nodes, path).orElseThrow(() -> new AssertionError("no " + path));
  }

  private static <T extends DraftNode> Optional<T> search(
      Class<T> type, List<DraftNode> nodes, String path) {
    for (DraftNode node : nodes) {
      if (type.isInstance(node) && node.head().path().equals(path)) {
        return Optional.of(type.cast(node));
      }
      if (node instanceof Bus bus) {
        Optional<T> below = search(type, bus.nodes(), path);
        if (below.isPresent()) {
          return below;
        }
      }
    }
    return Optional.empty();
  }

  static Map<String, List<DmaRange>> maps(TreeWriter tree) {
    return read(tree).report().dmaRangeMaps();
  }

  static boolean says(List<Note> notes, String path, String part) {
    return notes.stream().anyMatch(n -> n.node().equals(path) && n.text().contains(part));
  }
}
