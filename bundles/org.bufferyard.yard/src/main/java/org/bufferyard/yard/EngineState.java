package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.Balance;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.EventLog;
import org.bufferyard.platform.yard.Injection;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.Placements;
import org.bufferyard.platform.yard.SwapOutcome;
import org.bufferyard.platform.yard.TranslationCache;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.yard.ChosenKinds.Held;

/**
 * All state of one yard. Built, used and undone on its engine thread; every method checks that.
 *
 * <p>Devices come into being in board order. Removing one undoes its ledger entries newest first,
 * then closes its hardware, then takes it out of its group.
 */
final class EngineState implements YardState {
  private final PlatformSpec spec;
  private final KernelProfile kernel;
  private final EngineThread thread;
  private final Instances instances = new Instances();
  private final Log log = new Log();
  private final Ledger ledger = new Ledger();
  private final RecordedPlacements placements = new RecordedPlacements();
  private final VirtualClock clock = new VirtualClock();
  private final SparseMemory memory;
  private final WriteBackCache cache;
  private final Hazards hazards;
  private final RegisterWindows registers;
  private final Hardware hardware;
  private final Map<String, LiveDevice> devices = new LinkedHashMap<>();
  private final Map<LiveDevice, Bus> buses = new HashMap<>();
  private final ChosenKinds kinds;
  private final Swaps swaps;

  /** The yard has begun anew without this state. */
  private boolean givenUp;

  // Set once, by start().
  private Pools pools;
  private Translations translations;
  private Dma dma;
  private DmaBufs dmaBufs;

  private EngineState(Plan plan, ChosenKinds kinds, EngineThread thread) {
    this.spec = plan.spec();
    this.kernel = plan.options().kernel();
    this.thread = thread;
    this.memory = new SparseMemory(plan.layout());
    this.cache = new WriteBackCache(memory, log, hasSeenCaches(plan), cacheLine(spec));
    this.hazards = new Hazards(spec, log);
    this.registers =
        new RegisterWindows(
            spec.devices().stream().flatMap(d -> d.registers().stream()).toList());
    this.kinds = kinds;
    this.hardware = new Hardware(kinds, kernel, log);
    this.swaps = new Swaps(this, kinds);
  }

  /** Caches show only where a device goes past them. */
  private static boolean hasSeenCaches(Plan plan) {
    return plan.options().caches()
        && plan.spec().devices().stream().anyMatch(d -> !d.reach().coherent());
  }

  private static int cacheLine(PlatformSpec spec) {
    return spec.machine().architecture().cacheLineBytes();
  }

  /** Builds the state; what was opened is closed again when the rest fails. */
  static EngineState open(Plan plan, ChosenKinds kinds, EngineThread thread) {
    EngineState state = new EngineState(plan, kinds, thread);
    try {
      state.start(plan);
    } catch (RuntimeException | Error failed) {
      Failures closing = new Failures("closing a yard that did not open");
      state.instances.closeAll(closing);
      closing.addTo(failed);
      throw failed;
    }
    return state;
  }

  private void start(Plan plan) {
    pools = new Pools(spec, plan.layout(), kinds, kernel, log, instances);
    TableArea tables =
        new TableArea(
            plan.layout().tables().ranges().getFirst(), memory, pools.books().noMemory());
    translations =
        new Translations(spec, kinds, kernel, log, memory, tables, clock, instances);
    spec.devices().forEach(this::create);
    dma = plan.dmaEngine().open(new DmaSite(this));
    dmaBufs = plan.dmaBufEngine().open(new DmaBufSite(this, kinds));
    pools.books().startCounting();
  }

  /**
   * Undoes and closes everything; failures are collected and thrown at the end. May be called again by
   * a fresh thread when a plug-in hung in it: what was done is not done twice.
   */
  void close() {
    thread.check();
    Failures failures = new Failures("closing the yard of '" + spec.name() + "'");
    ledger.undoAll(failures);
    closeAll(failures);
    kinds.forget();
    failures.throwIfAny();
  }

