package org.bufferyard.dmabuf;

import java.util.Optional;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.SgTable;

/**
 * Mapping and unmapping of attachments (F4, F5), with the tables that the core of 6.x caches.
 * Callers hold the reservation lock.
 */
final class AttachmentMappings {
  private final KernelProfile kernel;
  private final Narrator narrator;
  private final HiddenPages hidden;

  /** Whether no importer is trusted to follow a move: all pin. */
  private final boolean pinsForAll;

  /**
   * @param hidesPages CONFIG_DMABUF_DEBUG
   * @param moveNotify CONFIG_DMABUF_MOVE_NOTIFY
   */
  AttachmentMappings(
      KernelProfile kernel, boolean hidesPages, boolean moveNotify, Narrator narrator) {
    this.kernel = kernel;
    this.narrator = narrator;
    this.pinsForAll = CoreRules.PINS_FOR_ALL.holdsIn(kernel) && !moveNotify;
    this.hidden = new HiddenPages(hidesPages, kernel);
  }

  /** dma_buf_map_attachment(). */
  SgResult map(Attachment attachment, DmaDirection direction) {
    SgResult result =
        attachment.cached().isPresent()
            ? fromCache(attachment, attachment.cached().get(), direction)
            : mapAndCache(attachment, direction);
    if (result.table().isPresent()) {
      attachment.give(result.table().get());
      narrator.emit(
          new DmaEvent.BufferMapped(
              attachment.buffer().id(),
              attachment.importer().id(),
              direction.code(),
              result.table().get().nents()));
    }
    return result;
  }

  private SgResult fromCache(
      Attachment attachment, Attachment.CachedTable cached, DmaDirection direction) {
    if (cached.direction() != direction && cached.direction() != DmaDirection.BIDIRECTIONAL) {
      narrator.decided(
          CoreRules.CACHED_TABLE,
          attachment.importer().id(),
          "the table of this attachment is cached for "
              + cached.direction()
              + ", another direction, "
              + direction
              + ", is refused: -EBUSY",
          "cached",
          cached.direction().name(),
          "asked",
          direction.name());
      return SgResult.failed(Errno.EBUSY.rc());
    }
    return SgResult.of(cached.table());
  }

  private SgResult mapAndCache(Attachment attachment, DmaDirection direction) {
    boolean pins = pinsOnMap(attachment);
    int rc = pins ? pin(attachment) : 0;
    if (rc != 0) {
      return SgResult.failed(rc);
    }
    SgResult result = pins ? mapPinned(attachment, direction) : mapAndWait(attachment, direction);
    boolean caches =
        CoreRules.CACHED_TABLE.holdsIn(kernel)
            && attachment.buffer().traits().cacheSgtMapping();
    if (caches && result.table().isPresent()) {
      attachment.setCached(
          Optional.of(new Attachment.CachedTable(result.table().get(), direction)));
    }
    return result;
  }

  /**
   * dma_buf_pin_on_map(): an importer that cannot follow a move needs memory that stays. Kernels of
   * 6.x without DMABUF_MOVE_NOTIFY trust no importer to follow; with it, static ones are mapped, and
   * pinned, at attach, so that none is left to pin here.
   */
  private boolean pinsOnMap(Attachment attachment) {
    return attachment.buffer().traits().dynamic()
        && (!attachment.isDynamic() || pinsForAll);
  }

  /** Whether the exporter has to leave the memory where it is on account of that importer. */
  boolean pins(Attachment attachment) {
    boolean mapped = attachment.mappings() > 0 || attachment.cached().isPresent();
    return attachment.pins() > 0 || mapped && pinsOnMap(attachment);
  }

  private int pin(Attachment attachment) {
    int rc = attachment.buffer().ops().lifecycle().pin(attachment);
    if (rc != 0) {
      narrator.decided(
          CoreRules.PIN_ON_MAP,
          attachment.importer().id(),
          whyPinned(attachment) + ", and the exporter refuses to pin: " + Errno.text(rc),
          "errno",
          Errno.text(rc));
      if (rc == Errno.EBUSY.rc() && !CoreRules.PINS_FOR_ALL.holdsIn(kernel)) {
        narrator.warning(
            CoreRules.PIN_ON_MAP, attachment.buffer().id(), "the exporter is busy and cannot pin");
      }
    }
    return rc;
  }

  private static String whyPinned(Attachment attachment) {
    return attachment.isDynamic()
        ? "without CONFIG_DMABUF_MOVE_NOTIFY no importer is told of a move"
        : "the importer cannot follow a move";
  }

