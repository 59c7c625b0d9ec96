package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.event.DmaEvent.IommuMapped;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.event.DmaEvent.PlatformChanged;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.MachineSpec.IommuMode;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.FlushQueue;
import org.bufferyard.platform.yard.TranslationCache;
import org.bufferyard.yard.guard.Failures;
import org.bufferyard.yard.guard.FormatlessIommu;
import org.bufferyard.yard.guard.GuardedDomain;
import org.bufferyard.yard.guard.GuardedIommu;
import org.bufferyard.yard.guard.Instances;
import org.bufferyard.yard.guard.VirtualClock;
import org.bufferyard.yard.memory.SparseMemory;
import org.bufferyard.yard.memory.TableArea;

/**
 * The board's IOMMUs and the groups behind them, each with its default domain (A10, D2, D12, D13).
 * Engine thread only.
 *
 * <p>A device is in the group that its IOMMU's driver says ({@link
 * org.bufferyard.api.iommu.DeviceGroups}), else in that of its spec, and with those that name one of
 * its streams ({@link StreamGroups}). The group's domain comes with its first device and goes with its last. An
 * IOMMU error at attach means "no IOMMU" for the device, with a message (A5). An enabled IOMMU whose kind nobody brings does not stop the board: see {@link
 * FormatlessIommu}. One whose plug-in is out of use keeps its devices from being used ({@link
 * #outOfUse}).
 *
 * <p>Not modelled: aliases, a change of the default domain at run time.
 */
final class Translations {
  /** Devices that share a domain. */
  private record Group(Domain domain, String model, Set<String> members) {}

  /**
   * Which group a device is in.
   *
   * @param named the name that its IOMMU's driver gives it; empty where the board groups
   */
  private record Place(String key, Optional<String> named) {}

  private final PlatformSpec spec;
  private final EventSink events;
  private final Units units;
  private final Map<String, Group> groups = new LinkedHashMap<>();

  /** The key of the group of each device that is in one. */
  private final Map<String, String> placed = new HashMap<>();

  private final StreamGroups grouping;
  private final IovaSpaces spaces;

  Translations(
      PlatformSpec spec,
      ChosenKinds kinds,
      KernelProfile kernel,
      EventSink events,
      SparseMemory memory,
      TableArea tables,
      VirtualClock clock,
      Instances instances) {
    this.spec = spec;
    this.grouping = new StreamGroups(spec.devices());
    this.events = events;
    this.spaces = new IovaSpaces(kinds, kernel, events, clock);
    this.units = new Units(spec, kinds, kernel, events, memory, tables, clock, instances);
    instances.add(this::closeGroups);
  }

  Units units() {
    return units;
  }

  IovaSpaces spaces() {
    return spaces;
  }

  /** The IOMMU in front of a device whose plug-in is out of use, and why. */
  Optional<String> outOfUse(DeviceSpec device) {
    return streams(device).stream()
        .map(s -> iommu(device, s))
        .flatMap(i -> units.outOfUse(i).map(why -> "IOMMU '" + i.name() + "', and " + why).stream())
        .findFirst();
  }

  /** Puts a device into its group's domain; empty when no IOMMU translates for it. */
  Optional<Domain> attach(LiveDevice device) {
    List<StreamId> streams = streams(device.spec());
    if (streams.isEmpty()) {
      return Optional.empty();
    }
    Units.Unit first = units.get(streams.getFirst().iommu());
    Optional<Place> place = place(first, device, streams);
    if (place.isEmpty()) {
      warn(device.id(), "Its IOMMU's driver refuses it: " + Errno.EINVAL + ", using direct DMA");
      return Optional.empty();
    }
    String key = place.get().key();
    Group group = groups.get(key);
    if (group == null) {
      Optional<Group> created = create(first, place.get(), device);
      if (created.isEmpty()) {
        return Optional.empty();
      }
      group = created.get();
    }
    int rc;
    try {
      rc = attachAll(streams, group);
    } catch (RuntimeException broken) {
      closeIfEmptyAfter(broken, key, group);
      throw broken;
    }
    if (rc != 0) {
      warn(device.id(), "Failed to attach to its IOMMU group: " + Errno.text(rc) + ", using direct DMA");
      closeIfEmpty(key, group);
      return Optional.empty();
    }
    groups.put(key, group);
    placed.put(device.id(), key);
    group.members().add(device.id());
    return Optional.of(group.domain());
  }