  private void closeAll(Failures failures) {
    for (LiveDevice device : devices.values()) {
      failures.run(() -> hardware.close(device));
      device.remove();
    }
    instances.closeAll(failures);
  }

  /**
   * Closes every instance without undoing anything: memory, books and mappings are given up with it.
   * Handles and this object are of no use any more.
   *
   * @param tell is told what goes wrong, line by line
   */
  void giveUp(Consumer<String> tell) {
    thread.check();
    Failures failures = new Failures("closing a yard that was given up");
    closeAll(failures);
    givenUp = true;
    failures.tell(tell);
  }

  private void check() {
    thread.check();
    if (givenUp) {
      throw new IllegalStateException(
          "the yard of '" + spec.name() + "' began anew: this state was given up");
    }
  }

  @Override
  public YardDevice device(String id) {
    check();
    LiveDevice device = devices.get(id);
    if (device == null) {
      throw new BadInputException(
          "no device '" + id + "'", "board '" + spec.name() + "'", "there are: " + devices.keySet());
    }
    Optional<String> outOfUse = translations.outOfUse(device.spec());
    if (outOfUse.isPresent()) {
      throw new BadInputException(
          "stands behind " + outOfUse.get(), "device '" + id + "'", ChosenKinds.MEND);
    }
    return device;
  }

  @Override
  public List<YardDevice> recreate(List<String> ids) {
    return replace(ids, ledger::undo);
  }

  @Override
  public List<YardDevice> rebind(List<String> ids) {
    return replace(ids, ledger::forsake);
  }

  /** Takes devices away and makes them anew; {@code leftovers} settles what they had mapped. */
  private List<YardDevice> replace(List<String> ids, Consumer<String> leftovers) {
    check();
    LinkedHashSet<String> distinct = new LinkedHashSet<>(ids);
    distinct.forEach(this::device); // all of them are there, or nothing happens
    Failures failures = new Failures("removing " + distinct);
    distinct.forEach(id -> remove(devices.get(id), leftovers, failures));
    distinct.forEach(
        id -> {
          bind(devices.get(id).spec());
        });
    failures.throwIfAny();
    return ids.stream().map(this::device).toList();
  }

  @Override
  public Injection injection() {
    check();
    return new YardInjection(pools, this::unplug);
  }

  private void unplug(YardDevice device) {
    Failures failures = new Failures("unplugging '" + device.id() + "'");
    remove(present(device), ledger::undo, failures);
    failures.throwIfAny();
  }

  private void remove(LiveDevice device, Consumer<String> leftovers, Failures failures) {
    // vfio-pci and its like revoke in their remove(), before the driver counts as gone.
    failures.run(() -> dmaBufs.revokeExports(device));
    log.emit(new DmaEvent.Unbound(device.id()));
    failures.run(() -> leftovers.accept(device.id()));
    failures.run(() -> hardware.close(device));
    failures.run(() -> translations.detach(device));
    buses.remove(device);
    device.remove();
  }

