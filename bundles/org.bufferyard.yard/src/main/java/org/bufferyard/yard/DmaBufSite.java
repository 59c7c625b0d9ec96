package org.bufferyard.yard;

import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.yard.DmaBufEngineContext;

/** The dma-buf core's view of a yard. */
final class DmaBufSite implements DmaBufEngineContext {
  private final EngineState state;
  private final ChosenKinds kinds;

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
  public DmaBufOpsKind ops(String name) {
    return new GuardedOpsKind(kinds.ops(name), name, kinds);
  }

  @Override
  public MachineSpec.Debugging debugging() {
    return state.spec().machine().debugging();
  }

  @Override
  public long nowNanos() {
    return state.nowNanos();
  }
}
