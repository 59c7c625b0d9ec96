package org.bufferyard.importer.devicetree.draft;

import java.util.List;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.TreeNode;

/** Banks of RAM. {@code drivers/of/fdt.c: early_init_dt_scan_memory()}. Stateless. */
final class MemoryNodes {
  private MemoryNodes() {}

  static List<TreeNode> of(DeviceTree tree) {
    return tree.root().children().stream().filter(MemoryNodes::isBank).toList();
  }

  private static boolean isBank(TreeNode node) {
    return node.property("device_type")
        .map(p -> p.texts().contains("memory"))
        .orElse(false);
  }
}
