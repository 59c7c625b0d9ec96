package org.bufferyard.yard;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;

/** A set of dma-buf ops that opens guarded ones. */
final class GuardedOpsKind implements DmaBufOpsKind {
  private final DmaBufOpsKind plugIn;
  private final String name;
  private final ChosenKinds kinds;

  GuardedOpsKind(DmaBufOpsKind plugIn, String name, ChosenKinds kinds) {
    this.plugIn = plugIn;
    this.name = name;
    this.kinds = kinds;
  }

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    PlugIn who = kinds.plugIn(DmaBufOpsKind.class, plugIn, name, memory.exporter().id());
    return new GuardedOps(who.open(() -> plugIn.open(memory, context)), who);
  }
}
