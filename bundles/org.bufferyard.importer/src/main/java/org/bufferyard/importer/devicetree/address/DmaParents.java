package org.bufferyard.importer.devicetree.address;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.Specifier;
import org.bufferyard.importer.devicetree.tree.TreeLimits;
import org.bufferyard.importer.devicetree.tree.TreeNode;
import org.bufferyard.platform.input.BadInputException;

/**
 * The way that memory accesses take, node by node. {@code drivers/of/address.c:
 * __of_get_dma_parent()} (A3).
 */
public final class DmaParents {
  /** A way through more nodes than this has no end. */
  static final int MOST_STEPS = 4 * TreeLimits.DEPTH;

  private final DeviceTree tree;
  private final Map<TreeNode, TreeNode> detours = new IdentityHashMap<>();

  /**
   * @throws BadInputException when accesses would run in a circle: Linux would never come back
   */
  public DmaParents(DeviceTree tree) {
    this.tree = tree;
    for (TreeNode node : tree.nodes()) {
      stated(node).ifPresent(provider -> detours.put(node, provider));
    }
    tree.nodes().stream().filter(detours::containsKey).forEach(this::refuseCircle);
  }

  private void refuseCircle(TreeNode start) {
    Optional<TreeNode> at = Optional.of(start);
    for (int steps = 0; at.isPresent(); steps++) {
      if (steps > MOST_STEPS) {
        throw new BadInputException(
            "memory accesses of " + start.path() + " run in a circle or too far",
            tree.file(),
            "correct its interconnect dma-mem");
      }
      at = of(at.get());
    }
  }

  /** The next node towards memory; empty at the root. */
  Optional<TreeNode> of(TreeNode node) {
    return detour(node).or(node::parent);
  }

  /** The provider of the interconnect that is named dma-mem, when there is one. */
  public Optional<TreeNode> detour(TreeNode node) {
    return Optional.ofNullable(detours.get(node));
  }

  private Optional<TreeNode> stated(TreeNode node) {
    return node.property("interconnect-names")
        .map(names -> names.texts().indexOf("dma-mem"))
        .filter(index -> index >= 0)
        .flatMap(
            index ->
                Specifier.at(tree, node, "interconnects", "#interconnect-cells", index)
                    .flatMap(Specifier::provider));
  }
}
