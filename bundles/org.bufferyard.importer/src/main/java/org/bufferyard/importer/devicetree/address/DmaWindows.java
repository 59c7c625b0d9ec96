package org.bufferyard.importer.devicetree.address;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.importer.devicetree.tree.Effort;
import org.bufferyard.importer.devicetree.tree.Property;
import org.bufferyard.importer.devicetree.tree.TreeNode;

/**
 * The {@code dma_range_map} that a device gets. {@code drivers/of/address.c: of_dma_get_range()}
 * (A3); {@code drivers/of/device.c: of_dma_configure_id()} (A5).
 */
public final class DmaWindows {
  private final DmaParents parents;
  private final AddressTranslation translation;
  private final Map<TreeNode, Found> byBus = new IdentityHashMap<>();

  /**
   * What the search came to.
   *
   * @param regions empty without a map
   * @param from the node whose property it is; empty for -ENODEV
   * @param unusable entries that lead nowhere; with no region at all that is -EINVAL
   */
  public record Found(List<DmaRange> regions, Optional<TreeNode> from, int unusable) {
    public boolean hasMap() {
      return !regions.isEmpty();
    }

    /** Linux would not probe the device. */
    public boolean isInvalid() {
      return from.isPresent() && regions.isEmpty();
    }

    /** Highest bus address (A5). */
    long end() {
      long end = 0;
      for (DmaRange region : regions) {
        end = unsignedMax(end, region.dma() + region.size() - 1);
      }
      return end;
    }
  }

  public DmaWindows(DmaParents parents, Effort effort) {
    this.parents = parents;
    translation = AddressTranslation.ofDma(parents, effort);
  }

  /** The map of a device: the search starts at its DMA parent. */
  public Found ofDevice(TreeNode node) {
    return parents.of(node).map(this::search).orElseGet(() -> none(Optional.empty(), 0));
  }

  /** {@code of_dma_get_range()}: the search starts at this node. */
  public Found search(TreeNode start) {
    boolean armed = false;
    Optional<TreeNode> at = Optional.of(start);
    while (at.isPresent()) {
      Optional<Property> property = at.get().property("dma-ranges");
      if (property.isPresent() && property.get().length() > 0) {
        return byBus.computeIfAbsent(at.get(), bus -> regions(bus, property.get()));
      }
      if (armed && property.isEmpty()) {
        return none(Optional.empty(), 0); // -ENODEV
      }
      armed = true;
      at = parents.of(at.get());
    }
    return none(Optional.empty(), 0); // -ENODEV
  }

  /**
   * {@code of_dma_get_max_cpu_address()}: of every bus the highest CPU address, of these the
   * lowest; all ones when no bus says anything.
   */
  public long lowestEnd(TreeNode root) {
    long lowest = -1L;
    Optional<Property> property = root.property("dma-ranges").filter(p -> p.length() > 0);
    if (property.isPresent()) {
      long highest = 0;
      for (DmaRange region : regions(root, property.get()).regions()) {
        highest = unsignedMax(highest, region.cpu() + region.size() - 1);
      }
      lowest = highest;
    }
    for (TreeNode child : root.children()) {
      long below = child.isOkay() ? lowestEnd(child) : -1L;
      lowest = Long.compareUnsigned(below, lowest) < 0 ? below : lowest;
    }
    return lowest;
  }

  /** Entries of a bus as they are written. */
  public List<RangeEntries.Raw> raw(TreeNode bus, Property property) {
    return RangeEntries.of(bus, property, translation).raw();
  }

  private Found regions(TreeNode bus, Property property) {
    List<DmaRange> regions = new ArrayList<>();
    int unusable = 0;
    for (RangeEntries.Entry entry : RangeEntries.of(bus, property, translation).merged()) {
      Optional<DmaRange> region = region(entry);
      region.ifPresent(regions::add);
      unusable += region.isPresent() ? 0 : 1;
    }
    return new Found(List.copyOf(regions), Optional.of(bus), unusable);
  }

  private static Found none(Optional<TreeNode> from, int unusable) {
    return new Found(List.of(), from, unusable);
  }

  /** Empty for an entry that leads nowhere, and for size 0, which ends the kernel's list. */
  private static Optional<DmaRange> region(RangeEntries.Entry entry) {
    if (entry.cpu().isEmpty() || entry.size() == 0) {
      return Optional.empty();
    }
    long cpu = entry.cpu().getAsLong();
    long size = entry.size();
    return fits(cpu, size) && fits(entry.child(), size)
        ? Optional.of(new DmaRange(cpu, entry.child(), size))
        : Optional.empty();
  }

  private static long unsignedMax(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a : b;
  }

  private static boolean fits(long base, long size) {
    return base + size == 0 || Long.compareUnsigned(base + size, base) >= 0;
  }
}
