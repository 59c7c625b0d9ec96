package org.bufferyard.importer.devicetree;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.address.AddressTranslation;
import org.bufferyard.importer.devicetree.address.DmaParents;
import org.bufferyard.importer.devicetree.address.DmaWindows;
import org.bufferyard.importer.devicetree.address.RangeEntries;
import org.bufferyard.importer.devicetree.address.Ranges;
import org.bufferyard.importer.devicetree.tree.BlobReader;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.Effort;
import org.bufferyard.importer.devicetree.tree.TreeNode;
import org.bufferyard.platform.draft.AddressTree;
import org.bufferyard.platform.draft.AddressTrees;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Answers questions about addresses from a blob. Stateless, safe for any thread. */
@Component
public final class BlobAddresses implements AddressTrees {
  @Activate
  public BlobAddresses() {
    // Nothing to prepare.
  }

  @Override
  public AddressTree open(Path blob) {
    return open(DevicetreeImporter.bytes(blob), DevicetreeImporter.name(blob));
  }

  @Override
  public AddressTree open(byte[] blob, String name) {
    return of(BlobReader.read(blob, name));
  }

  static AddressTree of(DeviceTree tree) {
    return new Answers(tree);
  }

  private static final class Answers implements AddressTree {
    private final DeviceTree tree;
    private final DmaWindows windows;
    private final AddressTranslation registers;
    private final AddressTranslation dma;

    Answers(DeviceTree tree) {
      this.tree = tree;
      Effort effort = new Effort(tree.file());
      DmaParents parents = new DmaParents(tree);
      windows = new DmaWindows(parents, effort);
      registers = AddressTranslation.ofRegisters(effort);
      dma = AddressTranslation.ofDma(parents, effort);
    }

    private TreeNode node(String path) {
      return tree.at(path).orElseThrow(() -> new IllegalArgumentException("no node " + path));
    }

    @Override
    public boolean has(String node) {
      return tree.at(node).isPresent();
    }

    @Override
    public List<DmaRange> dmaRanges(String node) {
      return windows.search(node(node)).regions();
    }

    @Override
    public List<Window> windows(String node, boolean memory) {
      TreeNode bus = node(node);
      return bus.property(memory ? "dma-ranges" : "ranges")
          .map(p -> RangeEntries.of(bus, p, memory ? dma : registers).merged())
          .orElse(List.of())
          .stream()
          .map(e -> new Window(e.flags(), e.child(), e.cpu(), e.size()))
          .toList();
    }

    @Override
    public int rangeCount(String node) {
      TreeNode bus = node(node);
      return bus.property("ranges")
          .map(p -> RangeEntries.of(bus, p, registers).raw().size())
          .orElse(0);
    }

    @Override
    public Optional<PhysRange> register(String node, int index) {
      return Ranges.register(node(node), index, registers);
    }
  }
}
