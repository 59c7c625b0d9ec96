package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.yard.ChosenKinds.Held;
import org.bufferyard.yard.guard.Failures;
import org.bufferyard.yard.memory.SparseMemory;
import org.bufferyard.yard.memory.WriteBackCache;

/**
 * The devices of a yard, from their creation to their removal. They come into being in board order.
 * Removing one undoes its ledger entries newest first, then closes its hardware, then takes it out of
 * its group. Engine thread only.
 */
final class LiveDevices {
  private final EngineState state;
  private final Log log;
  private final Ledger ledger;
  private final Hardware hardware;
  private final Translations translations;
  private final RegisterWindows registers;
  private final SparseMemory memory;
  private final WriteBackCache cache;
  private final Map<String, LiveDevice> devices = new LinkedHashMap<>();
  private final Map<LiveDevice, Bus> buses = new HashMap<>();

  LiveDevices(
      EngineState state,
      Log log,
      Ledger ledger,
      Hardware hardware,
      RegisterWindows registers,
      SparseMemory memory,
      WriteBackCache cache) {
    this.state = state;
    this.log = log;
    this.ledger = ledger;
    this.hardware = hardware;
    this.translations = state.translations();
    this.registers = registers;
    this.memory = memory;
    this.cache = cache;
  }

  /** Removed ones included, until they are made anew. */
  Collection<LiveDevice> all() {
    return devices.values();
  }

  LiveDevice get(String id) {
    LiveDevice device = devices.get(id);
    if (device == null) {
      throw new BadInputException(
          "no device '" + id + "'",
          "board '" + state.spec().name() + "'",
          "there are: " + devices.keySet());
    }
    Optional<String> outOfUse = translations.outOfUse(device.spec());
    if (outOfUse.isPresent()) {
      throw new BadInputException(
          "stands behind " + outOfUse.get(), "device '" + id + "'", ChosenKinds.MEND);
    }
    return device;
  }

  /** The device that has a register window there. */
  Optional<LiveDevice> withRegistersAt(long phys) {
    return devices.values().stream()
        .filter(d -> d.spec().registers().stream().anyMatch(window -> window.contains(phys)))
        .findFirst();
  }

  /** The object behind a handle, one that was removed included. */
  static LiveDevice live(DmaDevice device) {
    if (device instanceof LiveDevice live) {
      return live;
    }
    throw new IllegalArgumentException("device '" + device.id() + "' is none of this yard's");
  }

  static LiveDevice present(DmaDevice device) {
    LiveDevice live = live(device);
    if (!live.isPresent()) {
      throw new IllegalStateException("device '" + live.id() + "' was removed");
    }
    return live;
  }

  Bus bus(DmaDevice device) {
    return buses.get(present(device));
  }

  /** Takes devices away and makes them anew; {@code leftovers} settles what they had mapped. */
  List<YardDevice> replace(List<String> ids, Consumer<String> leftovers) {
    Set<String> distinct = new LinkedHashSet<>(ids);
    distinct.forEach(this::get); // all of them are there, or nothing happens
    Failures failures = new Failures("removing " + distinct);
    distinct.forEach(id -> remove(devices.get(id), leftovers, failures));
    distinct.forEach(id -> bind(devices.get(id).spec()));
    failures.throwIfAny();
    List<YardDevice> anew = new ArrayList<>();
    ids.forEach(id -> anew.add(get(id)));
    return List.copyOf(anew);
  }

  void unplug(YardDevice device) {
    Failures failures = new Failures("unplugging '" + device.id() + "'");
    remove(present(device), ledger::undo, failures);
    failures.throwIfAny();
  }

  private void remove(LiveDevice device, Consumer<String> leftovers, Failures failures) {
    // vfio-pci and its like revoke in their remove(), before the driver counts as gone.
    failures.run(() -> state.dmaBufs().revokeExports(device));
    log.emit(new DmaEvent.Unbound(device.id()));
    failures.run(() -> leftovers.accept(device.id()));
    failures.run(() -> hardware.close(device));
    failures.run(() -> translations.detach(device));
    buses.remove(device);
    device.remove();
  }

