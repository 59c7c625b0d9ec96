package org.bufferyard.yard;

import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.yard.guard.GuardedOps;
import org.bufferyard.yard.guard.OpsSite;
import org.bufferyard.yard.guard.PlugIn;

/** A set of dma-buf ops that opens guarded ones, and has the yard know which buffers use it. */
final class GuardedOpsKind implements DmaBufOpsKind {
  private final ChosenKinds.Held held;
  private final String name;
  private final ChosenKinds kinds;

  GuardedOpsKind(ChosenKinds.Held held, String name, ChosenKinds kinds) {
    this.held = held;
    this.name = name;
    this.kinds = kinds;
  }

  @Override
  public DmaBufOps open(ExportedMemory memory, OpsContext context) {
    String exporter = memory.exporter().id();
    PlugIn who = kinds.plugIn(DmaBufOpsKind.class, held, name, exporter);
    OpsSite site = new OpsSite(context, who.standing());
    DmaBufOpsKind plugIn = ChosenKinds.service(DmaBufOpsKind.class, held);
    return new GuardedOps(
        who.open(() -> plugIn.open(memory, site)),
        who,
        more -> kinds.used(held, exporter, more));
  }
}
