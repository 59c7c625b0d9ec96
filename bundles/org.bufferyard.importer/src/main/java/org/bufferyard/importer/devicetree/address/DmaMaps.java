package org.bufferyard.importer.devicetree.address;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.TreeNode;

/**
 * The {@code dma_range_map} of every node that says what it is; of every node at all in a tree that
 * is no board, such as the kernel's own test data. Stateless.
 *
 * <p>What stands inside a PCI function is not among them: its accesses are the function's, and only
 * kernels since 6.4 carry the flags of its windows through the function. Drafts have it.
 */
public final class DmaMaps {
  private DmaMaps() {}

  public static Map<String, List<DmaRange>> of(DeviceTree tree, DmaWindows windows) {
    boolean isBoard = !tree.root().compatible().isEmpty();
    Map<String, List<DmaRange>> maps = new LinkedHashMap<>();
    for (TreeNode node : tree.nodes()) {
      if ((node.has("compatible") || !isBoard) && !isInsidePciFunction(node)) {
        DmaWindows.Found found = windows.ofDevice(node);
        if (found.hasMap()) {
          maps.put(node.path(), found.regions());
        }
      }
    }
    return maps;
  }

  public static boolean isInsidePciFunction(TreeNode node) {
    for (Optional<TreeNode> at = node.parent(); at.isPresent(); at = at.get().parent()) {
      boolean isFunction =
          at.get().parent().map(AddressBus::isPci).orElse(false) && !AddressBus.isPci(at.get());
      if (isFunction) {
        return true;
      }
    }
    return false;
  }
}
