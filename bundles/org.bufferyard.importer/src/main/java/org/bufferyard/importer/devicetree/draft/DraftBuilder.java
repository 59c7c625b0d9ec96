package org.bufferyard.importer.devicetree.draft;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.address.AddressBus;
import org.bufferyard.importer.devicetree.address.AddressTranslation;
import org.bufferyard.importer.devicetree.address.BusMasters;
import org.bufferyard.importer.devicetree.address.DmaMaps;
import org.bufferyard.importer.devicetree.address.DmaParents;
import org.bufferyard.importer.devicetree.address.DmaWindows;
import org.bufferyard.importer.devicetree.address.RangeEntries;
import org.bufferyard.importer.devicetree.address.Ranges;
import org.bufferyard.importer.devicetree.address.ReservedRegion;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.Effort;
import org.bufferyard.importer.devicetree.tree.Property;
import org.bufferyard.importer.devicetree.tree.TreeNode;
import org.bufferyard.platform.draft.DraftNode;
import org.bufferyard.platform.draft.DraftNode.Coherency;
import org.bufferyard.platform.draft.DraftNode.IommuMapEntry;
import org.bufferyard.platform.draft.DraftNode.Window;

/**
 * Buses, IOMMUs and devices of a tree. A node with something of these below it becomes a bus; one
 * that is a device as well becomes both, beside each other, because its own accesses start at the
 * bus above (A5). One use, one thread.
 */
public final class DraftBuilder {
  /** What the name of a node's bus ends with when the node is a device too. */
  static final String BUS_SUFFIX = ".bus";

  private final DeviceTree tree;
  private final DmaParents parents;
  private final DmaWindows windows;
  private final AddressTranslation registers;
  private final NodeNames names;
  private final Notes notes;
  private final List<PhysRange> ram;
  private final DeviceLinks links;
  private final Map<TreeNode, BusMasters.Evidence> evidence = new IdentityHashMap<>();
  private final Set<TreeNode> buses = new HashSet<>();
  private final Set<TreeNode> units = new HashSet<>();

  public DraftBuilder(
      DeviceTree tree,
      DmaParents parents,
      DmaWindows windows,
      Effort effort,
      NodeNames names,
      List<PhysRange> ram,
      Notes notes) {
    this.tree = tree;
    this.ram = List.copyOf(ram);
    this.parents = parents;
    this.windows = windows;
    this.names = names;
    this.notes = notes;
    registers = AddressTranslation.ofRegisters(effort);
    select();
    links = new DeviceLinks(tree, units, notes);
  }

  private void select() {
    for (TreeNode node : tree.nodes()) {
      if (node == tree.root() || isReservedMemory(node) || isCpu(node)) {
        continue;
      }
      BusMasters.Evidence found = BusMasters.of(node, registers);
      boolean isUnit = node.has("#iommu-cells") && !node.compatible().isEmpty();
      boolean isHost =
          AddressBus.isPci(node) && (!node.compatible().isEmpty() || node.has("iommu-map"));
      if (isUnit) {
        units.add(node);
      }
      if (found != BusMasters.Evidence.NONE && !isUnit) {
        evidence.put(node, found);
      }
      if (isHost) {
        bus(node);
      }
      if (evidence.containsKey(node) || isUnit) {
        node.parent().ifPresent(this::bus);
        parents.detour(node).ifPresent(this::bus);
      }
    }
  }

  private static boolean isReservedMemory(TreeNode node) {
    return node.name().equals(ReservedRegion.NODE)
        || node.parent().map(p -> p.name().equals(ReservedRegion.NODE)).orElse(false);
  }

  private static boolean isCpu(TreeNode node) {
    for (Optional<TreeNode> at = Optional.of(node); at.isPresent(); at = at.get().parent()) {
      if (at.get().name().equals("cpus")) {
        return true;
      }
    }
    return false;
  }

  private void bus(TreeNode node) {
    for (Optional<TreeNode> at = Optional.of(node);
        at.isPresent() && at.get() != tree.root() && buses.add(at.get());
        at = at.get().parent()) {
      parents.detour(at.get()).ifPresent(this::bus);
    }
  }

  /** Everything at the root of the board. */
  public List<DraftNode> nodes() {
    tree.nodes().forEach(this::explainAbsence);
    return below(tree.root());
  }

  private void explainAbsence(TreeNode node) {
    if (node.has("iommu-map") && !AddressBus.isPci(node)) {
      notes.ignored(node, "an iommu-map, but no PCI bus");
    }
    boolean named = !node.compatible().isEmpty() && node != tree.root();
    boolean drawn = evidence.containsKey(node) || buses.contains(node) || units.contains(node);
    if (named && !drawn && !isReservedMemory(node)) {
      notes.ignored(
          node, isCpu(node) ? "a part of the CPUs" : BusMasters.whyNot(node, registers));
    }
  }

  private List<DraftNode> below(TreeNode parent) {
    Set<String> taken = NodeNames.none();
    List<DraftNode> nodes = new ArrayList<>();
    for (TreeNode child : parent.children()) {
      boolean isDevice = evidence.containsKey(child);
      if (units.contains(child)) {
        nodes.add(unit(child, taken));
      } else if (isDevice) {
        nodes.add(device(child, taken));
      }
      if (buses.contains(child)) {
        String suffix = isDevice || units.contains(child) ? BUS_SUFFIX : "";
        nodes.add(bus(child, suffix, taken));
      }
    }
    return nodes;
  }

