package org.bufferyard.dmabuf;

import java.util.Optional;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.memory.SgTable;

/** {@code struct dma_buf_attachment}. */
final class Attachment implements DmaBufAttachment {

  /** attach->sgt and attach->dir of 6.x. */
  record CachedTable(SgTable table, DmaDirection direction) {}

  private final SharedBuffer buffer;
  private final DmaDevice importer;
  private final boolean dynamic;
  private Optional<CachedTable> cached = Optional.empty();
  private int mappings;
  private boolean attached = true;

  Attachment(SharedBuffer buffer, DmaDevice importer, boolean dynamic) {
    this.buffer = buffer;
    this.importer = importer;
    this.dynamic = dynamic;
  }

  @Override
  public SharedBuffer buffer() {
    return buffer;
  }

  @Override
  public DmaDevice importer() {
    return importer;
  }

  @Override
  public boolean isDynamic() {
    return dynamic;
  }

  @Override
  public boolean allowsPeer2peer() {
    // importer_ops.allow_peer2peer: nothing in the model asks for peer-to-peer yet (F3).
    return false;
  }

  Optional<CachedTable> cached() {
    return cached;
  }

  void setCached(Optional<CachedTable> table) {
    cached = table;
  }

  /** Maps not yet unmapped by the importer. */
  int mappings() {
    return mappings;
  }

  void addMapping(int difference) {
    mappings += difference;
  }

  boolean isAttached() {
    return attached;
  }

  void markDetached() {
    attached = false;
  }
}