  /** Empty when the driver refuses the device. */
  private Optional<Place> place(Units.Unit unit, LiveDevice device, List<StreamId> streams) {
    if (!groupsDevices(unit) || !(unit.iommu() instanceof GuardedIommu driver)) {
      return Optional.of(new Place(grouping.of(device.spec()), Optional.empty()));
    }
    Optional<String> name = driver.group(streams);
    name.ifPresent(n -> driver.dmaMask(n).ifPresent(device::setMasks));
    return name.map(n -> new Place(n, name));
  }

  /** Takes a device out of its group; the last one takes the domain with it. */
  void detach(LiveDevice device) {
    String key = placed.remove(device.id());
    if (key == null) {
      return;
    }
    Group group = groups.get(key);
    group.members().remove(device.id());
    Failures failures = new Failures("detaching device '" + device.id() + "'");
    for (StreamId stream : streams(device.spec())) {
      // A stream that another member shares stays attached for it.
      if (group.members().stream().noneMatch(m -> hasStream(m, stream))) {
        failures.run(() -> units.get(stream.iommu()).iommu().detach(stream));
      }
    }
    failures.run(() -> closeIfEmpty(key, group));
    failures.throwIfAny();
  }

  /** What stands between an attached device and memory. */
  Optional<Bus.Translator> translator(LiveDevice device) {
    return device
        .domain()
        .map(
            domain -> {
              StreamId stream = streams(device.spec()).getFirst();
              return new Bus.Translator(
                  units.get(stream.iommu()).iommu(),
                  stream,
                  domain.type() == DomainType.IDENTITY);
            });
  }

  /** What the caches of those units did that count. */
  List<TranslationCache> caches() {
    return units.all().stream()
        .flatMap(
            unit ->
                unit.iommu() instanceof GuardedIommu g
                    ? g.tlbCounts().stream().map(c -> cache(unit.spec(), c))
                    : Stream.empty())
        .toList();
  }

  private static TranslationCache cache(IommuSpec iommu, TlbCounts counts) {
    return new TranslationCache(iommu.id(), iommu.name(), counts);
  }

  /** Empties the flush queues, so that only what is mapped is live. */
  void flush(Failures failures) {
    groups.values().stream()
        .flatMap(g -> g.domain().flushQueue().stream())
        .forEach(queue -> failures.run(queue::flush));
  }

  long liveIovaFrames() {
    return groups.values().stream()
        .map(Group::domain)
        .mapToLong(d -> d.iova().livePages() - d.flushQueue().map(FlushQueue::pages).orElse(0L))
        .sum();
  }

  private Optional<Group> create(Units.Unit unit, Place place, LiveDevice device) {
    DomainType wanted = Units.defaultType(spec);
    String id = place.named().orElse(unit.spec().id() + "/" + place.key());
    if (!(unit.iommu() instanceof GuardedIommu iommu)) {
      IommuDomain none = unit.iommu().newDomain(wanted);
      Domain domain = new Domain(id, unit.spec().id(), wanted, none, NoIova.SPACE);
      return Optional.of(new Group(domain, unit.spec().model(), new HashSet<>()));
    }
    GuardedDomain table =
        place.named().map(n -> iommu.newDomain(wanted, n)).orElseGet(() -> iommu.newDomain(wanted));
    Geometry geometry = table.geometry();
    DomainType type = type(wanted, geometry);
    if (type.isDmaApi() && !reaches(geometry, device.rangeMap())) {
      // iommu_dma_init_domain() returns -EFAULT: the DMA API goes direct (D2).
      warn(device.id(), "Failed to set up IOMMU for device " + device.name() + "; retaining platform DMA ops");
      table.close();
      return Optional.empty();
    }
    List<PhysRange> reserved =
        place.named().map(iommu::reserved).orElseGet(() -> messages(iommu, device));
    IovaAllocator book =
        type.isDmaApi() ? spaces.open(id, table, device.spec(), reserved) : NoIova.SPACE;
    Domain domain =
        new Domain(
            id, unit.spec().id(), type, table, book, spaces.queue(id, type, table, book));
    Group group = new Group(domain, unit.spec().model(), new HashSet<>());
    if (type.isDmaApi()) {
      try {
        mapDirectly(domain, geometry, device);
      } catch (RuntimeException broken) {
        closeIfEmptyAfter(broken, place.key(), group);
        throw broken;
      }
    }
    return Optional.of(group);
  }

  /** Addresses of messages, unless the board says them itself. */
  private static List<PhysRange> messages(GuardedIommu iommu, LiveDevice device) {
    return iommu
        .messages()
        .filter(m -> !device.spec().reservedIova().contains(m))
        .map(List::of)
        .orElse(List.of());
  }

