package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.platform.board.RemarkRules;
import org.bufferyard.topology.model.Notation;
import org.bufferyard.topology.model.board.AddressRange;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.DmaRange;
import org.bufferyard.topology.model.board.Iommu;
import org.bufferyard.topology.model.board.IommuLink;
import org.bufferyard.topology.model.board.IommuMapEntry;
import org.bufferyard.topology.model.board.IommuWindow;
import org.bufferyard.topology.model.board.Memory;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.common.util.TreeIterator;
import org.eclipse.emf.ecore.EObject;

/**
 * What a board must keep to beyond its metamodel. Each finding is one line: what, where, what to
 * do. One pass over the elements; {@link MemoryCheck} looks at memory and pools.
 */
final class BoardCheck {
  private final Problems problems;

  private BoardCheck(Problems problems) {
    this.problems = problems;
  }

  /**
   * Everything there is to check, the demands of the metamodels included.
   *
   * @param incomplete whether content is missing that a bundle would bring: then references into it
   *     are missing for that reason
   */
  static void check(Topology board, boolean incomplete, Problems problems) {
    new ValueCheck(problems, incomplete).check(board);
    new BoardCheck(problems).check(board);
    new MemoryCheck(board, problems).check();
  }

  private void check(Topology board) {
    machine(board);
    new IdCheck(problems).check(board);
    names(board, board.getComponents());
    for (TreeIterator<EObject> all = board.eAllContents(); all.hasNext(); ) {
      switch (all.next()) {
        case Bus bus -> bus(bus);
        case Memory memory -> names(memory, memory.getPools());
        case Iommu iommu -> iommu(iommu);
        case Device device -> device(device);
        case DmaRange range -> dmaRange(range);
        case AddressRange range -> span(range, "range", range.getBase(), range.getSize());
        case IommuWindow window -> span(window, "window", window.getBase(), window.getSize());
        case IommuMapEntry entry -> mapEntry(entry);
        default -> {}
      }
    }
  }

  private void machine(Topology board) {
    long page = board.getPageSize();
    if (page != 4096 && page != 16384 && page != 65536) {
      problems.error(
          board, "pageSize " + Notation.printSize(page) + " does not exist", "give 4K, 16K or 64K");
    }
    if (!Spans.isPowerOfTwo(board.getSwiotlbAreas())) {
      problems.error(
          board, "swiotlbAreas " + board.getSwiotlbAreas() + " is not a power of two", "");
    }
    if (!Spans.isPowerOfTwo(board.getCmaAlignment())) {
      problems.error(
          board,
          "cmaAlignment " + Notation.printSize(board.getCmaAlignment()) + " is not a power of two",
          "");
    }
    // The bounce buffer is a row of whole segments (E1).
    if (!Spans.isAligned(board.getSwiotlbSize(), 256 * 1024)) {
      problems.error(
          board,
          "swiotlbSize " + Notation.printSize(board.getSwiotlbSize()) + " is no multiple of 256K",
          "");
    }
  }

  private void names(EObject owner, List<? extends Component> components) {
    Set<String> seen = new HashSet<>();
    for (Component component : components) {
      if (component.getName() != null && !seen.add(component.getName())) {
        String where = owner instanceof Component c ? " in '" + c.getName() + "'" : " on the board";
        problems.error(
            component,
            "two elements" + where + " are called '" + component.getName() + "'",
            "rename one of them");
      }
    }
  }