  /** Maps what was pinned for it; without a table it is unpinned again. */
  private SgResult mapPinned(Attachment attachment, DmaDirection direction) {
    boolean mapped = false;
    Regardless work = new Regardless();
    SgResult[] result = new SgResult[1];
    if (work.run(() -> result[0] = mapAndWait(attachment, direction))) {
      mapped = result[0].table().isPresent();
    }
    if (!mapped) {
      work.run(() -> unpin(attachment));
    }
    work.rethrow();
    return result[0];
  }

  private static void unpin(Attachment attachment) {
    attachment.buffer().ops().lifecycle().unpin(attachment);
  }

  /** __map_dma_buf(): the exporter maps, then a static importer waits for KERNEL fences. */
  private SgResult mapAndWait(Attachment attachment, DmaDirection direction) {
    DmaBufOps ops = attachment.buffer().ops();
    SgResult result = ops.mapSg(attachment, direction);
    if (result.rc() < 0) {
      return SgResult.failed(result.rc());
    }
    if (result.table().isEmpty()) {
      narrator.decided(
          CoreRules.MAP,
          attachment.importer().id(),
          "the exporter's map_dma_buf returned NULL: -ENOMEM");
      return SgResult.failed(Errno.ENOMEM.rc());
    }
    if (!attachment.isDynamic()) {
      int rc =
          attachment
              .buffer()
              .reservation()
              .waitInterruptible(FenceUsage.KERNEL, attachment.importer().id(), narrator);
      if (rc < 0) {
        ops.unmapSg(attachment, result.table().get(), direction);
        return SgResult.failed(rc);
      }
    }
    return SgResult.of(hidden.hide(result.table().get()));
  }

  /** __unmap_dma_buf(). */
  private void unmapAtExporter(Attachment attachment, SgTable table, DmaDirection direction) {
    attachment.buffer().ops().unmapSg(attachment, hidden.reveal(table), direction);
  }

  /** dma_buf_unmap_attachment(): a cached table stays mapped. */
  void unmap(Attachment attachment, SgTable table, DmaDirection direction) {
    if (attachment.mappings() == 0) {
      narrator.warning(CoreRules.UNMAP, attachment.buffer().id(), "nothing is mapped");
      narrator.hazard(
          CoreRules.UNMAP,
          attachment.buffer().id(),
          attachment.importer().id() + " unmaps a table that it has not mapped");
      return;
    }
    if (!attachment.takeBack(table)) {
      narrator.hazard(
          CoreRules.UNMAP,
          attachment.buffer().id(),
          attachment.importer().id() + " unmaps a table that it was not given: undefined");
      return;
    }
    boolean isCached = attachment.cached().filter(c -> c.table() == table).isPresent();
    Regardless work = new Regardless();
    if (!isCached) {
      work.run(() -> unmapAtExporter(attachment, table, direction));
      if (pinsOnMap(attachment)) {
        work.run(() -> unpin(attachment));
      }
    }
    narrator.emit(
        new DmaEvent.BufferUnmapped(
            attachment.buffer().id(), attachment.importer().id(), direction.code()));
    work.rethrow();
  }

  /**
   * The mapping that 6.x makes at attach when importer and exporter differ in nature (a dynamic
   * importer of a static exporter, or the other way round).
   */
  int mapAtAttach(Attachment attachment) {
    boolean dynamicExporter = attachment.buffer().traits().dynamic();
    if (!CoreRules.MAP_AT_ATTACH.holdsIn(kernel)
        || attachment.isDynamic() == dynamicExporter) {
      return 0;
    }
    narrator.decided(
        CoreRules.MAP_AT_ATTACH,
        attachment.importer().id(),
        (attachment.isDynamic() ? "a dynamic importer" : "a static importer")
            + " of a "
            + (dynamicExporter ? "dynamic" : "static")
            + " exporter is mapped BIDIRECTIONAL at attach",
        "direction",
        DmaDirection.BIDIRECTIONAL.name());
    int pinned = dynamicExporter ? pin(attachment) : 0;
    if (pinned != 0) {
      return pinned;
    }
    SgResult result =
        dynamicExporter
            ? mapPinned(attachment, DmaDirection.BIDIRECTIONAL)
            : mapAndWait(attachment, DmaDirection.BIDIRECTIONAL);
    result
        .table()
        .ifPresent(
            table ->
                attachment.setCached(
                    Optional.of(
                        new Attachment.CachedTable(table, DmaDirection.BIDIRECTIONAL))));
    return result.rc();
  }

  /** What dma_buf_detach() of 6.x undoes: the cached table. */
  void dropCached(Attachment attachment) {
    Optional<Attachment.CachedTable> cached = attachment.cached();
    attachment.setCached(Optional.empty());
    Regardless work = new Regardless();
    cached.ifPresent(
        c -> {
          work.run(() -> unmapAtExporter(attachment, c.table(), c.direction()));
          if (attachment.buffer().traits().dynamic()) {
            work.run(() -> unpin(attachment));
          }
        });
    work.rethrow();
  }
}
