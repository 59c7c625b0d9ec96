package org.bufferyard.yard;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;
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

  // Set once, by start().
  private Pools pools;
  private Translations translations;
  private Dma dma;
  private DmaBufs dmaBufs;

  private EngineState(Plan plan, EngineThread thread) {
    this.spec = plan.spec();
    this.kernel = plan.options().kernel();
    this.thread = thread;
    this.memory = new SparseMemory(plan.layout());
    this.cache = new WriteBackCache(memory, log, hasSeenCaches(plan), cacheLine(spec));
    this.hazards = new Hazards(spec, log);
    this.registers =
        new RegisterWindows(
            spec.devices().stream().flatMap(d -> d.registers().stream()).toList());
    this.hardware = new Hardware(plan.kinds(), kernel, log);
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
  static EngineState open(Plan plan, EngineThread thread) {
    EngineState state = new EngineState(plan, thread);
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
    pools = new Pools(spec, plan.layout(), plan.kinds(), kernel, log, instances);
    TableArea tables =
        new TableArea(
            plan.layout().tables().ranges().getFirst(), memory, pools.noMemory());
    translations =
        new Translations(spec, plan.kinds(), kernel, log, memory, tables, clock, instances);
    spec.devices().forEach(this::create);
    dma = plan.dmaEngine().open(new DmaSite(this));
    dmaBufs = plan.dmaBufEngine().open(new DmaBufSite(this, plan.kinds()));
    pools.startCounting();
  }

  /** Undoes and closes everything; failures are collected and thrown at the end. */
  void close() {
    thread.check();
    Failures failures = new Failures("closing the yard of '" + spec.name() + "'");
    ledger.undoAll(failures);
    for (LiveDevice device : devices.values()) {
      failures.run(() -> hardware.close(device));
      device.remove();
    }
    instances.closeAll(failures);
    failures.throwIfAny();
  }

  @Override
  public YardDevice device(String id) {
    thread.check();
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
    thread.check();
    LinkedHashSet<String> distinct = new LinkedHashSet<>(ids);
    distinct.forEach(this::device); // all of them are there, or nothing happens
    Failures failures = new Failures("removing " + distinct);
    distinct.forEach(id -> remove(devices.get(id), leftovers, failures));
    distinct.forEach(
        id -> {
          create(devices.get(id).spec());
          log.emit(new DmaEvent.Bound(id));
        });
    failures.throwIfAny();
    return ids.stream().map(this::device).toList();
  }

  @Override
  public Injection injection() {
    thread.check();
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
    thread.check();
    return buses.get(present(device));
  }

  @Override
  public DeviceBus inside(DmaDevice device) {
    thread.check();
    return registers.inside(present(device));
  }

  @Override
  public DriverFacts facts(DmaDevice device) {
    thread.check();
    return hardware.facts(live(device).spec());
  }

  @Override
  public Device hardware(DmaDevice device) {
    thread.check();
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
    thread.check();
    return new Balance(
        ledger.size(),
        dmaBufs.liveBuffers(),
        pools.takenPages(),
        translations.liveIovaFrames(),
        pools.usedSlots());
  }

  @Override
  public List<BounceArea> bounceAreas() {
    thread.check();
    return pools.bounceAreas();
  }

  @Override
  public List<TranslationCache> translationCaches() {
    thread.check();
    return translations.caches();
  }

  @Override
  public List<SwapOutcome> swap(List<KindSwap> plan) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SwapOutcome park(KindSwap swap) {
    throw new UnsupportedOperationException();
  }

  /** Nothing of batch work takes time: only {@link #advance} lets it pass. */
  @Override
  public long nowNanos() {
    return clock.nowNanos();
  }

  @Override
  public void advance(long nanos) {
    thread.check();
    clock.advance(nanos);
  }

  @Override
  public Dma dma() {
    thread.check();
    return dma;
  }

  @Override
  public DmaBufs dmaBufs() {
    thread.check();
    return dmaBufs;
  }

  @Override
  public PhysMemory memory() {
    thread.check();
    return memory;
  }

  @Override
  public EventLog events() {
    thread.check();
    return log;
  }

  @Override
  public MappingLedger ledger() {
    thread.check();
    return ledger;
  }

  @Override
  public Placements placements() {
    thread.check();
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
    thread.check();
    return cache;
  }

  Hazards hazards() {
    return hazards;
  }

  Pools pools() {
    return pools;
  }
}