  private void bus(Bus bus) {
    names(bus, bus.getComponents());
    if (bus.isEmptyDmaRanges() && !bus.getDmaRanges().isEmpty()) {
      problems.error(
          bus, "emptyDmaRanges contradicts the dmaRanges it has", "remove one or the other");
    }
    maskedBases(bus);
    if (!bus.isPci() && !(bus.getIommuMap().isEmpty() && bus.getWindows().isEmpty())) {
      problems.error(
          bus, "iommuMap and windows belong to a PCI host bridge", "set pci or remove them");
    }
    pci(bus);
    bus.getIommuMap().stream()
        .map(IommuMapEntry::getIommu)
        .filter(i -> i != null && !i.eIsProxy() && DmaWay.isDisabled(i))
        .filter(i -> !DmaWay.isDisabled(bus))
        .distinct()
        .forEach(
            i ->
                problems.warn(
                    RemarkRules.DISABLED_IOMMU,
                    bus,
                    "'"
                        + Elements.label(i)
                        + "' in its iommuMap is disabled: for Linux its functions have no IOMMU"
                        + " there",
                    ""));
    loop(bus)
        .ifPresent(
            way ->
                problems.error(
                    bus,
                    "memory accesses run in a circle: " + way,
                    "let one dmaParent lead towards memory"));
  }

  /** of_map_id(): -EFAULT, and a device whose IOMMU cannot be found goes without (A5). */
  private void maskedBases(Bus bus) {
    long mask = bus.getIommuMapMask();
    bus.getIommuMap().stream()
        .filter(e -> (e.getRequesterId() & ~mask) != 0)
        .findFirst()
        .ifPresent(
            e ->
                problems.warn(
                    RemarkRules.DISABLED_IOMMU,
                    e,
                    "requesterId "
                        + e.getRequesterId()
                        + " has bits that iommuMapMask "
                        + Notation.printAddress(mask)
                        + " ignores: Linux gives up there with -EFAULT, and functions that no"
                        + " entry before covers have no IOMMU",
                    "correct the mask or the entry"));
  }

  private void pci(Bus bus) {
    if ((bus.isSetPeerForwarding() || bus.isSetBusOffset()) && !PciPlace.isRootBus(bus)) {
      problems.error(
          bus,
          "peerForwarding and busOffset belong to a PCI host bridge",
          "set them on the outermost PCI bus");
    }
    if (bus.isSetAcsRedirect() && (!bus.isPci() || PciPlace.isRootBus(bus))) {
      problems.error(
          bus,
          "acsRedirect is for a PCI bus below a bridge",
          "set it on a PCI bus inside the host bridge's");
    }
  }

  /** The way from a bus back to itself; empty when it ends at the root. */
  private static Optional<String> loop(Bus start) {
    List<String> way = new ArrayList<>();
    Set<Bus> seen = new HashSet<>();
    Optional<Bus> at = Optional.of(start);
    while (at.isPresent() && seen.add(at.get())) {
      way.add(Elements.label(at.get()));
      at = DmaWay.parent(at.get());
    }
    return at.filter(b -> b == start).map(b -> String.join(" -> ", way) + " -> " + way.getFirst());
  }

  private void dmaRange(DmaRange range) {
    span(range, "window", range.getDma(), range.getSize());
    span(range, "window", range.getParent(), range.getSize());
  }

  private void span(EObject element, String noun, Long base, Long size) {
    if (base == null || size == null) {
      return; // said already
    }
    if (size == 0) {
      problems.error(element, "the " + noun + " has size 0", "give it a size");
    } else if (Spans.of(base, size).isEmpty()) {
      problems.error(
          element,
          "the "
              + noun
              + " at "
              + Notation.printAddress(base)
              + " of "
              + Notation.printSize(size)
              + " passes the end of the address space",
          "correct base or size");
    }
  }

  private void iommu(Iommu iommu) {
    if (iommu.getSpecifierCells() < 0 || iommu.getSpecifierCells() > 4) {
      problems.error(
          iommu, "specifierCells " + iommu.getSpecifierCells() + " is out of range", "give 0 to 4");
    }
    if (iommu.isSetApertureBase() != iommu.isSetApertureSize()) {
      problems.error(
          iommu, "an aperture has both apertureBase and apertureSize", "give the other one too");
    } else if (iommu.isSetApertureBase()) {
      span(iommu, "aperture", iommu.getApertureBase(), iommu.getApertureSize());
    }
    Set<String> seen = new HashSet<>();
    iommu
        .getParameters()
        .forEach(
            p -> {
              if (!seen.add(p.getName())) {
                problems.error(
                    iommu, "parameter '" + p.getName() + "' is there twice", "remove one");
              }
            });
  }

