package org.bufferyard.platform.draft;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.bufferyard.api.memory.PhysRange;

/**
 * What takes part in DMA besides memory, as an importer found it: buses, devices, IOMMUs. Elements
 * refer to each other by node path. Addresses and sizes are bytes, unsigned. Immutable.
 */
public sealed interface DraftNode {
  Head head();

  /**
   * What every node has.
   *
   * @param name unique among its neighbours: letters, digits and {@code , . _ + - @}
   * @param label of the source, when the file has kept it
   * @param disabled its own status is not okay; what stands above is not counted
   */
  record Head(Provenance provenance, String name, Optional<String> label, boolean disabled) {
    public Head {
      Objects.requireNonNull(provenance, "provenance");
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(label, "label");
    }

    public String path() {
      return provenance.nodePath();
    }
  }

  /** What a node says about CPU caches (A6). */
  enum Coherency {
    UNSAID,
    COHERENT,
    NONCOHERENT
  }

  /**
   * A window of a bus as it is written (A4).
   *
   * @param dma first address on the bus
   * @param parent the same place on the bus above
   * @param size bytes, at least 1
   * @param flags windows are neighbours only when these are equal; 0 on buses without
   */
  record Window(long dma, long parent, long size, long flags) {}

  /**
   * A bus and what stands on it.
   *
   * @param dmaRanges {@code dma-ranges}: empty when absent, an empty list when it is there and empty
   * @param dmaParent the bus that its memory accesses take when it is not the one that holds it
   * @param memoryWindows of a PCI host bridge, in bus addresses (D3)
   * @param iommuMapMask the bits of a requester id that {@code iommu-map} looks at; all ones for all
   */
  record Bus(
      Head head,
      Optional<List<Window>> dmaRanges,
      Coherency coherency,
      boolean pci,
      Optional<String> dmaParent,
      List<PhysRange> memoryWindows,
      List<IommuMapEntry> iommuMap,
      int iommuMapMask,
      List<DraftNode> nodes)
      implements DraftNode {
    public Bus {
      Objects.requireNonNull(head, "head");
      dmaRanges = dmaRanges.map(List::copyOf);
      Objects.requireNonNull(coherency, "coherency");
      Objects.requireNonNull(dmaParent, "dmaParent");
      memoryWindows = List.copyOf(memoryWindows);
      iommuMap = List.copyOf(iommuMap);
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * One entry of {@code iommu-map}.
   *
   * @param requesterId first
   * @param iommu node path
   * @param specifier of the first requester id
   * @param length how many ids, at least 1
   */
  record IommuMapEntry(int requesterId, String iommu, int specifier, int length) {
    public IommuMapEntry {
      Objects.requireNonNull(iommu, "iommu");
    }
  }

  /**
   * An IOMMU.
   *
   * @param model of its compatible strings the one that Linux's driver goes by
   * @param specifierCells {@code #iommu-cells}
   * @param parameters that its kind understands and that follow from the board
   */
  record Iommu(
      Head head,
      String model,
      int specifierCells,
      Coherency coherency,
      List<PhysRange> registers,
      Map<String, String> parameters)
      implements DraftNode {
    public Iommu {
      Objects.requireNonNull(head, "head");
      Objects.requireNonNull(model, "model");
      parameters = Map.copyOf(parameters);
      Objects.requireNonNull(coherency, "coherency");
      registers = List.copyOf(registers);
    }
  }

  /**
   * One entry of {@code iommus}.
   *
   * @param iommu node path
   * @param specifier as many cells as the IOMMU asks for
   */
  record IommuLink(String iommu, List<Integer> specifier) {
    public IommuLink {
      Objects.requireNonNull(iommu, "iommu");
      specifier = List.copyOf(specifier);
    }
  }

  /**
   * A device.
   *
   * @param model its first compatible string
   * @param requesterId of a PCI function
   * @param dmaParent the bus that its memory accesses take when it is not the one that holds it
   * @param registers CPU physical
   * @param memoryRegions node paths, in order
   */
  record Device(
      Head head,
      String model,
      Coherency coherency,
      OptionalInt requesterId,
      Optional<String> dmaParent,
      List<PhysRange> registers,
      List<IommuLink> iommus,
      List<String> memoryRegions)
      implements DraftNode {
    public Device {
      Objects.requireNonNull(head, "head");
      Objects.requireNonNull(model, "model");
      Objects.requireNonNull(coherency, "coherency");
      Objects.requireNonNull(requesterId, "requesterId");
      Objects.requireNonNull(dmaParent, "dmaParent");
      registers = List.copyOf(registers);
      iommus = List.copyOf(iommus);
      memoryRegions = List.copyOf(memoryRegions);
    }
  }
}