  /**
   * What becomes of the type that was asked for (D12): a driver may insist on identity
   * (def_domain_type), and then there is no table to fill; or it cannot defer flushes.
   */
  private static DomainType type(DomainType wanted, Geometry geometry) {
    if (!wanted.isDmaApi()) {
      return wanted;
    }
    if (geometry.pageSizes() == 0) {
      return DomainType.IDENTITY;
    }
    return geometry.has(Geometry.Trait.DEFERS_FLUSHES) ? wanted : DomainType.DMA;
  }

  /**
   * iommu_create_device_direct_mappings(): the 1:1 regions, in smallest pages, before anybody
   * allocates (D3). The space has them reserved.
   */
  private void mapDirectly(Domain domain, Geometry geometry, LiveDevice device) {
    long page = geometry.granule();
    int prot =
        IommuProt.READ | IommuProt.WRITE | (device.isCoherent() ? IommuProt.CACHE : 0);
    for (PhysRange range : device.spec().identityIova()) {
      long end = (range.last() | (page - 1)) + 1;
      for (long at = range.base() & -page; at != end; at += page) {
        long mapped = domain.table().map(at, at, page, 1, prot);
        if (mapped != page) {
          warn(
              device.id(),
              "Failed to create a direct mapping at 0x" + Long.toHexString(at) + ": " + mapped);
          return;
        }
      }
      long first = range.base() & -page;
      events.emit(new IommuMapped(domain.id(), first, first, end - first, prot));
    }
  }

  /** Whether any of the device's bus windows lies in the aperture. */
  private static boolean reaches(Geometry geometry, DmaRangeMap windows) {
    return !geometry.forceAperture()
        || windows.isIdentity()
        || windows.regions().stream()
            .anyMatch(
                r ->
                    Long.compareUnsigned(r.dma(), geometry.apertureEnd()) <= 0
                        && Long.compareUnsigned(
                                r.dma() + r.size() - 1, geometry.apertureStart())
                            >= 0);
  }

  private int attachAll(List<StreamId> streams, Group group) {
    List<StreamId> done = new ArrayList<>();
    for (StreamId stream : streams) {
      Units.Unit unit = units.get(stream.iommu());
      // Devices of one domain have one IOMMU driver (D13: incompatible ops).
      int rc =
          unit.spec().model().equals(group.model()) || groupsDevices(unit)
              ? unit.iommu().attach(stream, group.domain().table())
              : Errno.EINVAL.rc();
      if (rc != 0) {
        done.forEach(s -> units.get(s.iommu()).iommu().detach(s));
        return rc;
      }
      done.add(stream);
    }
    return 0;
  }

  /** Nobody came into a new domain, because a plug-in broke. */
  private void closeIfEmptyAfter(RuntimeException broken, String key, Group group) {
    Failures failures = new Failures("closing a domain that nobody came into");
    failures.run(() -> closeIfEmpty(key, group));
    failures.addTo(broken);
  }

  /** Such a driver knows itself whose domains it can walk. */
  private static boolean groupsDevices(Units.Unit unit) {
    return unit.iommu() instanceof GuardedIommu driver && driver.groupsDevices();
  }

  private void closeIfEmpty(String key, Group group) {
    if (group.members().isEmpty()) {
      groups.remove(key);
      try {
        group.domain().table().close();
      } finally {
        spaces.close(group.domain());
      }
    }
  }

  private void closeGroups() {
    Failures failures = new Failures("closing IOMMU domains");
    for (Map.Entry<String, Group> entry : List.copyOf(groups.entrySet())) {
      entry.getValue().members().clear();
      failures.run(() -> closeIfEmpty(entry.getKey(), entry.getValue()));
    }
    failures.throwIfAny();
  }

  /** Streams to enabled IOMMUs: a disabled provider means "no IOMMU". */
  private List<StreamId> streams(DeviceSpec device) {
    return device.streams().stream().filter(s -> iommu(device, s).enabled()).toList();
  }

  private IommuSpec iommu(DeviceSpec device, StreamId stream) {
    return spec.iommu(stream.iommu())
        .orElseThrow(
            () ->
                new BadInputException(
                    "names IOMMU '" + stream.iommu() + "', which the board does not have",
                    "device '" + device.id() + "'",
                    ""));
  }

  private boolean hasStream(String device, StreamId stream) {
    return spec.device(device).filter(d -> d.streams().contains(stream)).isPresent();
  }

  private void warn(String device, String text) {
    events.emit(new KernelMessage(device, MessageClass.WARNING, text));
  }
}
