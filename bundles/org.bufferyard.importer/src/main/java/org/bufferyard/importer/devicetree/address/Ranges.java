package org.bufferyard.importer.devicetree.address;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.tree.Property;
import org.bufferyard.importer.devicetree.tree.TreeNode;

/** Lists of base and size, as {@code reg} is written. Stateless. */
public final class Ranges {
  private Ranges() {}

  /** One pair as it is written; a size may be 0. */
  public record Pair(long base, long size) {
    public Optional<PhysRange> range() {
      boolean fits =
          size != 0 && (base + size == 0 || Long.compareUnsigned(base + size, base) >= 0);
      return fits ? Optional.of(new PhysRange(base, size)) : Optional.empty();
    }
  }

  public static List<Pair> pairs(TreeNode node, String name) {
    TreeNode bus = node.parent().orElse(node);
    int addressCells = AddressBus.statedAddressCells(bus);
    int sizeCells = AddressBus.statedSizeCells(bus);
    List<Pair> pairs = new ArrayList<>();
    Optional<Property> property = node.property(name);
    if (property.isEmpty() || !AddressBus.isSane(addressCells, sizeCells) || sizeCells > 4) {
      return pairs;
    }
    int width = addressCells + sizeCells;
    for (int at = 0; at + width <= property.get().cells(); at += width) {
      pairs.add(
          new Pair(
              property.get().number(at, addressCells),
              property.get().number(at + addressCells, sizeCells)));
    }
    return pairs;
  }

  /** The pairs that are ranges, as numbers of the bus they stand on. */
  static List<PhysRange> of(TreeNode node, String name) {
    return pairs(node, name).stream().map(Pair::range).flatMap(Optional::stream).toList();
  }

  /** {@code of_address_to_resource()}: register windows where the CPU finds them. */
  public static List<PhysRange> registers(TreeNode node, AddressTranslation translation) {
    List<PhysRange> windows = new ArrayList<>();
    for (int index = 0; index < count(node); index++) {
      register(node, index, translation).ifPresent(windows::add);
    }
    return windows;
  }

  private static int count(TreeNode node) {
    AddressBus bus = node.parent().map(AddressBus::below).orElse(AddressBus.PLAIN);
    TreeNode parent = node.parent().orElse(node);
    int width = bus.addressCells(parent) + bus.sizeCells(parent);
    boolean sane = AddressBus.isSane(bus.addressCells(parent), bus.sizeCells(parent));
    return sane && bus.sizeCells(parent) <= 4
        ? node.property("reg").map(p -> p.cells() / width).orElse(0)
        : 0;
  }

  public static Optional<PhysRange> register(TreeNode node, int index, AddressTranslation translation) {
    TreeNode parent = node.parent().orElse(node);
    AddressBus bus = AddressBus.below(parent);
    if (index >= count(node)) {
      return Optional.empty();
    }
    Property reg = node.property("reg").orElseThrow();
    int addressCells = bus.addressCells(parent);
    int at = index * (addressCells + bus.sizeCells(parent));
    OptionalLong cpu = translation.translate(node, reg.cells(at, addressCells));
    long size = reg.number(at + addressCells, bus.sizeCells(parent));
    return cpu.isEmpty() ? Optional.empty() : new Pair(cpu.getAsLong(), size).range();
  }
}