  private void create(DeviceSpec device) {
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
    boolean silent = kernel.behavesAs().atLeast(6, 12) && !kernel.behavesAs().atLeast(7, 0);
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

  @Override
  public DeviceBus bus(DmaDevice device) {
    check();
    return buses.get(present(device));
  }

  @Override
  public DeviceBus inside(DmaDevice device) {
    check();
    return registers.inside(present(device));
  }

  @Override
  public DriverFacts facts(DmaDevice device) {
    check();
    return hardware.facts(live(device).spec());
  }

  @Override
  public Device hardware(DmaDevice device) {
    check();
    LiveDevice live = present(device);
    return hardware.of(live, buses.get(live));
  }

  private LiveDevice present(DmaDevice device) {
    LiveDevice live = live(device);
    if (!live.isPresent()) {
      throw new IllegalStateException("device '" + live.id() + "' was removed");
    }
    return live;
  }

  /** The object behind a handle, one that was removed included. */
  LiveDevice live(DmaDevice device) {
    if (device instanceof LiveDevice live) {
      return live;
    }
    throw new IllegalArgumentException("device '" + device.id() + "' is none of this yard's");
  }

  @Override
  public Balance balance() {
    check();
    return new Balance(
        ledger.size(),
        dmaBufs.liveBuffers(),
        pools.books().takenPages(),
        translations.liveIovaFrames(),
        pools.bounceBooks().usedSlots());
  }

  @Override
  public List<BounceArea> bounceAreas() {
    check();
    return pools.bounceAreas();
  }

  @Override
  public List<TranslationCache> translationCaches() {
    check();
    return translations.caches();
  }

  @Override
  public List<SwapOutcome> swap(List<KindSwap> plan) {
    check();
    return swaps.swap(plan);
  }

  @Override
  public SwapOutcome park(KindSwap swap) {
    check();
    return swaps.park(swap);
  }

  /**
   * Has other IOMMUs serve, with the devices behind them made anew in board order.
   *
   * @param successor empty: stand-ins without a table format
   * @throws org.bufferyard.platform.registry.PlugInException when the successor breaks: while it is
   *     opened nothing was changed; when devices come, stand-ins serve
   */
  void exchangeIommus(
      Needs.Choice choice, Set<String> behind, Optional<Held> successor, Failures closing) {
    Map<String, Iommu> next =
        successor.isPresent()
            ? translations.units().successors(choice.model(), successor.get(), closing)
            : Map.of();
    List<DeviceSpec> again = new ArrayList<>();
    for (LiveDevice device : List.copyOf(devices.values())) {
      if (behind.contains(device.id()) && device.isPresent()) {
        again.add(device.spec());
        remove(device, ledger::undo, closing);
      }
    }
    kinds.hold(choice, successor);
    translations
        .units()
        .exchange(
            successor.isPresent() ? next : translations.units().standIns(choice.model()), closing);
    try {
      again.forEach(this::bind);
    } catch (PlugInException broken) {
      again.forEach(d -> dismiss(devices.get(d.id()), closing));
      kinds.hold(choice, Optional.empty());
      translations.units().exchange(translations.units().standIns(choice.model()), closing);
      again.forEach(this::bind);
      throw broken;
    }
  }

  private void bind(DeviceSpec device) {
    create(device);
    log.emit(new DmaEvent.Bound(device.id()));
  }

  /** Takes back a device that was just made, if it was. */
  private void dismiss(LiveDevice device, Failures failures) {
    if (device.isPresent()) {
      failures.run(() -> translations.detach(device));
      buses.remove(device);
      device.remove();
    }
  }

  /** Closes the hardware of these devices: it is opened anew when somebody asks for it. */
  void closeHardware(List<String> ids, Failures failures) {
    hardware.closeAll(ids, failures);
  }

  /** Tells that the platform, not a kernel, did something. */
  void platformChanged(String what) {
    log.emit(new DmaEvent.PlatformChanged(spec.name(), what));
  }

  /** Nothing of batch work takes time: only {@link #advance} lets it pass. */
  @Override
  public long nowNanos() {
    return clock.nowNanos();
  }

  @Override
  public void advance(long nanos) {
    check();
    clock.advance(nanos);
  }

  @Override
  public Dma dma() {
    check();
    return dma;
  }

  @Override
  public DmaBufs dmaBufs() {
    check();
    return dmaBufs;
  }

  @Override
  public PhysMemory memory() {
    check();
    return memory;
  }

  @Override
  public EventLog events() {
    check();
    return log;
  }

  @Override
  public MappingLedger ledger() {
    check();
    return ledger;
  }

  @Override
  public Placements placements() {
    check();
    return placements;
  }

  PlatformSpec spec() {
    return spec;
  }

  @Override
  public KernelProfile kernel() {
    return kernel;
  }

  @Override
  public WriteBackCache cache() {
    check();
    return cache;
  }

  Hazards hazards() {
    return hazards;
  }

  Pools pools() {
    return pools;
  }

  Translations translations() {
    return translations;
  }

  ChosenKinds kinds() {
    return kinds;
  }
}
