package org.bufferyard.importer.devicetree.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A node of a devicetree. Grows while it is read and overlays go on it, then stays as it is. */
public final class TreeNode {
  private final String name;
  private final Optional<TreeNode> parent;
  private final Optional<String> overlay;
  private final Map<String, Property> properties = new LinkedHashMap<>();
  private final LinkedHashMap<String, TreeNode> children = new LinkedHashMap<>();

  TreeNode(String name, Optional<TreeNode> parent) {
    this(name, parent, Optional.empty());
  }

  private TreeNode(String name, Optional<TreeNode> parent, Optional<String> overlay) {
    this.name = name;
    this.parent = parent;
    this.overlay = overlay;
  }

  /** False when one of that name is there. */
  boolean add(Property property) {
    return properties.putIfAbsent(property.name(), property) == null;
  }

  /** False when one of that name is there. */
  boolean add(TreeNode child) {
    return children.putIfAbsent(child.name, child) == null;
  }

  /** In place of one of that name, if there is one. */
  void put(Property property) {
    properties.put(property.name(), property);
  }

  /**
   * A new node before its elder siblings, where {@code fdt_add_subnode()} puts one.
   *
   * @param file the overlay that brings it
   */
  TreeNode insert(String childName, String file) {
    TreeNode child = new TreeNode(childName, Optional.of(this), Optional.of(file));
    children.putFirst(childName, child);
    return child;
  }

  /** The overlay that brought this node; empty for one of the board's own. */
  public Optional<String> overlay() {
    return overlay;
  }

  /** With its unit address; empty for the root. */
  public String name() {
    return name;
  }

  /** Without its unit address. */
  public String plainName() {
    int at = name.indexOf('@');
    return at < 0 ? name : name.substring(0, at);
  }

  public Optional<TreeNode> parent() {
    return parent;
  }

  public List<TreeNode> children() {
    return new ArrayList<>(children.values());
  }

  public Optional<TreeNode> child(String childName) {
    return Optional.ofNullable(children.get(childName));
  }

  /** How many children it has. */
  int width() {
    return children.size();
  }

  public Optional<Property> property(String propertyName) {
    return Optional.ofNullable(properties.get(propertyName));
  }

  List<Property> properties() {
    return new ArrayList<>(properties.values());
  }

  /** What others refer to it by: {@code phandle} or its old name; empty for 0 and all ones. */
  OptionalInt phandle() {
    return property("phandle")
        .or(() -> property("linux,phandle"))
        .filter(p -> p.cells() == 1 && p.cell(0) != 0 && p.cell(0) != -1)
        .map(p -> OptionalInt.of(p.cell(0)))
        .orElse(OptionalInt.empty());
  }

  public boolean has(String propertyName) {
    return properties.containsKey(propertyName);
  }

  /** {@code /} for the root. */
  public String path() {
    StringBuilder path = new StringBuilder();
    for (TreeNode at = this; at.parent.isPresent(); at = at.parent.get()) {
      path.insert(0, at.name).insert(0, '/');
    }
    return path.isEmpty() ? "/" : path.toString();
  }

  /** Most special first; empty when the node says nothing. */
  public List<String> compatible() {
    return property("compatible").map(Property::texts).orElse(List.of());
  }

  public boolean isCompatible(String model) {
    return compatible().contains(model);
  }

  /** {@code of_device_is_available()}: this node alone. */
  public boolean isOkay() {
    Optional<Property> status = property("status");
    if (status.isEmpty()) {
      return true;
    }
    List<String> said = status.get().texts();
    return !said.isEmpty() && (said.getFirst().equals("okay") || said.getFirst().equals("ok"));
  }

  /** This node and everything above it. */
  public boolean isAvailable() {
    for (Optional<TreeNode> at = Optional.of(this); at.isPresent(); at = at.get().parent) {
      if (!at.get().isOkay()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return path();
  }
}
