package org.bufferyard.yard;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.Balance;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.EventLog;
import org.bufferyard.platform.yard.Injection;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.Placements;
import org.bufferyard.platform.yard.SwapOutcome;
import org.bufferyard.platform.yard.TranslationCache;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.yard.guard.EngineThread;
import org.bufferyard.yard.guard.Failures;
import org.bufferyard.yard.guard.Instances;
import org.bufferyard.yard.guard.VirtualClock;
import org.bufferyard.yard.memory.SparseMemory;
import org.bufferyard.yard.memory.TableArea;
import org.bufferyard.yard.memory.WriteBackCache;

/**
 * All state of one yard. Built, used and undone on its engine thread; every method checks that.
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
  private final ChosenKinds kinds;
  private final Swaps swaps;

  /** The yard has begun anew without this state. */
  private boolean givenUp;

  // Set once, by start().
  private Pools pools;
  private Translations translations;
  private LiveDevices devices;
  private Dma dma;
  private DmaBufs dmaBufs;

  private EngineState(Plan plan, ChosenKinds kinds, EngineThread thread) {
    this.spec = plan.spec();
    this.kernel = plan.options().kernel();
    this.thread = thread;
    this.registers =
        new RegisterWindows(
            spec.devices().stream().flatMap(d -> d.registers().stream()).toList());
    this.memory = new SparseMemory(plan.layout(), registers);
    this.cache = new WriteBackCache(memory, log, hasSeenCaches(plan), cacheLine(spec));
    this.hazards = new Hazards(spec, log);
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
    devices = new LiveDevices(this, log, ledger, hardware, registers, memory, cache);
    spec.devices().forEach(devices::create);
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
    devices.close(failures);
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
    return devices.get(id);
  }

  @Override
  public List<YardDevice> recreate(List<String> ids) {
    check();
    return devices.replace(ids, ledger::undo);
  }

  @Override
  public List<YardDevice> rebind(List<String> ids) {
    check();
    return devices.replace(ids, ledger::forsake);
  }

  @Override
  public Injection injection() {
    check();
    return new YardInjection(pools, devices::unplug);
  }

  @Override
  public DeviceBus bus(DmaDevice device) {
    check();
    return devices.bus(device);
  }

  @Override
  public DeviceBus inside(DmaDevice device) {
    check();
    return registers.inside(LiveDevices.present(device));
  }

  @Override
  public DriverFacts facts(DmaDevice device) {
    check();
    return hardware.facts(LiveDevices.live(device).spec());
  }

  @Override
  public Device hardware(DmaDevice device) {
    check();
    LiveDevice live = LiveDevices.present(device);
    return hardware.of(live, devices.bus(live));
  }

  @Override
  public Balance balance() {
    check();
    return new Balance(
        ledger.size(),
        dmaBufs.liveBuffers(),
        dmaBufs.lostBuffers(),
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

  LiveDevices devices() {
    return devices;
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
