package org.bufferyard.importer.devicetree.tree;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds nodes as libfdt does: a name without a unit address stands for the first node of that name
 * with one. {@code scripts/dtc/libfdt/fdt_ro.c: fdt_nodename_eq_(), fdt_path_offset()}. One thread.
 */
final class NodeSearch {
  /** Of names and paths in a blob. */
  static final Charset CHARACTERS = StandardCharsets.US_ASCII;

  private final Effort effort;

  NodeSearch(Effort effort) {
    this.effort = effort;
  }

  Optional<TreeNode> child(TreeNode node, String name) {
    Optional<TreeNode> exact = node.child(name);
    if (exact.isPresent() || name.indexOf('@') >= 0) {
      return exact;
    }
    effort.spend(node.width());
    return node.children().stream().filter(c -> c.plainName().equals(name)).findFirst();
  }

  /**
   * @param path absolute, or one that starts with an alias
   */
  Optional<TreeNode> at(TreeNode root, String path) {
    if (!path.startsWith("/")) {
      int slash = path.indexOf('/');
      String alias = slash < 0 ? path : path.substring(0, slash);
      return root.child("aliases")
          .flatMap(a -> a.property(alias))
          .flatMap(p -> p.texts().stream().findFirst())
          .filter(target -> target.startsWith("/"))
          .flatMap(target -> at(root, target + (slash < 0 ? "" : path.substring(slash))));
    }
    Optional<TreeNode> node = Optional.of(root);
    for (String name : path.split("/")) {
      if (!name.isEmpty()) {
        node = node.flatMap(n -> child(n, name));
      }
    }
    return node;
  }
}
