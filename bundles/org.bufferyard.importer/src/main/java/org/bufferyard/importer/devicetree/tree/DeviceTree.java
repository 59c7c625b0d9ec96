package org.bufferyard.importer.devicetree.tree;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.memory.PhysRange;

/**
 * A devicetree as it was read. Immutable.
 *
 * <p>What dtc adds for overlays ({@code __symbols__}, {@code __fixups__}, {@code __local_fixups__})
 * is no part of the board: it is left out of {@link #nodes()} and asked by name.
 */
public final class DeviceTree {
  static final Set<String> BOOKKEEPING = Set.of("__symbols__", "__fixups__", "__local_fixups__");

  private final String file;
  private final TreeNode root;
  private final List<PhysRange> reservations;
  private final List<String> overlays;
  private final List<TreeNode> nodes = new ArrayList<>();
  private final Map<Integer, TreeNode> byPhandle = new HashMap<>();
  private final List<String> doubtful = new ArrayList<>();

  /**
   * @param reservations of the reservation block ({@code /memreserve/})
   * @param overlays what was laid over it, one line each
   */
  DeviceTree(
      String file, TreeNode root, List<PhysRange> reservations, List<String> overlays) {
    this.overlays = List.copyOf(overlays);
    this.file = file;
    this.root = root;
    this.reservations = List.copyOf(reservations);
    collect(root);
    nodes.forEach(this::index);
  }

  private void collect(TreeNode node) {
    nodes.add(node);
    for (TreeNode child : node.children()) {
      if (node != root || !BOOKKEEPING.contains(child.name())) {
        collect(child);
      }
    }
  }

  private void index(TreeNode node) {
    // drivers/of/fdt.c: populate_properties() takes either, and the old name too
    node.phandle()
        .ifPresent(
            phandle -> {
              TreeNode first = byPhandle.putIfAbsent(phandle, node);
              if (first != null) {
                doubtful.add(node.path() + ": its phandle is that of " + first.path() + " already");
              }
            });
  }

  public String file() {
    return file;
  }

  public TreeNode root() {
    return root;
  }

  public List<PhysRange> reservations() {
    return reservations;
  }

  /** All nodes of the board, parents before children, in the order of the blob. */
  public List<TreeNode> nodes() {
    return nodes;
  }

  /** What was laid over the blob's own tree, one line each. */
  public List<String> overlays() {
    return overlays;
  }

  /** What was taken in spite of being odd, one line each. */
  public List<String> doubtful() {
    return doubtful;
  }

  public Optional<TreeNode> byPhandle(int phandle) {
    return Optional.ofNullable(byPhandle.get(phandle));
  }

  public Optional<TreeNode> at(String path) {
    Optional<TreeNode> node = Optional.of(root);
    for (String name : path.split("/")) {
      if (!name.isEmpty()) {
        node = node.flatMap(n -> n.child(name));
      }
    }
    return node;
  }

  /** The path that a label stands for; only trees compiled for overlays ({@code dtc -@}) say. */
  public Optional<TreeNode> byLabel(String label) {
    return root.child("__symbols__")
        .flatMap(symbols -> symbols.property(label))
        .map(Property::texts)
        .filter(texts -> !texts.isEmpty())
        .flatMap(texts -> at(texts.getFirst()));
  }

  /** Labels of the board's nodes by path; empty unless the tree was compiled with {@code -@}. */
  public Map<String, String> labels() {
    Map<String, String> labels = new HashMap<>();
    root.child("__symbols__")
        .ifPresent(
            symbols ->
                symbols
                    .properties()
                    .forEach(
                        p ->
                            p.texts().stream()
                                .findFirst()
                                .ifPresent(path -> labels.putIfAbsent(path, p.name()))));
    return labels;
  }
}
