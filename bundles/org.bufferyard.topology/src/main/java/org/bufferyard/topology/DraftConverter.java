package org.bufferyard.topology;

import java.util.HashMap;
import java.util.Map;
import org.bufferyard.platform.draft.BoardDraft;
import org.bufferyard.platform.draft.DraftNode;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.topology.model.board.Architecture;
import org.bufferyard.topology.model.board.BoardFactory;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.Iommu;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.util.EcoreUtil;

/**
 * A draft to a board. The same draft and device bundles give the same board: order is the draft's,
 * and ids, given when the board is written, are paths of names, which are those of the nodes. One
 * use, one thread.
 */
final class DraftConverter {
  private static final long FULL_ZONE = 0xffff_ffffL;
  private static final BoardFactory FACTORY = BoardFactory.eINSTANCE;

  private final Map<String, Bus> buses = new HashMap<>();
  private final Map<String, Iommu> iommus = new HashMap<>();
  private final Map<String, Device> devices = new HashMap<>();

  private final ModelPackages packages;

  private DraftConverter(ModelPackages packages) {
    this.packages = packages;
  }

  /**
   * A board that stands in no resource yet.
   *
   * @param packages whose types devices get, where one stands for their hardware
   */
  static Topology convert(BoardDraft draft, ModelPackages packages) {
    return new DraftConverter(packages).board(draft);
  }

  private Topology board(BoardDraft draft) {
    Topology board = FACTORY.createTopology();
    board.setId(id(draft));
    board.setName(draft.name());
    if (draft.architecture() != MachineSpec.Architecture.ARM64) {
      board.setArchitecture(
          draft.architecture() == MachineSpec.Architecture.ARM
              ? Architecture.ARM
              : Architecture.X86);
    } else if (draft.zoneDmaLimit() != FULL_ZONE) {
      board.setZoneDmaLimit(draft.zoneDmaLimit());
    }
    DraftMemoryConverter memory = new DraftMemoryConverter(draft);
    board.getComponents().addAll(memory.banks());
    for (DraftNode node : draft.nodes()) {
      board.getComponents().add(component(node));
    }
    // Everything that can be referred to is there now.
    DraftLinks links = new DraftLinks(buses, iommus, memory.pools());
    draft.nodes().forEach(node -> link(node, links));
    memory.linkIommuAddresses(devices);
    ImportRecord.write(board, new ImportKeys(board));
    return board;
  }

  private static String id(BoardDraft draft) {
    return draft.compatible().stream()
        .map(model -> model.replaceAll("[^A-Za-z0-9,._+-]", "_"))
        .filter(model -> !model.isEmpty())
        .findFirst()
        .orElse("board");
  }

  private Component component(DraftNode node) {
    return switch (node) {
      case DraftNode.Bus bus -> bus(bus);
      case DraftNode.Iommu iommu -> iommu(iommu);
      case DraftNode.Device device -> device(device);
    };
  }

  private Bus bus(DraftNode.Bus draft) {
    Bus bus = named(FACTORY.createBus(), draft.head());
    buses.put(draft.head().path(), bus);
    if (draft.dmaRanges().isPresent() && draft.dmaRanges().get().isEmpty()) {
      bus.setEmptyDmaRanges(true);
    }
    draft.dmaRanges().ifPresent(windows -> windows.forEach(w -> DraftParts.addWindow(bus, w)));
    if (draft.coherency() != DraftNode.Coherency.UNSAID) {
      bus.setCoherency(DraftParts.coherency(draft.coherency()));
    }
    if (draft.pci()) {
      bus.setPci(true);
    }
    draft.memoryWindows().forEach(w -> bus.getWindows().add(DraftParts.range(w)));
    draft.nodes().forEach(n -> bus.getComponents().add(component(n)));
    return bus;
  }

  private Iommu iommu(DraftNode.Iommu draft) {
    Iommu iommu = named(FACTORY.createIommu(), draft.head());
    iommus.put(draft.head().path(), iommu);
    iommu.setModel(draft.model());
    iommu.setSpecifierCells(draft.specifierCells());
    if (draft.coherency() != DraftNode.Coherency.UNSAID) {
      iommu.setCoherency(DraftParts.coherency(draft.coherency()));
    }
    draft.registers().forEach(r -> iommu.getRegisters().add(DraftParts.range(r)));
    draft.parameters().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(p -> iommu.getParameters().add(DraftParts.parameter(p.getKey(), p.getValue())));
    return iommu;
  }

  private Device device(DraftNode.Device draft) {
    Device device = named(typed(draft.model()), draft.head());
    devices.put(draft.head().path(), device);
    device.setModel(draft.model());
    if (draft.coherency() != DraftNode.Coherency.UNSAID) {
      device.setCoherency(DraftParts.coherency(draft.coherency()));
    }
    draft
        .requesterId()
        .ifPresent(
            id -> {
              device.setPci(true);
              device.setRequesterId(id);
            });
    draft.registers().forEach(r -> device.getRegisters().add(DraftParts.range(r)));
    return device;
  }

  private Device typed(String model) {
    return packages
        .deviceType(model)
        .map(type -> (Device) EcoreUtil.create(type))
        .orElseGet(FACTORY::createDevice);
  }

  private static <C extends Component> C named(C component, DraftNode.Head head) {
    DraftParts.name(component, head.name(), head.provenance(), head.disabled());
    head.label().ifPresent(label -> component.setDescription("Label " + label + "."));
    return component;
  }

  private void link(DraftNode node, DraftLinks links) {
    switch (node) {
      case DraftNode.Bus bus -> {
        links.link(bus, buses.get(bus.head().path()));
        bus.nodes().forEach(n -> link(n, links));
      }
      case DraftNode.Iommu iommu -> {}
      case DraftNode.Device device -> links.link(device, devices.get(device.head().path()));
    }
  }
}
