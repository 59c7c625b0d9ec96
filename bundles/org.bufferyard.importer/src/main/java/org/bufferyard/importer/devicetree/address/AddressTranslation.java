package org.bufferyard.importer.devicetree.address;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.bufferyard.importer.devicetree.tree.Effort;
import org.bufferyard.importer.devicetree.tree.Property;
import org.bufferyard.importer.devicetree.tree.TreeNode;

/**
 * Carries an address from a bus up to the CPU, or to memory. {@code drivers/of/address.c:
 * __of_translate_address(), of_translate_one()} (A4). Not modelled:
 * logical I/O ports. Immutable but for the effort it counts.
 */
public final class AddressTranslation {
  private final String property;
  private final Function<TreeNode, Optional<TreeNode>> parents;
  private final Effort effort;

  private AddressTranslation(
      String property, Function<TreeNode, Optional<TreeNode>> parents, Effort effort) {
    this.property = property;
    this.parents = parents;
    this.effort = effort;
  }

  /** {@code of_translate_address()}: where the CPU finds it; a missing {@code ranges} ends it. */
  public static AddressTranslation ofRegisters(Effort effort) {
    return new AddressTranslation("ranges", TreeNode::parent, effort);
  }

  /** {@code of_translate_dma_address()}: where memory accesses come out. */
  public static AddressTranslation ofDma(DmaParents parents, Effort effort) {
    return new AddressTranslation("dma-ranges", parents::of, effort);
  }

  /**
   * @param node whose parent's bus the address is on
   * @param address cells as that bus has them, at least
   * @return the CPU physical address; empty where the way ends
   */
  OptionalLong translate(TreeNode node, int[] address) {
    Optional<TreeNode> first = parents.apply(node);
    if (first.isEmpty()) {
      return OptionalLong.empty();
    }
    TreeNode at = first.get();
    AddressBus bus = AddressBus.below(at);
    int cells = bus.addressCells(at);
    if (!AddressBus.isSane(cells, bus.sizeCells(at)) || address.length < cells) {
      return OptionalLong.empty();
    }
    int[] value = Arrays.copyOf(address, cells);
    for (int step = 0; step <= DmaParents.MOST_STEPS; step++) {
      effort.spend(1);
      Optional<TreeNode> next = parents.apply(at);
      if (next.isEmpty()) {
        return OptionalLong.of(number(value, 0));
      }
      AddressBus above = AddressBus.below(next.get());
      int cellsAbove = above.addressCells(next.get());
      if (!AddressBus.isSane(cellsAbove, above.sizeCells(next.get()))) {
        return OptionalLong.empty();
      }
      Optional<int[]> moved = step(at, bus, above, value, cellsAbove);
      if (moved.isEmpty()) {
        return OptionalLong.empty();
      }
      value = moved.get();
      at = next.get();
      bus = above;
    }
    return OptionalLong.empty();
  }

  private Optional<int[]> step(
      TreeNode at, AddressBus bus, AddressBus above, int[] value, int cellsAbove) {
    Optional<Property> ranges = at.property(property);
    if (ranges.isEmpty() && property.equals("ranges")) {
      return Optional.empty();
    }
    if (ranges.isEmpty() || ranges.get().length() == 0) {
      // 1:1; flags pass through where both buses have them
      int[] moved = Arrays.copyOf(Arrays.copyOf(value, above.flagCells()), cellsAbove);
      return Optional.of(plus(moved, above, number(value, 0)));
    }
    int cells = value.length;
    int size = bus.sizeCells(at);
    long entry = (long) cells + cellsAbove + size;
    for (int from = 0; from + entry <= ranges.get().cells(); from += (int) entry) {
      effort.spend(1);
      OptionalLong offset = offset(ranges.get(), from, bus, value, cellsAbove, size);
      if (offset.isPresent()) {
        int[] moved = ranges.get().cells(from + cells, cellsAbove);
        return Optional.of(plus(moved, above, offset.getAsLong()));
      }
    }
    return Optional.empty();
  }

  private static OptionalLong offset(
      Property ranges, int from, AddressBus bus, int[] value, int cellsAbove, int sizeCells) {
    int flags = bus.flagCells();
    if (flags > 0 && !bus.sameSpace(value[0], ranges.cell(from))) {
      return OptionalLong.empty();
    }
    long first = ranges.number(from + flags, value.length - flags);
    long size = ranges.number(from + value.length + cellsAbove, sizeCells);
    long offset = number(value, flags) - first;
    // A window may end at 2^64, so the offset is what is compared.
    return Long.compareUnsigned(offset, size) < 0
        ? OptionalLong.of(offset)
        : OptionalLong.empty();
  }

  /** {@code of_bus_default_flags_translate()}: the flag cells stay. */
  private static int[] plus(int[] address, AddressBus bus, long offset) {
    int flags = bus.flagCells();
    long sum = number(address, flags) + offset;
    int[] moved = new int[address.length];
    System.arraycopy(address, 0, moved, 0, flags);
    moved[moved.length - 1] = (int) sum;
    if (moved.length - flags > 1) {
      moved[moved.length - 2] = (int) (sum >>> 32);
    }
    return moved;
  }

  private static long number(int[] cells, int from) {
    long number = 0;
    for (int i = from; i < cells.length; i++) {
      number = number << 32 | Integer.toUnsignedLong(cells[i]);
    }
    return number;
  }
}
