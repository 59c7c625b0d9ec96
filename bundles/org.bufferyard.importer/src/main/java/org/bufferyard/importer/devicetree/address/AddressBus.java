package org.bufferyard.importer.devicetree.address;

import java.util.List;
import java.util.Optional;
import org.bufferyard.importer.devicetree.tree.Property;
import org.bufferyard.importer.devicetree.tree.TreeNode;

/**
 * How the addresses below a node are written and translated. {@code drivers/of/address.c:
 * of_busses[]}, in the order in which Linux tries them; not modelled: the PowerPC-only quirks.
 */
public enum AddressBus {
  /** Three address cells, the first of them flags; memory and I/O apart. */
  PCI(1),
  /** Two address cells, the first of them flags. */
  ISA(1),
  /** Three address cells on a bus that is not PCI: flags that must be equal. */
  FLAGGED(1),
  /** Plain numbers. */
  PLAIN(0);

  /** {@code OF_MAX_ADDR_CELLS}. */
  static final int MOST_CELLS = 4;

  private static final int ROOT_ADDRESS_CELLS = 1;
  private static final int ROOT_SIZE_CELLS = 1;

  private static final int PCI_IO = 0x0100_0000;
  private static final int PCI_SPACE = 0x0300_0000;

  /** Unlike any flags that a cell can give. */
  private static final long MEMORY = 1L << 32;

  private static final long IO = 1L << 33;
  private static final long MEMORY_64 = 1L << 34;
  private static final long PREFETCH = 1L << 35;

  private final int flagCells;

  AddressBus(int flagCells) {
    this.flagCells = flagCells;
  }

  /** {@code of_match_bus()}: the bus that this node is for its children. */
  static AddressBus below(TreeNode node) {
    List<String> type = node.property("device_type").map(Property::texts).orElse(List.of());
    String first = type.isEmpty() ? "" : type.getFirst();
    if (List.of("pci", "pciex", "vci", "ht").contains(first) || node.plainName().equals("pcie")) {
      return PCI;
    }
    if (node.plainName().equals("isa")) {
      return ISA;
    }
    return statedCells(node, "#address-cells", ROOT_ADDRESS_CELLS) == 3 ? FLAGGED : PLAIN;
  }

  /** Whether the node is a bus of the PCI family, bridges below a host bridge included. */
  public static boolean isPci(TreeNode node) {
    return below(node) == PCI;
  }

  /** Cells of an address of this node's children; may be nonsense, see {@link #isSane}. */
  int addressCells(TreeNode node) {
    return switch (this) {
      case PCI -> 3;
      case ISA -> 2;
      case FLAGGED, PLAIN -> statedCells(node, "#address-cells", ROOT_ADDRESS_CELLS);
    };
  }

  /** Cells of a size of this node's children; may be nonsense, see {@link #isSane}. */
  int sizeCells(TreeNode node) {
    return switch (this) {
      case PCI -> 2;
      case ISA -> 1;
      case FLAGGED, PLAIN -> statedCells(node, "#size-cells", ROOT_SIZE_CELLS);
    };
  }

  int flagCells() {
    return flagCells;
  }

  /** {@code OF_CHECK_COUNTS()}. */
  public static boolean isSane(int addressCells, int sizeCells) {
    return addressCells > 0 && addressCells <= MOST_CELLS && sizeCells > 0;
  }

  /** {@code of_bus_n_addr_cells()}: the nearest node at or above that says, else the root's. */
  static int statedCells(TreeNode node, String property, int otherwise) {
    for (Optional<TreeNode> at = Optional.of(node); at.isPresent(); at = at.get().parent()) {
      Optional<Property> said = at.get().property(property);
      if (said.isPresent() && said.get().cells() > 0) {
        return said.get().cell(0);
      }
    }
    return otherwise;
  }

  public static int statedAddressCells(TreeNode node) {
    return statedCells(node, "#address-cells", ROOT_ADDRESS_CELLS);
  }

  public static int statedSizeCells(TreeNode node) {
    return statedCells(node, "#size-cells", ROOT_SIZE_CELLS);
  }

  /** {@code get_flags()}: what must be equal for entries to be neighbours. */
  long flags(int firstCell) {
    return switch (this) {
      case PCI -> pciFlags(firstCell);
      case ISA -> (firstCell & 1) != 0 ? IO : MEMORY;
      case FLAGGED -> Integer.toUnsignedLong(firstCell);
      case PLAIN -> MEMORY;
    };
  }

  private static long pciFlags(int cell) {
    long flags =
        switch (cell & PCI_SPACE) {
          case 0 -> 0;
          case PCI_IO -> IO;
          case PCI_SPACE -> MEMORY | MEMORY_64;
          default -> MEMORY;
        };
    return (cell & 0x4000_0000) != 0 ? flags | PREFETCH : flags;
  }

  /** Whether an address can lie in a range of these flags. */
  boolean sameSpace(int addressCell, int rangeCell) {
    return switch (this) {
      case PCI ->
          ((pciFlags(addressCell) ^ pciFlags(rangeCell)) & (MEMORY | IO)) == 0;
      case ISA -> ((addressCell ^ rangeCell) & 1) == 0;
      case FLAGGED -> addressCell == rangeCell;
      case PLAIN -> true;
    };
  }
}
