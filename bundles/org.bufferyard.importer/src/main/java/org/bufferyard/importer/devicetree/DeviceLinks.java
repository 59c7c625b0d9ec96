package org.bufferyard.importer.devicetree;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

  /** {@code of_map_id()}: requester id, phandle, first specifier, length. */
  List<IommuMapEntry> iommuMap(TreeNode bridge) {
    List<IommuMapEntry> entries = new ArrayList<>();
    Optional<Property> property = bridge.property("iommu-map");
    if (property.isEmpty()) {
      return entries;
    }
    Property map = property.get();
    for (int at = 0; at + 4 <= map.cells(); at += 4) {
      Optional<TreeNode> unit = tree.byPhandle(map.cell(at + 1)).filter(units::contains);
      int first = map.cell(at);
      int length = map.cell(at + 3);
      if (unit.isEmpty() || first < 0 || length < 1 || (long) first + length > REQUESTERS) {
        notes.ignored(
            bridge,
            unit.isEmpty()
                ? "an entry of iommu-map that leads to no IOMMU"
                : "an entry of iommu-map for impossible requester ids");
        continue;
      }
      entries.add(new IommuMapEntry(first, unit.get().path(), map.cell(at + 2), length));
    }
    if (map.cells() % 4 != 0) {
      notes.ignored(bridge, "the rest of iommu-map: no whole entry");
    }
    bridge
        .property("iommu-map-mask")
        .filter(p -> p.cells() == 1 && (p.cell(0) & 0xffff) != 0xffff)
        .ifPresent(p -> notes.ignored(bridge, "iommu-map-mask: requester ids are not masked"));
    return entries;
  }
}
