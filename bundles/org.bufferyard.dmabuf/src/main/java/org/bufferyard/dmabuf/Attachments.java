package org.bufferyard.dmabuf;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufs.AttachResult;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.ImporterOps;
import org.bufferyard.api.dmabuf.OpsTraits.Member;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.SgTable;

/**
 * Importers on buffers: attach and detach (F3), mapping with and without the lock (F4, F5, F10), pin
 * and invalidation (F6).
 */
final class Attachments {
  private final KernelProfile kernel;
  private final Narrator narrator;
  private final AttachmentMappings mappings;
  private final ReservationLock lock;
  private final Consumer<SharedBuffer> put;

  /**
   * @param put drops a reference of a buffer
   */
  Attachments(
      KernelProfile kernel,
      Narrator narrator,
      AttachmentMappings mappings,
      ReservationLock lock,
      Consumer<SharedBuffer> put) {
    this.kernel = kernel;
    this.narrator = narrator;
    this.mappings = mappings;
    this.lock = lock;
    this.put = put;
  }

  // ---- attach, detach ----

  AttachResult attach(
      SharedBuffer buffer, DmaDevice importer, boolean dynamic, Optional<ImporterOps> ops) {
    buffer.requireLive();
    if (CoreRules.MOVE_NOTIFY_REQUIRED.holdsIn(kernel)
        && ops.filter(o -> !o.canInvalidate()).isPresent()) {
      narrator.warning(
          CoreRules.MOVE_NOTIFY_REQUIRED, buffer.id(), "importer ops without move_notify");
      return refused(importer, Errno.EINVAL.rc(), "importer ops without move_notify");
    }
    if (lock.isLost(buffer, "dma_buf_attach()")) {
      return new AttachResult(Errno.EDEADLK.rc(), Optional.empty());
    }
    Attachment attachment = new Attachment(buffer, importer, dynamic, ops);
    int rc = buffer.has(Member.ATTACH) ? buffer.ops().lifecycle().attach(attachment) : 0;
    if (rc != 0) {
      return refused(importer, rc, "the exporter refuses the attachment");
    }
    buffer.attachments().add(attachment);
    if (buffer.isHeldByAttachments()) {
      buffer.get();
    }
    narrator.emit(new DmaEvent.Attached(buffer.id(), importer.id(), dynamic));
    Regardless work = new Regardless();
    int[] mapped = new int[1];
    if (!work.run(() -> mapped[0] = lock.holding(buffer, () -> mappings.mapAtAttach(attachment)))) {
      // Nobody is handed it, so nobody could ever detach it.
      work.run(() -> unlink(attachment));
      work.rethrow();
    }
    if (mapped[0] < 0) {
      unlink(attachment);
      return new AttachResult(mapped[0], Optional.empty());
    }
    return new AttachResult(0, Optional.of(attachment));
  }

  private AttachResult refused(DmaDevice importer, int rc, String why) {
    narrator.decided(
        CoreRules.ATTACH,
        importer.id(),
        why + ": " + Errno.text(rc),
        "errno",
        Errno.text(rc));
    return new AttachResult(rc, Optional.empty());
  }

  void detach(Attachment attachment) {
    SharedBuffer buffer = attachment.buffer();
    if (!isUsable(attachment, "detach") || lock.isLost(buffer, "dma_buf_detach()")) {
      return;
    }
    if (attachment.mappings() > 0) {
      narrator.hazard(
          CoreRules.MISUSE,
          buffer.id(),
          attachment.importer().id()
              + " detaches with "
              + attachment.mappings()
              + " mapping(s): the core allows it and undoes none of them");
    }
    if (attachment.pins() > 0) {
      narrator.hazard(
          CoreRules.MISUSE,
          buffer.id(),
          attachment.importer().id() + " detaches with the memory pinned: it stays so");
    }
    Regardless work = new Regardless();
    work.run(
        () ->
            lock.holding(
                buffer,
                () -> {
                  mappings.dropCached(attachment);
                  return 0;
                }));
    work.run(() -> unlink(attachment));
    work.rethrow();
  }

  private void unlink(Attachment attachment) {
    SharedBuffer buffer = attachment.buffer();
    buffer.attachments().remove(attachment);
    attachment.markDetached();
    Regardless work = new Regardless();
    if (buffer.has(Member.DETACH)) {
      work.run(() -> buffer.ops().lifecycle().detach(attachment));
    }
    narrator.emit(new DmaEvent.Detached(buffer.id(), attachment.importer().id()));
    if (buffer.isHeldByAttachments()) {
      work.run(() -> put.accept(buffer));
    }
    work.rethrow();
  }

  /** Whether the attachment still stands; a kernel would use freed memory. */
  private boolean isUsable(Attachment attachment, String use) {
    if (attachment.isAttached() && !attachment.buffer().isReleased()) {
      return true;
    }
    narrator.hazard(
        CoreRules.MISUSE,
        attachment.buffer().id(),
        use
            + " of an attachment of "
            + attachment.importer().id()
            + (attachment.isAttached() ? " after the buffer's release" : " that was detached")
            + ": use after free");
    return false;
  }

  // ---- mapping ----

  SgResult map(Attachment attachment, DmaDirection direction) {
    SharedBuffer buffer = attachment.buffer();
    if (!isMappable(attachment)) {
      return SgResult.failed(Errno.EINVAL.rc());
    }
    return lock.isLost(buffer, "dma_buf_map_attachment_unlocked()")
        ? SgResult.failed(Errno.EDEADLK.rc())
        : lock.holding(buffer, () -> mappings.map(attachment, direction));
  }

