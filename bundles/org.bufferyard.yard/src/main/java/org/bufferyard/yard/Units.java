package org.bufferyard.yard;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent.PlatformChanged;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.yard.ChosenKinds.Held;
import org.bufferyard.yard.guard.Failures;
import org.bufferyard.yard.guard.FormatlessIommu;
import org.bufferyard.yard.guard.GuardedIommu;
import org.bufferyard.yard.guard.Instances;
import org.bufferyard.yard.guard.IommuSite;
import org.bufferyard.yard.guard.PlugIn;
import org.bufferyard.yard.guard.VirtualClock;
import org.bufferyard.yard.memory.SparseMemory;
import org.bufferyard.yard.memory.TableArea;

/**
 * The board's enabled IOMMUs and who does their work: a plug-in, or a {@link FormatlessIommu} where
 * nobody brings its kind. Engine thread only.
 */
final class Units {
  /** An IOMMU and what does its work. */
  record Unit(IommuSpec spec, Iommu iommu) {}

  private final PlatformSpec spec;
  private final ChosenKinds kinds;
  private final KernelProfile kernel;
  private final EventSink events;
  private final SparseMemory memory;
  private final TableArea tables;
  private final VirtualClock clock;

  /** In board order. */
  private final Map<String, Unit> units = new LinkedHashMap<>();

  Units(
      PlatformSpec spec,
      ChosenKinds kinds,
      KernelProfile kernel,
      EventSink events,
      SparseMemory memory,
      TableArea tables,
      VirtualClock clock,
      Instances instances) {
    this.spec = spec;
    this.kinds = kinds;
    this.kernel = kernel;
    this.events = events;
    this.memory = memory;
    this.tables = tables;
    this.clock = clock;
    for (IommuSpec iommu : spec.iommus()) {
      if (iommu.enabled()) {
        Optional<Held> kind = kinds.held(IommuKind.class, iommu.model());
        Iommu opened = kind.isPresent() ? open(iommu, kind.get()) : formatless(iommu);
        units.put(iommu.id(), new Unit(iommu, opened));
        instances.add(() -> units.get(iommu.id()).iommu().close());
      }
    }
  }

  Unit get(String iommu) {
    return units.get(iommu);
  }

  List<Unit> all() {
    return List.copyOf(units.values());
  }

  private GuardedIommu open(IommuSpec iommu, Held held) {
    PlugIn who = kinds.plugIn(IommuKind.class, held, iommu.model(), iommu.id());
    IommuSite site =
        new IommuSite(kernel, events, who.standing(), memory, tables, spec.devices(), clock);
    IommuUnit unit = new IommuUnit(iommu.id(), iommu.model(), iommu.parameters());
    IommuKind kind = ChosenKinds.service(IommuKind.class, held);
    return new GuardedIommu(who.open(() -> open(kind, unit, site)), who, site);
  }

  /** A parameter that the kind refuses is the board's mistake, not the plug-in's. */
  private static Iommu open(IommuKind kind, IommuUnit unit, IommuSite site) {
    try {
      return kind.open(unit, site);
    } catch (IllegalArgumentException refused) {
      throw new BadInputException(String.valueOf(refused.getMessage()), "", "");
    }
  }

  private FormatlessIommu formatless(IommuSpec iommu) {
    List<PhysRange> identity =
        spec.devices().stream()
            .filter(d -> d.streams().stream().anyMatch(s -> s.iommu().equals(iommu.id())))
            .flatMap(d -> d.identityIova().stream())
            .distinct()
            .toList();
    FormatlessIommu stand =
        new FormatlessIommu(iommu, defaultType(spec), identity);
    events.emit(
        new PlatformChanged(
            iommu.id(),
            outOfUse(iommu).orElse(stand.stop().missing() + ": what it would map is not known")));
    return stand;
  }

  /** The type of the domains of this board, where its drivers do not insist on another. */
  static DomainType defaultType(PlatformSpec spec) {
    if (spec.machine().iommu().passthrough()) {
      return DomainType.IDENTITY;
    }
    return spec.machine().iommu().strict() ? DomainType.DMA : DomainType.DMA_FQ;
  }

  /** That its plug-in is out of use, and why. */
  Optional<String> outOfUse(IommuSpec iommu) {
    return kinds.held(IommuKind.class, iommu.model()).isPresent()
        ? Optional.empty()
        : kinds
            .outOfUse(IommuKind.class, iommu.model())
            .map(why -> "its table format '" + iommu.model() + "' is out of use (" + why + ")");
  }

  /**
   * Opens a successor for each IOMMU of a model; none of them serves yet.
   *
   * @throws org.bufferyard.platform.registry.PlugInException when one breaks; the others are closed
   */
  Map<String, Iommu> successors(String model, Held held, Failures closing) {
    Map<String, Iommu> next = new LinkedHashMap<>();
    try {
      of(model).forEach(unit -> next.put(unit.spec().id(), open(unit.spec(), held)));
    } catch (RuntimeException broken) {
      next.values().forEach(iommu -> closing.run(iommu::close));
      throw broken;
    }
    return next;
  }

  /** Stand-ins for each IOMMU of a model. */
  Map<String, Iommu> standIns(String model) {
    Map<String, Iommu> next = new LinkedHashMap<>();
    of(model).forEach(unit -> next.put(unit.spec().id(), formatless(unit.spec())));
    return next;
  }

  /** These serve from now on; who served before is closed. No device may be attached. */
  void exchange(Map<String, Iommu> successors, Failures closing) {
    successors.forEach(
        (id, successor) -> {
          Unit before = units.get(id);
          units.put(id, new Unit(before.spec(), successor));
          closing.run(before.iommu()::close);
        });
  }

  private List<Unit> of(String model) {
    return units.values().stream().filter(u -> u.spec().model().equals(model)).toList();
  }
}
