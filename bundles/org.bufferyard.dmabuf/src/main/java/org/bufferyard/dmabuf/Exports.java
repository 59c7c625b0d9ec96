package org.bufferyard.dmabuf;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.DmaBufs.ExportResult;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.dmabuf.OpsTraits.Member;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.platform.yard.DmaBufEngineContext;

/** The making of a buffer: its ops, its base table, its number (F1, G1, P2). */
final class Exports {
  private static final List<Member> REQUIRED =
      List.of(Member.PRIV, Member.MAP, Member.UNMAP, Member.RELEASE);

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
    String name = choice.choose(memory, policy, driverOps, forcedOps);
    return export(memory, policy, yard.ops(name), Optional.of(name));
  }

  /**
   * dma_buf_export() proper.
   *
   * @param chosenName the name under which the ops were chosen; empty: what they call themselves
   */
  ExportResult export(
      ExportedMemory memory, OpsPolicy policy, DmaBufOpsKind kind, Optional<String> chosenName) {
    String exporter = memory.exporter().id();
    long inode = ++lastInode;
    String id = SharedBuffer.idOf(inode);
    Reservation reservation = new Reservation(id, yard.events());
    DmaBufOps ops =
        kind.open(memory, new BufferOpsContext(id, reservation, yard, narrator));
    Optional<String> defect = defect(ops.traits());
    if (defect.isPresent()) {
      narrator.warning(CoreRules.EXPORT, exporter, defect.get());
      return refused(Errno.EINVAL, exporter, defect.get() + ": -EINVAL");
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
    String name = chosenName.orElseGet(() -> ops.traits().name());
    narrator.emit(new DmaEvent.Exported(id, exporter, name, memory.sizeBytes()));
    return new ExportResult(
        0, Optional.of(new SharedBuffer(inode, name, memory, policy, ops, reservation)));
  }

  /** What dma_buf_export() warns of; empty when the export info is sound (F1). */
  private Optional<String> defect(OpsTraits traits) {
    for (Member required : REQUIRED) {
      if (!traits.has(required)) {
        return Optional.of("the exporter has no " + required);
      }
    }
    if (traits.has(Member.PIN) != traits.has(Member.UNPIN)) {
      return Optional.of("pin and unpin come together or not at all");
    }
    return traits.dynamic()
            && traits.cacheSgtMapping()
            && CoreRules.NO_CACHE_WITH_PIN.holdsIn(yard.kernel())
        ? Optional.of("a cached table cannot move: cache_sgt_mapping with pin")
        : Optional.empty();
  }

  private ExportResult refused(Errno errno, String exporter, String why) {
    narrator.decided(CoreRules.EXPORT, exporter, why, "errno", Errno.text(errno.rc()));
    return new ExportResult(errno.rc(), Optional.empty());
  }
}
