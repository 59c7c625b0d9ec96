package org.bufferyard.importer.devicetree.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One entry of a list such as {@code iommus}: a phandle and as many cells as the node it leads to
 * asks for. {@code drivers/of/base.c: of_phandle_iterator_next()}.
 *
 * @param phandle 0 for an entry that is left out on purpose
 * @param provider empty when the phandle leads nowhere
 * @param arguments in order
 */
public record Specifier(int phandle, Optional<TreeNode> provider, List<Integer> arguments) {
  /** {@code MAX_PHANDLE_ARGS}. */
  public static final int MOST_ARGUMENTS = 16;

  /**
   * A list as it was read.
   *
   * @param entries up to the first that makes no sense
   * @param broken what does not; empty when all do
   */
  public record Specifiers(List<Specifier> entries, Optional<String> broken) {}

  public static Specifiers list(DeviceTree tree, TreeNode node, String property, String cellsProperty) {
    Optional<Property> found = node.property(property);
    if (found.isEmpty()) {
      return new Specifiers(List.of(), Optional.empty());
    }
    Property value = found.get();
    List<Specifier> entries = new ArrayList<>();
    int at = 0;
    while (at < value.cells()) {
      int phandle = value.cell(at++);
      if (phandle == 0) {
        entries.add(new Specifier(0, Optional.empty(), List.of()));
        continue;
      }
      Optional<TreeNode> provider = tree.byPhandle(phandle);
      if (provider.isEmpty()) {
        return new Specifiers(
            entries, Optional.of("phandle 0x" + Integer.toHexString(phandle) + " leads nowhere"));
      }
      Optional<Integer> count = count(provider.get(), cellsProperty);
      if (count.isEmpty()) {
        return new Specifiers(
            entries, Optional.of(provider.get().path() + " has no sensible " + cellsProperty));
      }
      if (count.get() > value.cells() - at) {
        return new Specifiers(
            entries, Optional.of("too few cells for " + provider.get().path()));
      }
      List<Integer> arguments = new ArrayList<>();
      for (int i = 0; i < count.get(); i++) {
        arguments.add(value.cell(at++));
      }
      entries.add(new Specifier(phandle, provider, List.copyOf(arguments)));
    }
    return new Specifiers(entries, Optional.empty());
  }

  /** {@code of_parse_phandle_with_args()}; empty where Linux returns an error. */
  public static Optional<Specifier> at(
      DeviceTree tree, TreeNode node, String property, String cellsProperty, int index) {
    List<Specifier> entries = list(tree, node, property, cellsProperty).entries();
    return index < entries.size() && entries.get(index).phandle() != 0
        ? Optional.of(entries.get(index))
        : Optional.empty();
  }

  private static Optional<Integer> count(TreeNode provider, String cellsProperty) {
    if (cellsProperty.isEmpty()) {
      return Optional.of(0);
    }
    return provider
        .property(cellsProperty)
        .filter(p -> p.cells() == 1)
        .map(p -> p.cell(0))
        .filter(n -> n >= 0 && n <= MOST_ARGUMENTS);
  }
}
