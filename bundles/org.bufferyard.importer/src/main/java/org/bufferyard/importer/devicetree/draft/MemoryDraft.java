package org.bufferyard.importer.devicetree.draft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.address.AddressBus;
import org.bufferyard.importer.devicetree.address.Ranges;
import org.bufferyard.importer.devicetree.address.ReservedRegion;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.Property;
import org.bufferyard.importer.devicetree.tree.TreeNode;
import org.bufferyard.platform.draft.DraftMemory;
import org.bufferyard.platform.draft.DraftMemory.Bank;
import org.bufferyard.platform.draft.DraftMemory.DefaultFor;
import org.bufferyard.platform.draft.DraftMemory.IommuAddress;
import org.bufferyard.platform.draft.DraftMemory.Purpose;
import org.bufferyard.platform.draft.DraftMemory.Region;

/** Banks and reserved regions of a tree (B4, B4b, B5). One use, one thread. */
public final class MemoryDraft {
  /** Overlaps nothing that a board has: the last page of the address space. */
  private static final PhysRange NOWHERE = new PhysRange(-0x1000L, 0x1000);

  private final DeviceTree tree;
  private final NodeNames names;
  private final Notes notes;

  public MemoryDraft(DeviceTree tree, NodeNames names, Notes notes) {
    this.tree = tree;
    this.names = names;
    this.notes = notes;
  }

  /**
   * @param ram in place of the tree's banks; empty for the tree's own
   */
  public DraftMemory draft(List<PhysRange> ram) {
    return new DraftMemory(ram.isEmpty() ? banks() : given(ram), regions());
  }

  private List<Bank> given(List<PhysRange> ram) {
    Set<String> taken = NodeNames.none();
    List<Bank> banks = new ArrayList<>();
    for (PhysRange range : ram) {
      String name = "memory@" + Long.toHexString(range.base());
      if (taken.add(name)) {
        banks.add(
            new Bank(names.provenance(tree.root()), name, false, range.base(), range.size()));
      }
    }
    MemoryNodes.of(tree).forEach(n -> notes.ignored(n, "RAM was given on the command line"));
    return banks;
  }

  private List<Bank> banks() {
    Set<String> taken = NodeNames.none();
    List<Bank> banks = new ArrayList<>();
    for (TreeNode node : MemoryNodes.of(tree)) {
      for (Ranges.Pair pair : Ranges.pairs(node, "reg")) {
        bank(node, pair, banks, taken).ifPresent(banks::add);
      }
    }
    if (banks.isEmpty()) {
      notes.guessed(
          tree.root(), "there is no memory node: firmware adds it; give the banks with --ram");
    }
    return banks;
  }

  private Optional<Bank> bank(
      TreeNode node, Ranges.Pair pair, List<Bank> elder, Set<String> taken) {
    // early_init_dt_add_memory_arch() rounds inwards to whole pages
    long base = pair.base() + 0xfff & -0x1000L;
    long size = pair.base() + pair.size() - base & -0x1000L;
    boolean impossible = pair.size() != 0 && pair.range().isEmpty();
    if (impossible || pair.size() != 0 && Long.compareUnsigned(size, pair.size()) > 0) {
      notes.ignored(node, "a bank that passes the end of the address space");
      return Optional.empty();
    }
    // memblock_add() takes RAM that is named twice once
    for (Bank other : elder) {
      PhysRange here = new Ranges.Pair(base, size).range().orElse(NOWHERE);
      PhysRange there = new Ranges.Pair(other.base(), other.size()).range().orElse(NOWHERE);
      if (size != 0 && other.size() != 0 && here.overlaps(there)) {
        notes.ignored(node, "RAM that " + other.name() + " has already");
        if (there.contains(here.last()) || !there.contains(base)) {
          return Optional.empty();
        }
        size = here.last() - there.last();
        base = there.last() + 1;
      }
    }
    if (size == 0) {
      notes.guessed(node, "size 0: firmware fills it in; give the banks with --ram");
    } else {
      notes.understood(node, "RAM of " + size + " bytes at 0x" + Long.toHexString(base));
    }
    return Optional.of(
        new Bank(
            names.provenance(node), names.unique(node, taken), !node.isOkay(), base, size));
  }

  private List<Region> regions() {
    Set<String> taken = NodeNames.none();
    List<Region> regions = new ArrayList<>();
    for (ReservedRegion region : ReservedRegion.all(tree)) {
      regions.addAll(region(region, taken));
    }
    for (PhysRange range : tree.reservations()) {
      boolean known =
          regions.stream()
              .anyMatch(
                  r ->
                      r.base().isPresent()
                          && new PhysRange(r.base().getAsLong(), r.size()).overlaps(range));
      Optional<PhysRange> whole = pages(range);
      if (!known && whole.isPresent() && taken.add(reservationName(range))) {
        regions.add(plain(tree.root(), reservationName(range), whole.get()));
      }
    }
    return regions;
  }

  private static String reservationName(PhysRange range) {
    return "memreserve@" + Long.toHexString(range.base());
  }

