package org.bufferyard.importer.devicetree.draft;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.address.AddressBus;
import org.bufferyard.importer.devicetree.address.AddressTranslation;
import org.bufferyard.importer.devicetree.address.RangeEntries;
import org.bufferyard.importer.devicetree.address.Ranges;
import org.bufferyard.importer.devicetree.address.ReservedRegion;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.Property;
import org.bufferyard.importer.devicetree.tree.Specifier;
import org.bufferyard.importer.devicetree.tree.TreeNode;

/** What a tree holds, counted: the keys of the import report. One use, one thread. */
public final class BoardCounts {
  private static final int EXAMPLES = 8;

  private final DeviceTree tree;
  private final AddressTranslation translation;
  private final Map<String, Object> counts = new LinkedHashMap<>();

  private BoardCounts(DeviceTree tree, AddressTranslation translation) {
    this.tree = tree;
    this.translation = translation;
  }

  public static Map<String, Object> of(DeviceTree tree, int bytes, AddressTranslation dma) {
    BoardCounts board = new BoardCounts(tree, dma);
    board.board(bytes);
    board.providers();
    board.specifiers();
    board.reserved();
    board.memoryRegions();
    board.coherency();
    board.ranges();
    board.memory();
    return board.counts;
  }

  private void board(int bytes) {
    TreeNode root = tree.root();
    counts.put("file", tree.file());
    counts.put("bytes", (long) bytes);
    counts.put(
        "model",
        root.property("model").flatMap(p -> p.texts().stream().findFirst()).orElse(""));
    counts.put("compatible", root.compatible());
    counts.put("nodes", (long) tree.nodes().size());
    counts.put("rootAddressCells", (long) AddressBus.statedAddressCells(root));
    counts.put("rootSizeCells", (long) AddressBus.statedSizeCells(root));
  }

  private List<TreeNode> with(String property) {
    return tree.nodes().stream().filter(n -> n.has(property)).toList();
  }

  private void count(String key, List<TreeNode> nodes) {
    counts.put(key, (long) nodes.size());
    counts.put(key + "Available", nodes.stream().filter(TreeNode::isAvailable).count());
  }

  private void providers() {
    List<TreeNode> providers = with("#iommu-cells");
    count("iommuProviders", providers);
    Map<String, Object> byCompatible = new LinkedHashMap<>();
    for (TreeNode provider : providers) {
      String model = provider.compatible().stream().findFirst().orElse("");
      byCompatible.computeIfAbsent(model, m -> sameModel(m, providers));
    }
    counts.put("iommuProvidersByCompatible", byCompatible);
  }

  private static Map<String, Object> sameModel(String model, List<TreeNode> providers) {
    List<TreeNode> same =
        providers.stream()
            .filter(p -> p.compatible().stream().findFirst().orElse("").equals(model))
            .toList();
    Map<String, Object> count = new LinkedHashMap<>();
    count.put("count", (long) same.size());
    count.put("available", same.stream().filter(TreeNode::isAvailable).count());
    count.put(
        "iommuCells",
        same.getFirst()
            .property("#iommu-cells")
            .filter(p -> p.cells() > 0)
            .map(p -> (long) p.cell(0))
            .orElse(0L));
    return count;
  }

  private void specifiers() {
    List<TreeNode> devices = with("iommus");
    count("devicesWithIommus", devices);
    Map<TreeNode, Long> perProvider = new HashMap<>();
    long several = 0;
    long broken = 0;
    for (TreeNode device : devices) {
      Specifier.Specifiers list = Specifier.list(tree, device, "iommus", "#iommu-cells");
      List<TreeNode> targets =
          list.entries().stream().map(Specifier::provider).flatMap(Optional::stream).toList();
      targets.forEach(t -> perProvider.merge(t, 1L, Long::sum));
      several += targets.size() > 1 ? 1 : 0;
      broken += list.broken().isPresent() ? 1 : 0;
    }
    counts.put("iommuSpecifiers", perProvider.values().stream().mapToLong(n -> n).sum());
    counts.put("unresolvedIommuSpecifiers", broken);
    counts.put("devicesWithMultipleIommuSpecifiers", several);
    counts.put("iommuTargetsReferenced", (long) perProvider.size());
    counts.put(
        "maxSpecifiersOnOneIommu", perProvider.values().stream().mapToLong(n -> n).max().orElse(0));
    count("nodesWithIommuMap", with("iommu-map"));
    counts.put(
        "examplesDevicesWithIommus",
        devices.stream().limit(EXAMPLES).map(TreeNode::path).toList());
  }

