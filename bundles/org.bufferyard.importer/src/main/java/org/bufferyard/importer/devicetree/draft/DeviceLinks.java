package org.bufferyard.importer.devicetree.draft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.importer.devicetree.address.ReservedRegion;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.Property;
import org.bufferyard.importer.devicetree.tree.Specifier;
import org.bufferyard.importer.devicetree.tree.TreeNode;
import org.bufferyard.platform.draft.DraftNode.IommuLink;
import org.bufferyard.platform.draft.DraftNode.IommuMapEntry;

/** What devices refer to: IOMMUs and memory regions. {@code drivers/iommu/of_iommu.c}. */
final class DeviceLinks {
  private static final int REQUESTERS = 0x10000;

  private final DeviceTree tree;
  private final Set<TreeNode> units;
  private final Notes notes;

  /**
   * @param units the nodes that are IOMMUs of the draft
   */
  DeviceLinks(DeviceTree tree, Set<TreeNode> units, Notes notes) {
    this.tree = tree;
    this.units = units;
    this.notes = notes;
  }

  /** {@code #iommu-cells}; 0 when it makes no sense, as no specifier can be read then. */
  int cells(TreeNode unit) {
    return unit.property("#iommu-cells")
        .filter(p -> p.cells() == 1)
        .map(p -> p.cell(0))
        .filter(n -> n >= 0 && n <= Specifier.MOST_ARGUMENTS)
        .orElse(0);
  }

  List<IommuLink> iommus(TreeNode device) {
    Specifier.Specifiers list = Specifier.list(tree, device, "iommus", "#iommu-cells");
    list.broken().ifPresent(why -> notes.ignored(device, "the rest of iommus: " + why));
    List<IommuLink> links = new ArrayList<>();
    for (Specifier specifier : list.entries()) {
      Optional<TreeNode> unit = specifier.provider().filter(units::contains);
      if (unit.isEmpty()) {
        notes.ignored(device, "an entry of iommus that leads to no IOMMU");
        continue;
      }
      links.add(new IommuLink(unit.get().path(), specifier.arguments()));
      if (!unit.get().isAvailable()) {
        // of_iommu_xlate(): -ENODEV, which means no IOMMU and no error
        notes.understood(
            device, "its IOMMU " + unit.get().path() + " is disabled: it has none there");
      }
    }
    return links;
  }

  List<String> memoryRegions(TreeNode device) {
    Specifier.Specifiers list = Specifier.list(tree, device, "memory-region", "");
    list.broken().ifPresent(why -> notes.ignored(device, "the rest of memory-region: " + why));
    List<String> regions = new ArrayList<>();
    for (Specifier specifier : list.entries()) {
      Optional<TreeNode> region =
          specifier
              .provider()
              .filter(r -> r.parent().map(p -> p.name().equals(ReservedRegion.NODE)).orElse(false));
      if (region.isPresent()) {
        regions.add(region.get().path());
      } else {
        notes.ignored(device, "an entry of memory-region that is no reserved region");
      }
    }
    return regions;
  }

  /**
   * {@code of_map_id()} of 7.x: requester id, phandle, as many cells as the IOMMU asks for, length.
   * Older kernels take one cell whatever it asks for, and boards written for them are told by their
   * pattern.
   */
  List<IommuMapEntry> iommuMap(TreeNode bridge) {
    List<IommuMapEntry> entries = new ArrayList<>();
    Optional<Property> property = bridge.property("iommu-map");
    if (property.isEmpty()) {
      return entries;
    }
    Property map = property.get();
    boolean oneCell = isOneCellMap(map);
    int at = 0;
    while (at + 3 <= map.cells()) {
      Optional<TreeNode> unit = tree.byPhandle(map.cell(at + 1)).filter(units::contains);
      int cells = oneCell ? 1 : unit.map(this::cells).orElse(1);
      if (at + 3 + cells > map.cells()) {
        break;
      }
      entry(bridge, map, at, cells, unit).ifPresent(entries::add);
      at += 3 + cells;
    }
    if (at != map.cells()) {
      notes.ignored(bridge, "the rest of iommu-map: no whole entry");
    }
    return entries;
  }

  /** Which bits of a requester id {@code iommu-map} is asked with: all unless the bridge says. */
  static int iommuMapMask(TreeNode bridge) {
    return bridge
        .property("iommu-map-mask")
        .filter(p -> p.cells() >= 1)
        .map(p -> p.cell(0))
        .orElse(-1);
  }

  /**
   * {@code of_check_bad_map()}: one cell for an IOMMU that asks for two, told by one target and
   * lengths of 1 all the way.
   */
  private boolean isOneCellMap(Property map) {
    boolean two =
        map.cells() >= 4
            && map.cells() % 4 == 0
            && tree.byPhandle(map.cell(1)).filter(unit -> cells(unit) == 2).isPresent();
    for (int at = 0; two && at < map.cells(); at += 4) {
      two = map.cell(at + 1) == map.cell(1) && map.cell(at + 3) == 1;
    }
    return two;
  }

  private Optional<IommuMapEntry> entry(
      TreeNode bridge, Property map, int at, int cells, Optional<TreeNode> unit) {
    int first = map.cell(at);
    int length = map.cell(at + 2 + cells);
    if (unit.isEmpty()) {
      notes.ignored(bridge, "an entry of iommu-map that leads to no IOMMU");
      return Optional.empty();
    }
    if (first < 0 || length < 1 || (long) first + length > REQUESTERS) {
      notes.ignored(bridge, "an entry of iommu-map for impossible requester ids");
      return Optional.empty();
    }
    if (cells > 1 && length > 1) {
      notes.ignored(bridge, "an entry of iommu-map for many ids with " + cells + " cells: -EINVAL");
      return Optional.empty();
    }
    for (int more = 1; more < cells; more++) {
      if (map.cell(at + 2 + more) != 0) {
        notes.ignored(bridge, "all but the first cell of a specifier in iommu-map");
      }
    }
    int specifier = cells == 0 ? 0 : map.cell(at + 2);
    return Optional.of(new IommuMapEntry(first, unit.get().path(), specifier, length));
  }
}
