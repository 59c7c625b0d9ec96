package org.bufferyard.importer.devicetree.tree;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.platform.input.BadInputException;

/**
 * One overlay on its way onto a tree, as {@code fdtoverlay} does it: {@code
 * scripts/dtc/libfdt/fdt_overlay.c: fdt_overlay_apply()}. Phandles of the overlay get numbers beyond
 * the tree's, references and labels are resolved, every fragment is laid over its target, and the
 * labels of the overlay become labels of the tree. New nodes stand before their elder siblings.
 *
 * <p>Cost: in proportion to both trees, bounded by {@link Effort} where names without a unit address
 * make it more. The tree is half changed when it fails. One use, one thread.
 */
final class Overlay {
  static final String SYMBOLS = "__symbols__";
  private static final String CONTENT = "__overlay__";

  private final TreeNode overlay;
  private final String file;
  private final TreeNode base;
  private final String baseFile;
  private final NodeSearch search;
  private final Map<Integer, TreeNode> byPhandle = new HashMap<>();
  private final Map<String, TreeNode> targets = new LinkedHashMap<>();
  private int nodes;

  /**
   * @param overlay a tree whose property values may be written to
   */
  Overlay(TreeNode overlay, String file, TreeNode base, String baseFile) {
    this.overlay = overlay;
    this.file = file;
    this.base = base;
    this.baseFile = baseFile;
    this.search = new NodeSearch(new Effort(file, "its nodes are too many to look for"));
    index(base);
  }

  /** Whether a tree is one that goes onto another. */
  static boolean is(TreeNode root) {
    return root.children().stream().anyMatch(fragment -> fragment.child(CONTENT).isPresent());
  }

  private void index(TreeNode node) {
    nodes++;
    node.phandle().ifPresent(p -> byPhandle.putIfAbsent(p, node));
    node.children().forEach(this::index);
  }

  /**
   * @return the paths of the nodes that its fragments were laid over, in order
   * @throws BadInputException when it does not fit, with the label or fragment that does not
   */
  List<String> apply() {
    if (!is(overlay)) {
      throw bad("is no overlay: nothing in it is called " + CONTENT, "give a .dtbo");
    }
    OverlayPhandles phandles = new OverlayPhandles(overlay, file, base, baseFile, search);
    phandles.renumber(byPhandle.keySet());
    phandles.resolveLabels();
    Map<Integer, Integer> kept = new HashMap<>();
    fragments().forEach((f, content) -> target(f).ifPresent(t -> keep(content, t, kept)));
    phandles.replace(kept);
    fragments().forEach(this::lay);
    addLabels();
    return targets.values().stream().map(TreeNode::path).distinct().toList();
  }

  private Map<TreeNode, TreeNode> fragments() {
    Map<TreeNode, TreeNode> fragments = new LinkedHashMap<>();
    for (TreeNode fragment : overlay.children()) {
      fragment.child(CONTENT).ifPresent(content -> fragments.put(fragment, content));
    }
    return fragments;
  }

  /** Empty while what it names is not there: an earlier fragment may bring it. */
  private Optional<TreeNode> target(TreeNode fragment) {
    Optional<Property> phandle = fragment.property("target").filter(p -> p.length() == 4);
    if (phandle.isPresent()) {
      return Optional.ofNullable(byPhandle.get(phandle.get().cell(0)));
    }
    return fragment
        .property("target-path")
        .flatMap(p -> p.texts().stream().findFirst())
        .flatMap(path -> search.at(base, path));
  }

  /** overlay_prevent_phandle_overwrite(): a node that has a phandle keeps it. */
  private void keep(TreeNode from, TreeNode to, Map<Integer, Integer> kept) {
    if (from.phandle().isPresent() && to.phandle().isPresent()) {
      int wanted = to.phandle().getAsInt();
      kept.put(from.phandle().getAsInt(), wanted);
      OverlayPhandles.set(from, wanted);
    }
    for (TreeNode child : from.children()) {
      search.child(to, child.name()).ifPresent(same -> keep(child, same, kept));
    }
  }

  private void lay(TreeNode fragment, TreeNode content) {
    TreeNode target = target(fragment).orElseThrow(() -> noTarget(fragment));
    targets.put(fragment.name(), target);
    int depth = 0;
    for (TreeNode at = target; at.parent().isPresent(); at = at.parent().get()) {
      depth++;
    }
    merge(content, target, depth);
  }

  private BadInputException noTarget(TreeNode fragment) {
    boolean byNumber = fragment.has("target");
    String what =
        byNumber
            ? "the target of " + fragment.name() + " leads to no node"
            : fragment
                .property("target-path")
                .flatMap(p -> p.texts().stream().findFirst())
                .map(path -> fragment.name() + " goes to " + path + ", which is not there")
                .orElse(fragment.name() + " has neither target nor target-path");
    return bad(what, "give the base it was made for, not " + baseFile);
  }

  /** overlay_apply_node(). */
  private void merge(TreeNode from, TreeNode to, int depth) {
    if (depth >= TreeLimits.DEPTH || to.path().length() > TreeLimits.PATH_CHARACTERS) {
      throw bad("makes the tree too deep at " + to.path(), "give the base it was made for");
    }
    for (Property property : from.properties()) {
      to.put(property);
    }
    to.phandle().ifPresent(p -> byPhandle.putIfAbsent(p, to));
    for (TreeNode child : from.children()) {
      Optional<TreeNode> same = search.child(to, child.name());
      if (same.isEmpty() && ++nodes > TreeLimits.NODES) {
        throw bad("makes more than " + TreeLimits.NODES + " nodes", "give fewer overlays");
      }
      merge(child, same.orElseGet(() -> to.insert(child.name(), file)), depth + 1);
    }
  }

  /** overlay_symbol_update(): labels of what went into the tree. */
  private void addLabels() {
    Optional<TreeNode> own = overlay.child(SYMBOLS);
    if (own.isEmpty()) {
      return;
    }
    TreeNode all = base.child(SYMBOLS).orElseGet(() -> base.insert(SYMBOLS, file));
    for (Property label : own.get().properties()) {
      String path = label.texts().stream().findFirst().orElse("");
      int slash = path.indexOf('/', 1);
      TreeNode target = slash < 0 ? null : targets.get(path.substring(1, slash));
      String below = slash < 0 ? "" : path.substring(slash + 1);
      if (target == null || !(below + "/").startsWith(CONTENT + "/")) {
        continue; // it stands for something that is not in the tree
      }
      String rest = below.substring(CONTENT.length());
      String whole = target.path().equals("/") && !rest.isEmpty() ? rest : target.path() + rest;
      all.put(Property.of(label.name(), (whole + "\0").getBytes(NodeSearch.CHARACTERS)));
    }
  }

  private BadInputException bad(String what, String remedy) {
    return new BadInputException(what, file, remedy);
  }
}
