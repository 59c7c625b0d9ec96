package org.bufferyard.yard;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.CpuCache;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.Placements;
import org.bufferyard.platform.yard.YardDevice;

/** The DMA engine's view of a yard. */
final class DmaSite implements DmaEngineContext {
  private final EngineState state;

  DmaSite(EngineState state) {
    this.state = state;
  }

  @Override
  public PlatformSpec spec() {
    return state.spec();
  }

  @Override
  public KernelProfile kernel() {
    return state.kernel();
  }

  @Override
  public EventSink events() {
    return state.events();
  }

  @Override
  public PhysMemory memory() {
    return state.memory();
  }

  @Override
  public CpuCache cache() {
    return state.cache();
  }

  @Override
  public MappingLedger ledger() {
    return state.ledger();
  }

  @Override
  public Placements placements() {
    return state.placements();
  }

  @Override
  public PageHazards hazards() {
    return state.hazards();
  }

  @Override
  public YardDevice device(DmaDevice device) {
    return LiveDevices.live(device);
  }

  @Override
  public List<Zone> zones() {
    return state.pools().zones();
  }

  @Override
  public Optional<YardDevice.Pool> defaultCma() {
    return state.pools().defaultCma();
  }

  @Override
  public Optional<YardDevice.Pool> globalPool() {
    return state.pools().globalPool();
  }

  @Override
  public Optional<YardDevice> registersAt(long phys) {
    return state.devices().withRegistersAt(phys).map(YardDevice.class::cast);
  }

  @Override
  public Optional<BounceArea> defaultBounce() {
    return state.pools().defaultBounce();
  }
}