  private void bind(DeviceSpec device) {
    create(device);
    log.emit(new DmaEvent.Bound(device.id()));
  }

  void create(DeviceSpec device) {
    Pools pools = state.pools();
    LiveDevice created = new LiveDevice(device);
    Optional<Domain> domain = translations.attach(created);
    Optional<YardDevice.Pool> coherent = pools.first(device.pools(), PoolSpec.Kind.COHERENT);
    created.attach(
        new LiveDevice.Attachments(
            domain,
            coherent,
            pools.first(device.pools(), PoolSpec.Kind.CMA),
            domain.isPresent() ? Optional.empty() : pools.firstRestricted(device.pools())));
    coherent.ifPresent(pool -> warnBeyondMask(created, pool.spec().range()));
    devices.put(device.id(), created);
    Bus bus =
        new Bus(
            created,
            translations.translator(created),
            memory,
            cache,
            registers,
            devices.values(),
            log);
    buses.put(created, bus);
  }

  /**
   * dma_assign_coherent_memory() compares the physical range with the mask (B3). The recorded 6.1 and
   * 7.3 kernels say so for every such device, the recorded 6.12 never does.
   */
  private void warnBeyondMask(LiveDevice device, PhysRange pool) {
    boolean silent =
        state.kernel().behavesAs().atLeast(6, 12) && !state.kernel().behavesAs().atLeast(7, 0);
    long busLimit = device.busDmaLimit();
    long mask = device.coherentDmaMask();
    long limit =
        busLimit != 0 && Long.compareUnsigned(busLimit, mask) < 0 || mask == 0 ? busLimit : mask;
    if (!silent && limit != 0 && Long.compareUnsigned(pool.last(), limit) > 0) {
      log.emit(
          new KernelMessage(
              device.id(),
              MessageClass.BEYOND_MASK,
              device.name() + ": reserved memory is beyond device's set DMA address range"));
    }
  }

  /**
   * Has other IOMMUs serve, with the devices behind them made anew in board order.
   *
   * @param successor empty: stand-ins without a table format
   * @throws PlugInException when the successor breaks: while it is opened nothing was changed; when
   *     devices come, stand-ins serve
   */
  void exchangeIommus(
      Needs.Choice choice, Set<String> behind, Optional<Held> successor, Failures closing) {
    Units units = translations.units();
    Map<String, Iommu> next =
        successor.isPresent()
            ? units.successors(choice.model(), successor.get(), closing)
            : Map.of();
    List<DeviceSpec> again = new ArrayList<>();
    for (LiveDevice device : List.copyOf(devices.values())) {
      if (behind.contains(device.id()) && device.isPresent()) {
        again.add(device.spec());
        remove(device, ledger::undo, closing);
      }
    }
    state.kinds().hold(choice, successor);
    units.exchange(successor.isPresent() ? next : units.standIns(choice.model()), closing);
    try {
      again.forEach(this::bind);
    } catch (PlugInException broken) {
      again.forEach(d -> dismiss(devices.get(d.id()), closing));
      state.kinds().hold(choice, Optional.empty());
      units.exchange(units.standIns(choice.model()), closing);
      again.forEach(this::bind);
      throw broken;
    }
  }

  /** Takes back a device that was just made, if it was. */
  private void dismiss(LiveDevice device, Failures failures) {
    if (device.isPresent()) {
      failures.run(() -> translations.detach(device));
      buses.remove(device);
      device.remove();
    }
  }

  /** Closes the hardware of all and ends their handles. */
  void close(Failures failures) {
    for (LiveDevice device : devices.values()) {
      failures.run(() -> hardware.close(device));
      device.remove();
    }
  }
}
