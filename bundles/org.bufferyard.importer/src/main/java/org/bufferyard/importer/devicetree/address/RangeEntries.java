package org.bufferyard.importer.devicetree.address;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bufferyard.importer.devicetree.tree.Property;
import org.bufferyard.importer.devicetree.tree.TreeNode;

/**
 * The entries of a {@code ranges} or {@code dma-ranges} property with their CPU addresses,
 * neighbours merged. {@code drivers/of/address.c: of_pci_range_parser_one()} (A4).
 */
public final class RangeEntries {
  /** {@code OF_BAD_ADDR}: arithmetic with it is Linux's, so it stays a number in here. */
  private static final long BAD = -1L;

  private final TreeNode node;
  private final AddressTranslation translation;
  private final AddressBus bus;
  private final Property property;
  private final int childCells;
  private final int parentCells;
  private final int sizeCells;

  /**
   * One entry.
   *
   * @param flags what {@link AddressBus#flags} makes of its first cell
   * @param child first address on this node's bus, without flags
   * @param cpu where that is for the CPU, or in memory; empty when a bus above does not pass it on
   * @param size bytes
   */
  public record Entry(long flags, long child, OptionalLong cpu, long size) {}

  /**
   * One entry as it is written.
   *
   * @param flags first cell where the bus has flags
   * @param child address without flags
   * @param parent all cells of the address above
   */
  public record Raw(OptionalInt flags, long child, int[] parent, long size) {}

  /** {@code of_read_number()}: flags in front of the last two cells do not count. */
  public static long low64(int[] cells) {
    long number = 0;
    for (int cell : cells) {
      number = number << 32 | Integer.toUnsignedLong(cell);
    }
    return number;
  }

  private RangeEntries(TreeNode node, Property property, AddressTranslation translation) {
    this.node = node;
    this.property = property;
    this.translation = translation;
    bus = AddressBus.below(node);
    // of_parser_init() takes what is written, whatever the bus
    childCells = AddressBus.statedAddressCells(node);
    sizeCells = AddressBus.statedSizeCells(node);
    parentCells = AddressBus.statedAddressCells(node.parent().orElse(node));
  }

  public static RangeEntries of(TreeNode node, Property property, AddressTranslation translation) {
    return new RangeEntries(node, property, translation);
  }

  /** As they are written, unmerged; empty when the cell counts make no sense. */
  public List<Raw> raw() {
    List<Raw> entries = new ArrayList<>();
    for (int at = 0; isSane() && at + width() <= property.cells(); at += width()) {
      entries.add(
          new Raw(
              flagCells() > 0 ? OptionalInt.of(property.cell(at)) : OptionalInt.empty(),
              property.number(at + flagCells(), childCells - flagCells()),
              property.cells(at + childCells, parentCells),
              property.number(at + childCells + parentCells, sizeCells)));
    }
    return entries;
  }

  public List<Entry> merged() {
    List<Entry> merged = new ArrayList<>();
    for (int at = 0; isSane() && at + width() <= property.cells(); at += width()) {
      Entry next = entry(at);
      Optional<Entry> joined =
          merged.isEmpty() ? Optional.empty() : join(merged.getLast(), next);
      if (joined.isPresent()) {
        merged.set(merged.size() - 1, joined.get());
      } else {
        merged.add(next);
      }
    }
    return merged;
  }

  private Entry entry(int at) {
    return new Entry(
        bus.flags(property.cell(at)),
        property.number(at + flagCells(), childCells - flagCells()),
        translation.translate(node, property.cells(at + childCells, parentCells)),
        property.number(at + childCells + parentCells, sizeCells));
  }

  private static Optional<Entry> join(Entry last, Entry next) {
    boolean follows =
        next.flags() == last.flags()
            && next.child() == last.child() + last.size()
            && next.cpu().orElse(BAD) == last.cpu().orElse(BAD) + last.size();
    return follows
        ? Optional.of(
            new Entry(last.flags(), last.child(), last.cpu(), last.size() + next.size()))
        : Optional.empty();
  }

  private boolean isSane() {
    return childCells > flagCells()
        && childCells <= AddressBus.MOST_CELLS
        && parentCells > 0
        && parentCells <= AddressBus.MOST_CELLS
        && sizeCells > 0
        && sizeCells <= AddressBus.MOST_CELLS;
  }

  private int flagCells() {
    return bus.flagCells();
  }

  private int width() {
    return childCells + parentCells + sizeCells;
  }
}
