package org.bufferyard.importer.devicetree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node of a devicetree. Grows while it is read, then stays as it is. */
final class TreeNode {
  private final String name;
  private final Optional<TreeNode> parent;
  private final Map<String, Property> properties = new LinkedHashMap<>();
  private final Map<String, TreeNode> children = new LinkedHashMap<>();

  TreeNode(String name, Optional<TreeNode> parent) {
    this.name = name;
    this.parent = parent;
  }

  /** False when one of that name is there. */
  boolean add(Property property) {
    return properties.putIfAbsent(property.name(), property) == null;
  }

  /** False when one of that name is there. */
  boolean add(TreeNode child) {
    return children.putIfAbsent(child.name, child) == null;
  }

  /** With its unit address; empty for the root. */
  String name() {
    return name;
  }

  /** Without its unit address. */
  String plainName() {
    int at = name.indexOf('@');
    return at < 0 ? name : name.substring(0, at);
  }

  Optional<TreeNode> parent() {
    return parent;
  }

  List<TreeNode> children() {
    return new ArrayList<>(children.values());
  }

  Optional<TreeNode> child(String childName) {
    return Optional.ofNullable(children.get(childName));
  }

  Optional<Property> property(String propertyName) {
    return Optional.ofNullable(properties.get(propertyName));
  }

  List<Property> properties() {
    return new ArrayList<>(properties.values());
  }

  boolean has(String propertyName) {
    return properties.containsKey(propertyName);
  }

  /** {@code /} for the root. */
  String path() {
    StringBuilder path = new StringBuilder();
    for (TreeNode at = this; at.parent.isPresent(); at = at.parent.get()) {
      path.insert(0, at.name).insert(0, '/');
    }
    return path.isEmpty() ? "/" : path.toString();
  }

  /** Most special first; empty when the node says nothing. */
  List<String> compatible() {
    return property("compatible").map(Property::texts).orElse(List.of());
  }

  boolean isCompatible(String model) {
    return compatible().contains(model);
  }

  /** {@code of_device_is_available()}: this node alone. */
  boolean isOkay() {
    Optional<Property> status = property("status");
    if (status.isEmpty()) {
      return true;
    }
    List<String> said = status.get().texts();
    return !said.isEmpty() && (said.getFirst().equals("okay") || said.getFirst().equals("ok"));
  }

  /** This node and everything above it. */
  boolean isAvailable() {
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