  private void reserved() {
    List<ReservedRegion> regions = ReservedRegion.all(tree);
    List<ReservedRegion> shared = regions.stream().filter(ReservedRegion::isShared).toList();
    counts.put("reservedMemoryRegions", (long) regions.size());
    counts.put("reservedMemorySharedDmaPools", (long) shared.size());
    counts.put(
        "sharedDmaPoolsReusable(CMA)", shared.stream().filter(ReservedRegion::isReusable).count());
    counts.put(
        "sharedDmaPoolsCoherent(noMap,notReusable)",
        shared.stream().filter(r -> r.isNoMap() && !r.isReusable()).count());
    counts.put(
        "restrictedDmaPools", regions.stream().filter(ReservedRegion::isRestricted).count());
    counts.put("reservedNoMap", regions.stream().filter(ReservedRegion::isNoMap).count());
    counts.put(
        "reservedDynamic", regions.stream().filter(r -> r.dynamicSize().isPresent()).count());
    counts.put(
        "reservedTotalBytesStatic",
        hex(regions.stream().flatMap(r -> r.ranges().stream()).mapToLong(PhysRange::size).sum()));
    counts.put("reservedSharedDmaPoolList", shared.stream().map(BoardCounts::pool).toList());
  }

  private static Map<String, Object> pool(ReservedRegion region) {
    Map<String, Object> pool = new LinkedHashMap<>();
    pool.put("name", region.node().name());
    pool.put("compatible", region.node().compatible());
    pool.put("noMap", region.isNoMap());
    pool.put("reusable", region.isReusable());
    pool.put("cmaDefault", region.isCmaDefault());
    pool.put("available", region.node().isAvailable());
    if (!region.isDynamic()) {
      pool.put("reg", region.ranges().stream().map(r -> pair(r.base(), r.size())).toList());
    }
    region.dynamicSize().ifPresent(size -> pool.put("dynamicSize", hex(size)));
    if (!region.allocRanges().isEmpty()) {
      pool.put(
          "allocRanges",
          region.allocRanges().stream().map(r -> pair(r.base(), r.size())).toList());
    }
    region.alignment().ifPresent(alignment -> pool.put("alignment", hex(alignment)));
    return pool;
  }

  private void memoryRegions() {
    List<TreeNode> devices = with("memory-region");
    count("devicesWithMemoryRegion", devices);
    Map<String, List<String>> users = new LinkedHashMap<>();
    long phandles = 0;
    for (TreeNode device : devices) {
      for (Specifier region : Specifier.list(tree, device, "memory-region", "").entries()) {
        phandles++;
        region
            .provider()
            .ifPresent(
                r -> users.computeIfAbsent(r.path(), p -> new ArrayList<>()).add(device.path()));
      }
    }
    counts.put("memoryRegionPhandles", phandles);
    counts.put(
        "regionsSharedByMoreThanOneDevice",
        users.entrySet().stream()
            .filter(e -> e.getValue().stream().distinct().count() > 1)
            .map(Map.Entry::getKey)
            .toList());
  }

  private void coherency() {
    count("nodesWithDmaCoherent", with("dma-coherent"));
    counts.put("nodesWithDmaNoncoherent", (long) with("dma-noncoherent").size());
  }

  private void ranges() {
    List<TreeNode> buses = with("dma-ranges");
    List<Object> list = new ArrayList<>();
    long empty = 0;
    long translating = 0;
    for (TreeNode bus : buses) {
      Property property = bus.property("dma-ranges").orElseThrow();
      if (property.length() == 0) {
        empty++;
        continue;
      }
      List<RangeEntries.Raw> entries = RangeEntries.of(bus, property, translation).raw();
      translating += entries.stream().anyMatch(BoardCounts::moves) ? 1 : 0;
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("path", bus.path());
      entry.put("available", bus.isAvailable());
      entry.put("ranges", entries.stream().map(e -> range(e)).toList());
      list.add(entry);
    }
    counts.put("nodesWithDmaRanges", (long) buses.size());
    counts.put("emptyDmaRanges", empty);
    counts.put("translatingDmaRanges", translating);
    counts.put("dmaRanges", list);
  }

  private static boolean moves(RangeEntries.Raw entry) {
    return !wide(entry.parent()).equals(new BigInteger(Long.toUnsignedString(entry.child())));
  }

  private static Map<String, Object> range(RangeEntries.Raw entry) {
    Map<String, Object> range = new LinkedHashMap<>();
    range.put("child", hex(entry.child()));
    range.put("parent", "0x" + wide(entry.parent()).toString(16));
    range.put("size", hex(entry.size()));
    entry.flags().ifPresent(flags -> range.put("flags", "0x" + Integer.toHexString(flags)));
    return range;
  }

  /** All cells as one number; three of them hold flags too. */
  private static BigInteger wide(int[] cells) {
    BigInteger number = BigInteger.ZERO;
    for (int cell : cells) {
      number = number.shiftLeft(32).or(BigInteger.valueOf(Integer.toUnsignedLong(cell)));
    }
    return number;
  }

  private void memory() {
    counts.put(
        "memory",
        MemoryNodes.of(tree).stream()
            .flatMap(n -> Ranges.pairs(n, "reg").stream())
            .map(p -> pair(p.base(), p.size()))
            .toList());
  }

  private static Map<String, Object> pair(long base, long size) {
    Map<String, Object> pair = new LinkedHashMap<>();
    pair.put("base", hex(base));
    pair.put("size", hex(size));
    return pair;
  }

  private static String hex(long number) {
    return "0x" + Long.toHexString(number);
  }
}