  /** Whole pages that cover it. */
  private static Optional<PhysRange> pages(PhysRange range) {
    long base = range.base() & -0x1000L;
    long end = range.last() | 0xfff;
    return new Ranges.Pair(base, end + 1 - base).range();
  }

  private List<Region> region(ReservedRegion region, Set<String> taken) {
    TreeNode node = region.node();
    List<Region> regions = new ArrayList<>();
    if (region.isDynamic()) {
      if (region.dynamicSize().isEmpty() || region.dynamicSize().getAsLong() == 0) {
        notes.ignored(node, "a reserved region with neither reg nor size");
        return regions;
      }
      regions.add(
          of(region, names.unique(node, taken), OptionalLong.empty(),
              region.dynamicSize().getAsLong() + 0xfff & -0x1000L));
    }
    for (PhysRange range : region.ranges()) {
      Optional<PhysRange> whole = pages(range);
      if (whole.isPresent()) {
        String name = names.unique(node, taken);
        OptionalLong base = OptionalLong.of(whole.get().base());
        // Only the first range makes a pool; the others are merely kept free.
        regions.add(
            regions.isEmpty()
                ? of(region, name, base, whole.get().size())
                : plain(node, name, whole.get()));
      }
    }
    if (regions.isEmpty()) {
      notes.ignored(node, "its reg is empty or passes the end of the address space");
    } else {
      notes.understood(node, says(region));
    }
    return regions;
  }

  private Region plain(TreeNode node, String name, PhysRange range) {
    return new Region(
        names.provenance(node), name, !node.isOkay(), Purpose.RESERVED,
        OptionalLong.of(range.base()), range.size(), 0, node.has("no-map"), false, DefaultFor.NONE,
        List.of(), List.of(), Optional.empty());
  }

  private Region of(ReservedRegion region, String name, OptionalLong base, long size) {
    TreeNode node = region.node();
    Purpose purpose =
        region.isShared()
            ? Purpose.SHARED_DMA_POOL
            : region.isRestricted() ? Purpose.RESTRICTED_DMA_POOL : Purpose.RESERVED;
    DefaultFor defaultFor =
        region.isCmaDefault()
            ? DefaultFor.CMA
            : region.isDmaDefault() ? DefaultFor.DMA : DefaultFor.NONE;
    return new Region(
        names.provenance(node),
        name,
        !node.isOkay(),
        purpose,
        base,
        size,
        alignment(region),
        region.isNoMap(),
        region.isReusable(),
        purpose == Purpose.SHARED_DMA_POOL ? defaultFor : DefaultFor.NONE,
        region.allocRanges(),
        iommuAddresses(node),
        names.label(node));
  }

  private long alignment(ReservedRegion region) {
    long alignment = region.alignment().orElse(0);
    if (Long.bitCount(alignment) > 1) {
      notes.ignored(
          region.node(), "alignment 0x" + Long.toHexString(alignment) + " is no power of 2");
      return 0;
    }
    return alignment;
  }

  /** {@code of_iommu_get_resv_regions()}: triples of device, address and size. */
  private List<IommuAddress> iommuAddresses(TreeNode node) {
    List<IommuAddress> addresses = new ArrayList<>();
    Optional<Property> property = node.property("iommu-addresses");
    int at = 0;
    while (property.isPresent() && at < property.get().cells()) {
      Optional<TreeNode> device = tree.byPhandle(property.get().cell(at));
      if (device.isEmpty()) {
        notes.ignored(node, "iommu-addresses leads nowhere");
        break;
      }
      int addressCells = AddressBus.statedAddressCells(device.get());
      int sizeCells = AddressBus.statedSizeCells(device.get());
      if (!AddressBus.isSane(addressCells, sizeCells)
          || sizeCells > property.get().cells()
          || at + 1 + addressCells + sizeCells > property.get().cells()) {
        notes.ignored(node, "iommu-addresses is cut off");
        break;
      }
      String path = device.get().path();
      new Ranges.Pair(
              property.get().number(at + 1, addressCells),
              property.get().number(at + 1 + addressCells, sizeCells))
          .range()
          .ifPresent(iova -> addresses.add(new IommuAddress(path, iova)));
      at += 1 + addressCells + sizeCells;
    }
    return addresses;
  }

  private static String says(ReservedRegion region) {
    StringBuilder text = new StringBuilder(region.isDynamic() ? "dynamic " : "static ");
    if (region.isShared()) {
      text.append(
          region.isReusable()
              ? "CMA area (shared-dma-pool, reusable)"
              : "coherent pool (shared-dma-pool)");
    } else {
      text.append(region.isRestricted() ? "bounce pool (restricted-dma-pool)" : "reserved region");
    }
    text.append(region.isNoMap() ? ", no-map" : "");
    text.append(region.isCmaDefault() ? ", the default CMA area" : "");
    text.append(region.isDmaDefault() ? ", the default coherent pool" : "");
    return text.append(region.node().isOkay() ? "" : ", disabled").toString();
  }
}
