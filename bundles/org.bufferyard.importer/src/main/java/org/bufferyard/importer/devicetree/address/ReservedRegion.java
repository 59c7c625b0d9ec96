package org.bufferyard.importer.devicetree.address;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.TreeNode;

/**
 * A child of {@code /reserved-memory}. {@code drivers/of/of_reserved_mem.c} (B4, B4b, B5).
 *
 * @param ranges of {@code reg}; none for a dynamic region
 * @param dynamicSize of {@code size}, where there is no {@code reg}
 * @param alignment 0 when nothing is said
 */
public record ReservedRegion(
    TreeNode node,
    List<PhysRange> ranges,
    OptionalLong dynamicSize,
    OptionalLong alignment,
    List<PhysRange> allocRanges) {

  public static final String NODE = "reserved-memory";
  static final String SHARED = "shared-dma-pool";
  static final String RESTRICTED = "restricted-dma-pool";

  public static List<ReservedRegion> all(DeviceTree tree) {
    List<ReservedRegion> regions = new ArrayList<>();
    tree.root()
        .child(NODE)
        .ifPresent(parent -> parent.children().forEach(child -> regions.add(of(child))));
    return regions;
  }

  private static ReservedRegion of(TreeNode node) {
    boolean isStatic = node.has("reg");
    return new ReservedRegion(
        node,
        Ranges.of(node, "reg"),
        isStatic ? OptionalLong.empty() : number(node, "size"),
        isStatic ? OptionalLong.empty() : number(node, "alignment"),
        isStatic ? List.of() : Ranges.of(node, "alloc-ranges"));
  }

  /** As many cells as a size has up there; a property of another length says nothing. */
  private static OptionalLong number(TreeNode node, String name) {
    int cells = AddressBus.statedSizeCells(node.parent().orElse(node));
    return node.property(name)
        .filter(p -> cells > 0 && p.cells() == cells)
        .map(p -> OptionalLong.of(p.number(0, cells)))
        .orElse(OptionalLong.empty());
  }

  public boolean isDynamic() {
    return !node.has("reg");
  }

  public boolean isNoMap() {
    return node.has("no-map");
  }

  public boolean isReusable() {
    return node.has("reusable");
  }

  public boolean isShared() {
    return node.isCompatible(SHARED);
  }

  public boolean isRestricted() {
    return node.isCompatible(RESTRICTED);
  }

  public boolean isCmaDefault() {
    return node.has("linux,cma-default");
  }

  public boolean isDmaDefault() {
    return node.has("linux,dma-default");
  }
}