  private DraftNode unit(TreeNode node, Set<String> taken) {
    int cells = links.cells(node);
    String model = IommuDrivers.model(node);
    notes.understood(
        node,
        "IOMMU "
            + model
            + ", specifiers of "
            + cells
            + (cells == 1 ? " cell" : " cells")
            + (node.isAvailable() ? "" : ", disabled: no IOMMU for its devices"));
    return new DraftNode.Iommu(
        names.head(node, "", taken),
        model,
        cells,
        coherency(node),
        Ranges.registers(node, registers),
        IommuDrivers.parameters(model, node, tree, ram, notes));
  }

  private DraftNode device(TreeNode node, Set<String> taken) {
    boolean pci = node.parent().map(AddressBus::isPci).orElse(false);
    OptionalInt requester = pci ? requesterId(node) : OptionalInt.empty();
    DmaWindows.Found map = windows.ofDevice(node);
    if (evidence.get(node) == BusMasters.Evidence.GUESSED) {
      notes.guessed(node, "a bus master, by its name, registers and interrupt");
    } else {
      notes.understood(node, "device " + node.compatible().getFirst());
    }
    if (map.hasMap() && DmaMaps.isInsidePciFunction(node)) {
      notes.understood(node, "inside a PCI function, dma_range_map " + map.regions());
    } else if (map.isInvalid()) {
      notes.understood(node, "no dma-ranges entry leads to memory: -EINVAL, not probed (A4)");
    }
    return new DraftNode.Device(
        names.head(node, "", taken),
        node.compatible().getFirst(),
        coherency(node),
        requester,
        detour(node),
        pci ? List.of() : Ranges.registers(node, registers),
        links.iommus(node),
        links.memoryRegions(node));
  }

  private Optional<String> detour(TreeNode node) {
    return parents.detour(node).map(TreeNode::path);
  }

  /** Bus, device and function of the first address cell; bus numbers are firmware's. */
  private static OptionalInt requesterId(TreeNode node) {
    return node.property("reg")
        .filter(p -> p.cells() > 0)
        .map(p -> OptionalInt.of(p.cell(0) >>> 8 & 0xffff))
        .orElse(OptionalInt.empty());
  }

  private static Coherency coherency(TreeNode node) {
    if (node.has("dma-coherent")) {
      return Coherency.COHERENT;
    }
    return node.has("dma-noncoherent") ? Coherency.NONCOHERENT : Coherency.UNSAID;
  }

  private DraftNode bus(TreeNode node, String suffix, Set<String> taken) {
    boolean pci = AddressBus.isPci(node);
    boolean host = pci && !node.parent().map(AddressBus::isPci).orElse(false);
    Optional<List<Window>> dmaRanges = dmaRanges(node);
    if (host) {
      notes.understood(node, "PCI host bridge; its functions are firmware's to find, draw them");
    }
    if (dmaRanges.isPresent()) {
      int count = dmaRanges.get().size();
      notes.understood(
          node, count == 0 ? "bus, dma-ranges 1:1" : "bus with " + count + " DMA windows");
    }
    List<IommuMapEntry> map = pci ? links.iommuMap(node) : List.of();
    return new DraftNode.Bus(
        names.head(node, suffix, taken),
        dmaRanges,
        coherency(node),
        pci,
        detour(node),
        host ? memoryWindows(node) : List.of(),
        map,
        DeviceLinks.iommuMapMask(node),
        below(node));
  }

  private Optional<List<Window>> dmaRanges(TreeNode node) {
    Optional<Property> property = node.property("dma-ranges");
    if (property.isEmpty()) {
      return Optional.empty();
    }
    List<Window> written = new ArrayList<>();
    for (RangeEntries.Raw raw : windows.raw(node, property.get())) {
      long parent = RangeEntries.low64(raw.parent());
      boolean fits =
          new Ranges.Pair(raw.child(), raw.size()).range().isPresent()
              && new Ranges.Pair(parent, raw.size()).range().isPresent();
      if (fits) {
        long flags = Integer.toUnsignedLong(raw.flags().orElse(0));
        written.add(new Window(raw.child(), parent, raw.size(), flags));
      } else {
        notes.ignored(node, "a dma-ranges entry of an impossible range");
      }
    }
    if (written.isEmpty() && property.get().length() > 0) {
      notes.ignored(node, "dma-ranges without a usable entry: taken as absent");
      return Optional.empty();
    }
    return Optional.of(written);
  }

  /** {@code iova_reserve_pci_windows()}: memory windows in bus addresses (D3). */
  private List<PhysRange> memoryWindows(TreeNode node) {
    Optional<Property> property = node.property("ranges");
    return property
        .map(p -> RangeEntries.of(node, p, registers).raw())
        .orElse(List.of())
        .stream()
        .filter(raw -> (raw.flags().orElse(0) & 0x0200_0000) != 0)
        .map(raw -> new Ranges.Pair(raw.child(), raw.size()).range())
        .flatMap(Optional::stream)
        .toList();
  }
}
