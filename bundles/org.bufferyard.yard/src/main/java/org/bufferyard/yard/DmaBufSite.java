package org.bufferyard.yard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.yard.CpuCache;
import org.bufferyard.platform.yard.DmaBufEngineContext;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.YardDevice;

/** The dma-buf core's view of a yard. */
final class DmaBufSite implements DmaBufEngineContext {
  private final EngineState state;
  private final ChosenKinds kinds;
  private final Map<String, LiveDevice> miscDevices = new HashMap<>();

  DmaBufSite(EngineState state, ChosenKinds kinds) {
    this.state = state;
    this.kinds = kinds;
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
  public Dma dma() {
    return state.dma();
  }

  @Override
  public PageHazards hazards() {
    return state.hazards();
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
  public List<DmaEngineContext.Zone> zones() {
    return state.pools().zones();
  }

  @Override
  public List<YardDevice.Pool> cmaAreas() {
    return state.pools().cmaAreas();
  }

  @Override
  public Optional<YardDevice.Pool> defaultCma() {
    return state.pools().defaultCma();
  }

  @Override
  public DmaDevice miscDevice(String name) {
    return miscDevices.computeIfAbsent(name, this::newMiscDevice);
  }

  /** A child of no bus: nothing says that it is coherent where that is not the default (A6). */
  private LiveDevice newMiscDevice(String name) {
    boolean coherent =
        state.spec().machine().architecture() == MachineSpec.Architecture.X86;
    DeviceSpec.Reach reach =
        new DeviceSpec.Reach(
            OptionalLong.of(-1L), -1L, 0, DmaRangeMap.IDENTITY, coherent, true);
    return new LiveDevice(
        new DeviceSpec(
            "misc:" + name,
            name,
            "/dev/" + name,
            "",
            "",
            reach,
            DeviceSpec.Limits.DEFAULT,
            false,
            List.of(),
            List.of(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Map.of()));
  }

  @Override
  public DmaBufOpsKind ops(String name) {
    return new GuardedOpsKind(kinds.ops(name), name, kinds);
  }

  @Override
  public MachineSpec.Debugging debugging() {
    return state.spec().machine().debugging();
  }

  @Override
  public boolean moveNotify() {
    return state.spec().machine().moveNotify();
  }

  @Override
  public long nowNanos() {
    return state.nowNanos();
  }
}