  SgResult mapLocked(Attachment attachment, DmaDirection direction) {
    return isMappable(attachment)
        ? lock.under(
            attachment.buffer(),
            "dma_buf_map_attachment()",
            () -> mappings.map(attachment, direction))
        : SgResult.failed(Errno.EINVAL.rc());
  }

  private boolean isMappable(Attachment attachment) {
    if (isUsable(attachment, "map")) {
      return true;
    }
    narrator.warning(CoreRules.MAP, attachment.buffer().id(), "not attached");
    return false;
  }

  void unmap(Attachment attachment, SgTable table, DmaDirection direction) {
    SharedBuffer buffer = attachment.buffer();
    if (isUsable(attachment, "unmap")
        && !lock.isLost(buffer, "dma_buf_unmap_attachment_unlocked()")) {
      lock.holding(buffer, () -> unmapped(attachment, table, direction));
    }
  }

  void unmapLocked(Attachment attachment, SgTable table, DmaDirection direction) {
    if (isUsable(attachment, "unmap")) {
      lock.under(
          attachment.buffer(),
          "dma_buf_unmap_attachment()",
          () -> unmapped(attachment, table, direction));
    }
  }

  private int unmapped(Attachment attachment, SgTable table, DmaDirection direction) {
    mappings.unmap(attachment, table, direction);
    return 0;
  }

  // ---- pin, invalidate ----

  int pin(Attachment attachment) {
    SharedBuffer buffer = attachment.buffer();
    if (!isUsable(attachment, "pin")) {
      return Errno.EINVAL.rc();
    }
    warnUnlessDynamic(attachment, "dma_buf_pin()");
    int rc =
        lock.under(
            buffer,
            "dma_buf_pin()",
            () -> buffer.has(Member.PIN) ? buffer.ops().lifecycle().pin(attachment) : 0);
    if (rc == 0) {
      attachment.addPin(1);
    } else {
      narrator.decided(
          CoreRules.PIN,
          attachment.importer().id(),
          "the exporter refuses to pin: " + Errno.text(rc),
          "errno",
          Errno.text(rc));
    }
    return rc;
  }

  void unpin(Attachment attachment) {
    SharedBuffer buffer = attachment.buffer();
    if (!isUsable(attachment, "unpin")) {
      return;
    }
    warnUnlessDynamic(attachment, "dma_buf_unpin()");
    if (attachment.pins() == 0) {
      narrator.hazard(
          CoreRules.PIN, buffer.id(), attachment.importer().id() + " unpins what it has not pinned");
    }
    attachment.addPin(-1);
    lock.under(
        buffer,
        "dma_buf_unpin()",
        () -> {
          if (buffer.has(Member.UNPIN)) {
            buffer.ops().lifecycle().unpin(attachment);
          }
          return 0;
        });
  }

  private void warnUnlessDynamic(Attachment attachment, String caller) {
    if (!attachment.isDynamic()) {
      narrator.warning(
          CoreRules.PIN, attachment.buffer().id(), caller + " of a static importer");
    }
  }

  /** Static importers cannot be told: their mappings hold a pin instead. */
  void invalidate(SharedBuffer buffer) {
    buffer.requireLive();
    lock.under(
        buffer,
        "dma_buf_invalidate_mappings()",
        () -> {
          List.copyOf(buffer.attachments()).forEach(this::invalidate);
          return 0;
        });
  }

  /** Whoever is told of a move lets go of the old memory while it still is the buffer's. */
  int move(SharedBuffer buffer, ExportedMemory to) {
    buffer.requireLive();
    Optional<Errno> why =
        !buffer.isDynamic() || to.sizeBytes() != buffer.sizeBytes()
            ? Optional.of(Errno.EINVAL)
            : buffer.attachments().stream().anyMatch(mappings::pins)
                ? Optional.of(Errno.EBUSY)
                : Optional.empty();
    if (why.isPresent()) {
      narrator.decided(
          CoreRules.INVALIDATE,
          buffer.id(),
          "the exporter cannot move it, "
              + (why.get() == Errno.EBUSY
                  ? "an importer has it pinned"
                  : "its ops have no pin or the size is another")
              + ": -"
              + why.get().name(),
          "errno",
          "-" + why.get().name());
      return why.get().rc();
    }
    invalidate(buffer);
    buffer.moveTo(to);
    return 0;
  }

  /** The exporter's device goes (G7, P9); its driver takes the lock itself. */
  void revoke(SharedBuffer buffer) {
    if (!buffer.ops().lifecycle().revoke() || lock.isLost(buffer, "dma_buf_invalidate_mappings()")) {
      return;
    }
    lock.holding(
        buffer,
        () -> {
          List.copyOf(buffer.attachments()).forEach(this::revoke);
          return 0;
        });
  }

  private void revoke(Attachment attachment) {
    if (told(attachment).isPresent()) {
      invalidate(attachment);
    } else if (attachment.mappings() > 0) {
      narrator.decided(
          CoreRules.INVALIDATE,
          attachment.importer().id(),
          "the exporter is gone and nobody can tell this importer: it keeps its mapping",
          "mappings",
          Integer.toString(attachment.mappings()));
    }
  }

  private static Optional<ImporterOps> told(Attachment attachment) {
    return attachment.importerOps().filter(ImporterOps::canInvalidate);
  }

  private void invalidate(Attachment attachment) {
    Optional<ImporterOps> told = told(attachment);
    if (told.isEmpty()) {
      return;
    }
    narrator.decided(
        CoreRules.INVALIDATE,
        attachment.importer().id(),
        attachment.pins() > 0
            ? "the exporter revokes memory that is pinned: the importer has to let it go"
            : "the exporter moves the memory: the mapping holds until its fences are signaled",
        "mappings",
        Integer.toString(attachment.mappings()));
    told.get().invalidateMappings(attachment);
  }
}
