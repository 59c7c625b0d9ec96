package org.bufferyard.importer.devicetree.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.bufferyard.platform.input.BadInputException;

/**
 * Makes the references of an overlay those of the tree that it goes onto. {@code
 * scripts/dtc/libfdt/fdt_overlay.c: overlay_adjust_local_phandles(),
 * overlay_update_local_references(), overlay_fixup_phandles()}. One use, one thread.
 */
final class OverlayPhandles {
  private static final String REBUILD = "compile it again with dtc -@";

  private final TreeNode overlay;
  private final String file;
  private final TreeNode base;
  private final String baseFile;
  private final NodeSearch search;

  OverlayPhandles(
      TreeNode overlay, String file, TreeNode base, String baseFile, NodeSearch search) {
    this.overlay = overlay;
    this.file = file;
    this.base = base;
    this.baseFile = baseFile;
    this.search = search;
  }

  /** Gives the overlay's nodes numbers that the tree does not use, and its references too. */
  void renumber(Set<Integer> taken) {
    int most = taken.stream().max(Integer::compareUnsigned).orElse(0);
    renumber(overlay, most);
    overlay
        .child("__local_fixups__")
        .ifPresent(fixups -> references(fixups, overlay, phandle -> phandle + most));
  }

  private void renumber(TreeNode node, int by) {
    if (node.phandle().isPresent()) {
      int phandle = node.phandle().getAsInt();
      if (Integer.compareUnsigned(phandle, -1 - by) >= 0) {
        throw bad("its phandles do not fit beside those of " + baseFile, REBUILD);
      }
      set(node, phandle + by);
    }
    node.children().forEach(child -> renumber(child, by));
  }

  static void set(TreeNode node, int phandle) {
    for (String name : List.of("phandle", "linux,phandle")) {
      node.property(name).filter(p -> p.cells() == 1).ifPresent(p -> p.patch(0, phandle));
    }
  }

  /** Puts other numbers where the overlay refers to nodes that keep theirs. */
  void replace(Map<Integer, Integer> kept) {
    if (!kept.isEmpty()) {
      overlay
          .child("__local_fixups__")
          .ifPresent(
              fixups ->
                  references(fixups, overlay, phandle -> kept.getOrDefault(phandle, phandle)));
    }
  }

  /** Every place that refers to a node of the overlay itself. */
  private void references(TreeNode fixups, TreeNode node, IntUnaryOperator change) {
    for (Property places : fixups.properties()) {
      Property property =
          node.property(places.name())
              .orElseThrow(() -> nowhere(node.path() + ":" + places.name()));
      for (int i = 0; i < places.cells(); i++) {
        int at = places.cell(i);
        checkPlace(property, at, node.path());
        property.patch(at, change.applyAsInt(property.cellAt(at)));
      }
    }
    for (TreeNode child : fixups.children()) {
      TreeNode same =
          search
              .child(node, child.name())
              .orElseThrow(() -> nowhere(node.path() + "/" + child.name()));
      references(child, same, change);
    }
  }

  private BadInputException nowhere(String place) {
    return bad("a reference of it stands at " + place + ", which it does not have", REBUILD);
  }

  private void checkPlace(Property property, int at, String node) {
    if (at < 0 || at > property.length() - 4) {
      throw nowhere(node + ":" + property.name() + ":" + Integer.toUnsignedString(at));
    }
  }

  /** Fills in the phandles of nodes that the overlay knows by the tree's labels. */
  void resolveLabels() {
    Optional<TreeNode> fixups = overlay.child("__fixups__");
    if (fixups.isEmpty()) {
      return;
    }
    for (Property label : fixups.get().properties()) {
      List<String> places = label.texts();
      if (places.isEmpty()) {
        continue;
      }
      int phandle = phandle(label.name());
      places.forEach(place -> fill(place, phandle));
    }
  }

  private int phandle(String label) {
    TreeNode symbols =
        base.child(Overlay.SYMBOLS)
            .orElseThrow(
                () ->
                    bad(
                        "needs label '" + label + "', and " + baseFile + " has no labels",
                        "compile the base with dtc -@"));
    String path =
        symbols
            .property(label)
            .flatMap(p -> p.texts().stream().findFirst())
            .orElseThrow(
                () ->
                    bad(
                        "needs label '" + label + "', which " + baseFile + " does not have",
                        "give the base it was made for"));
    return search
        .at(base, path)
        .map(TreeNode::phandle)
        .filter(p -> p.isPresent())
        .orElseThrow(
            () ->
                bad(
                    "needs label '" + label + "', and " + path + " of " + baseFile
                        + " is not there or has no phandle",
                    "compile the base with dtc -@"))
        .getAsInt();
  }

  /**
   * @param place path, property and byte offset, with colons between
   */
  private void fill(String place, int phandle) {
    List<String> parts = new ArrayList<>(List.of(place.split(":", -1)));
    if (parts.size() != 3 || !parts.get(2).matches("\\d{1,9}")) {
      throw bad("the reference '" + place + "' is none", REBUILD);
    }
    TreeNode node = search.at(overlay, parts.get(0)).orElseThrow(() -> nowhere(place));
    Property property = node.property(parts.get(1)).orElseThrow(() -> nowhere(place));
    int at = Integer.parseInt(parts.get(2));
    checkPlace(property, at, node.path());
    property.patch(at, phandle);
  }

  private BadInputException bad(String what, String remedy) {
    return new BadInputException(what, file, remedy);
  }
}
