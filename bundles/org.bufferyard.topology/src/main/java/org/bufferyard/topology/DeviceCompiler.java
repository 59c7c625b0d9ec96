package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.DeviceSpec.Limits;
import org.bufferyard.topology.model.board.BoardPackage;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.Iommu;
import org.bufferyard.topology.model.board.IommuAddress;
import org.bufferyard.topology.model.board.IommuLink;
import org.bufferyard.topology.model.board.IommuMapEntry;
import org.eclipse.emf.common.util.Enumerator;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EStructuralFeature;

/** One device to its record. */
final class DeviceCompiler {
  private final DmaReach reach;
  private final Set<String> pools;
  private final Map<Device, List<IommuAddress>> spoken;

  /**
   * @param pools ids of the pools that found a place
   * @param spoken as {@link IovaReservations#spoken} finds it
   */
  DeviceCompiler(
      DmaReach reach, Set<String> pools, Map<Device, List<IommuAddress>> spoken) {
    this.reach = reach;
    this.pools = pools;
    this.spoken = spoken;
  }

  DeviceSpec compile(Device device) {
    Set<Iommu> iommus = new LinkedHashSet<>();
    List<StreamId> streams = streams(device, iommus);
    IovaReservations iova =
        new IovaReservations(
            device, List.copyOf(iommus), spoken.getOrDefault(device, List.of()));
    return new DeviceSpec(
        Elements.label(device),
        device.getName(),
        path(device),
        device.getModel(),
        device.eClass().getEPackage().getNsURI() + "#" + device.eClass().getName(),
        reach.of(device),
        limits(device),
        device.isPci(),
        streams,
        memoryRegions(device),
        Optional.ofNullable(device.getIommuGroup()),
        registers(device),
        iova.reserved(),
        Optional.ofNullable(device.getOps()),
        device.isSetRequiresContiguous()
            ? Optional.of(device.isRequiresContiguous())
            : Optional.empty(),
        attributes(device),
        iova.identity(),
        PciPlace.of(device));
  }

  private static String path(Device device) {
    return device.getProvenance() != null && device.getProvenance().getNodePath() != null
        ? device.getProvenance().getNodePath()
        : "/" + Elements.path(device);
  }

  private static Limits limits(Device device) {
    return new Limits(
        device.isSetMaxSegmentSize()
            ? OptionalLong.of(device.getMaxSegmentSize())
            : OptionalLong.empty(),
        device.isSetSegmentBoundary() ? device.getSegmentBoundary() : -1L,
        device.getMinAlignMask());
  }

  private List<String> memoryRegions(Device device) {
    return device.getMemoryRegions().stream().map(Elements::label).filter(pools::contains).toList();
  }

  private static List<PhysRange> registers(Device device) {
    return device.getRegisters().stream().map(Spans::of).flatMap(Optional::stream).toList();
  }

  private static List<StreamId> streams(Device device, Set<Iommu> iommus) {
    List<StreamId> streams = new ArrayList<>();
    // A disabled provider means "no IOMMU", never an error: of_iommu_configure_dev() stops there with
    // -ENODEV, and of_iommu_configure() takes back what the entries before had.
    boolean none =
        device.getIommus().stream()
            .anyMatch(l -> l.getIommu() != null && DmaWay.isDisabled(l.getIommu()));
    for (IommuLink link : device.getIommus()) {
      if (link.getIommu() != null && !none) {
        iommus.add(link.getIommu());
        List<Integer> cells = link.getSpecifier() == null ? List.of() : link.getSpecifier();
        streams.add(
            new StreamId(
                Elements.label(link.getIommu()),
                cells.stream().map(Integer::toUnsignedLong).toList()));
      }
    }
    if (streams.isEmpty() && device.isSetRequesterId()) {
      mapped(device, iommus).ifPresent(streams::add);
    }
    return streams;
  }

  /**
   * {@code iommu-map} of the nearest bus that has one. {@code drivers/of/base.c: of_map_id()}: the
   * first entry that covers the masked id decides, even for a disabled unit; a base with bits outside
   * of the mask is an error, and so no IOMMU (A5).
   */
  private static Optional<StreamId> mapped(Device device, Set<Iommu> iommus) {
    Optional<Bus> at = DmaWay.parent(device);
    while (at.isPresent() && at.get().getIommuMap().isEmpty()) {
      at = DmaWay.parent(at.get());
    }
    if (at.isEmpty()) {
      return Optional.empty();
    }
    int mask = at.get().getIommuMapMask().intValue();
    int masked = device.getRequesterId() & mask;
    for (IommuMapEntry entry : at.get().getIommuMap()) {
      if ((entry.getRequesterId() & ~mask) != 0) {
        return Optional.empty();
      }
      int offset = masked - entry.getRequesterId();
      if (offset >= 0 && offset < entry.getLength()) {
        return stream(entry, offset, iommus);
      }
    }
    return Optional.empty();
  }

  private static Optional<StreamId> stream(IommuMapEntry entry, int offset, Set<Iommu> iommus) {
    if (entry.getIommu() == null || DmaWay.isDisabled(entry.getIommu())) {
      return Optional.empty();
    }
    iommus.add(entry.getIommu());
    long specifier = Integer.toUnsignedLong(entry.getSpecifierBase() + offset);
    return Optional.of(new StreamId(Elements.label(entry.getIommu()), List.of(specifier)));
  }

  /** What the device's own type adds to the core's Device. */
  private static Map<String, Object> attributes(Device device) {
    Map<String, Object> attributes = new HashMap<>();
    for (EStructuralFeature feature : device.eClass().getEAllStructuralFeatures()) {
      if (feature.getEContainingClass().getEPackage() == BoardPackage.eINSTANCE) {
        continue;
      }
      Object value = device.eGet(feature);
      if (value != null && !feature.isMany()) {
        attributes.put(feature.getName(), plain(value));
      }
    }
    return attributes;
  }

  private static Object plain(Object value) {
    return switch (value) {
      case Boolean b -> b;
      case Enumerator literal -> literal.getName();
      case Long number -> number;
      case Number number -> number.longValue();
      case Component component -> Elements.label(component);
      case EObject other -> Elements.id(other);
      default -> value.toString();
    };
  }
}
