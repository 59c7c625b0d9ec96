package org.bufferyard.topology;

import java.util.Map;
import java.util.Optional;
import org.bufferyard.platform.draft.DraftNode;
import org.bufferyard.topology.model.board.BoardFactory;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.Iommu;
import org.bufferyard.topology.model.board.IommuLink;
import org.bufferyard.topology.model.board.IommuMapEntry;
import org.bufferyard.topology.model.board.ReservedPool;

/** Sets references between elements made from a draft, by node path. One thread. */
final class DraftLinks {
  private static final BoardFactory FACTORY = BoardFactory.eINSTANCE;

  private final Map<String, Bus> buses;
  private final Map<String, Iommu> iommus;
  private final Map<String, ReservedPool> pools;

  DraftLinks(
      Map<String, Bus> buses, Map<String, Iommu> iommus, Map<String, ReservedPool> pools) {
    this.buses = buses;
    this.iommus = iommus;
    this.pools = pools;
  }

  void link(DraftNode.Bus draft, Bus bus) {
    draft.dmaParent().map(buses::get).ifPresent(bus::setDmaParent);
    if (draft.iommuMapMask() != -1) {
      bus.setIommuMapMask(Integer.toUnsignedLong(draft.iommuMapMask()));
    }
    for (DraftNode.IommuMapEntry entry : draft.iommuMap()) {
      IommuMapEntry element = FACTORY.createIommuMapEntry();
      element.setRequesterId(entry.requesterId());
      element.setIommu(iommus.get(entry.iommu()));
      element.setSpecifierBase(entry.specifier());
      element.setLength(entry.length());
      bus.getIommuMap().add(element);
    }
  }

  void link(DraftNode.Device draft, Device device) {
    draft.dmaParent().map(buses::get).ifPresent(device::setDmaParent);
    for (DraftNode.IommuLink link : draft.iommus()) {
      IommuLink element = FACTORY.createIommuLink();
      element.setIommu(iommus.get(link.iommu()));
      if (!link.specifier().isEmpty()) {
        element.setSpecifier(link.specifier());
      }
      device.getIommus().add(element);
    }
    draft.memoryRegions().stream()
        .map(path -> Optional.ofNullable(pools.get(path)))
        .flatMap(Optional::stream)
        .filter(pool -> !device.getMemoryRegions().contains(pool))
        .forEach(pool -> device.getMemoryRegions().add(pool));
  }
}