  private void device(Device device) {
    bits(device, "dmaMaskBits", device.getDmaMaskBits());
    bits(device, "coherentMaskBits", device.getCoherentMaskBits());
    if (device.isSetMaxSegmentSize() && device.getMaxSegmentSize() == 0) {
      problems.error(device, "maxSegmentSize is 0", "leave it out for the default");
    }
    lowMask(device, "segmentBoundary", device.getSegmentBoundary());
    lowMask(device, "minAlignMask", device.getMinAlignMask());
    if (device.isSetRequesterId()) {
      requester(device);
    }
    device.getIommus().forEach(this::link);
    if (DmaWay.isDisabled(device)) {
      return; // nobody drives it
    }
    disabledIommus(device);
    device.getMemoryRegions().stream()
        .filter(Component::isDisabled)
        .forEach(
            pool ->
                problems.warn(
                    RemarkRules.DISABLED_POOL,
                    device,
                    "its pool '"
                        + Elements.label(pool)
                        + "' is disabled: the kernel attaches nothing",
                    ""));
  }

  /** of_iommu_configure_dev() stops at the first unit that is not there, and takes back the others. */
  private void disabledIommus(Device device) {
    long enabled =
        device.getIommus().stream()
            .filter(l -> l.getIommu() != null && !DmaWay.isDisabled(l.getIommu()))
            .count();
    Set<Iommu> said = new HashSet<>();
    for (IommuLink link : device.getIommus()) {
      Iommu iommu = link.getIommu();
      if (iommu != null && !iommu.eIsProxy() && DmaWay.isDisabled(iommu) && said.add(iommu)) {
        problems.warn(
            RemarkRules.DISABLED_IOMMU,
            link,
            "'"
                + Elements.label(iommu)
                + "' is disabled: for Linux the device has no IOMMU"
                + (enabled > 0 ? ", not even the others it names" : ""),
            "");
      }
    }
  }

  private void bits(Device device, String name, int bits) {
    if (bits < 0 || bits > 64) {
      problems.error(device, name + " " + bits + " is out of range", "give 0 to 64");
    }
  }

  /** Masks of low bits: 2^n - 1. */
  private void lowMask(Device device, String name, Long mask) {
    if (mask != null && (mask & (mask + 1)) != 0) {
      problems.error(
          device,
          name + " " + Notation.printAddress(mask) + " is not a power of two minus one",
          "give a mask such as 0xffff");
    }
  }

  private void requester(Device device) {
    int rid = device.getRequesterId();
    if (!device.isPci()) {
      problems.error(device, "requesterId is for PCI functions", "set pci or remove it");
    } else if (rid < 0 || rid > 0xffff) {
      problems.error(device, "requesterId " + rid + " is out of range", "give 0 to 65535");
    }
  }

  private void link(IommuLink link) {
    Iommu iommu = link.getIommu();
    if (iommu == null || iommu.eIsProxy()) {
      return; // said already
    }
    int given = link.getSpecifier() == null ? 0 : link.getSpecifier().size();
    if (given != iommu.getSpecifierCells()) {
      problems.error(
          link,
          "'"
              + Elements.label(iommu)
              + "' takes a specifier of "
              + cells(iommu.getSpecifierCells())
              + ", it gets "
              + cells(given),
          "correct the specifier or specifierCells");
    }
  }

  private static String cells(int count) {
    return count == 1 ? "1 cell" : count + " cells";
  }

  private void mapEntry(IommuMapEntry entry) {
    int first = entry.getRequesterId();
    if (first < 0 || entry.getLength() < 1 || first + entry.getLength() > 0x10000) {
      problems.error(
          entry,
          "requester ids " + first + " and " + entry.getLength() + " more are out of range",
          "ids are 0 to 65535");
    }
  }
}
