package org.bufferyard.dmabuf;

import java.util.Optional;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.DmaBufs.ExportResult;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.platform.yard.DmaBufEngineContext;

/** The making of a buffer: its ops, its base table, its number (F1, G1, P2). */
final class Exports {
  private final DmaBufEngineContext yard;
  private final Narrator narrator;
  private final OpsChoice choice;

  /** Inode numbers start at 1; one that an export was refused under is not used again. */
  private long lastInode;

  Exports(DmaBufEngineContext yard, Narrator narrator) {
    this.yard = yard;
    this.narrator = narrator;
    this.choice = new OpsChoice(yard.dma(), narrator);
  }

  ExportResult export(
      ExportedMemory memory, OpsPolicy policy, String driverOps, Optional<String> forcedOps) {
    String exporter = memory.exporter().id();
    String name = choice.choose(memory, policy, driverOps, forcedOps);
    DmaBufOpsKind kind = yard.ops(name);
    long inode = ++lastInode;
    String id = SharedBuffer.idOf(inode);
    Reservation reservation = new Reservation(id, yard.events());
    DmaBufOps ops =
        kind.open(memory, new BufferOpsContext(id, reservation, yard, narrator));
    if (cachesAndMoves(ops.traits())) {
      narrator.warning(CoreRules.NO_CACHE_WITH_PIN, exporter, "cache_sgt_mapping with pin");
      return refused(Errno.EINVAL, exporter, "a cached table cannot move: -EINVAL");
    }
    SgResult base = ops.getSgtable();
    if (base.table().isEmpty()) {
      // The ops have said why, and laundered the error as their driver does.
      int rc = base.rc() < 0 ? base.rc() : Errno.EINVAL.rc();
      narrator.decided(
          CoreRules.EXPORT,
          exporter,
          "no base table, no buffer: the export fails with " + Errno.text(rc),
          "errno",
          Errno.text(rc));
      return new ExportResult(rc, Optional.empty());
    }
    narrator.emit(new DmaEvent.Exported(id, exporter, name, memory.sizeBytes()));
    return new ExportResult(
        0, Optional.of(new SharedBuffer(inode, name, memory, policy, ops, reservation)));
  }

  private boolean cachesAndMoves(OpsTraits traits) {
    return traits.dynamic()
        && traits.cacheSgtMapping()
        && CoreRules.NO_CACHE_WITH_PIN.holdsIn(yard.kernel());
  }

  private ExportResult refused(Errno errno, String exporter, String why) {
    narrator.decided(CoreRules.EXPORT, exporter, why, "errno", Errno.text(errno.rc()));
    return new ExportResult(errno.rc(), Optional.empty());
  }
}
