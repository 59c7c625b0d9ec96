package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.ImporterOps;
import org.bufferyard.api.memory.SgTable;

/** {@code struct dma_buf_attachment}. */
final class Attachment implements DmaBufAttachment {

  /** attach->sgt and attach->dir of 6.x. */
  record CachedTable(SgTable table, DmaDirection direction) {}

  private final SharedBuffer buffer;
  private final DmaDevice importer;
  private final boolean dynamic;
  private final Optional<ImporterOps> importerOps;
  private Optional<CachedTable> cached = Optional.empty();

  /** Tables that the importer got and did not give back; by identity, one twice if it got it so. */
  private final List<SgTable> given = new ArrayList<>();

  private int pins;
  private boolean attached = true;

  /**
   * @param dynamic whether the importer brings importer ops
   * @param importerOps empty too for one that takes no notice of a move
   */
  Attachment(
      SharedBuffer buffer, DmaDevice importer, boolean dynamic, Optional<ImporterOps> importerOps) {
    this.buffer = buffer;
    this.importer = importer;
    this.dynamic = dynamic;
    this.importerOps = importerOps;
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
  public boolean isRevocable() {
    return dynamic && importerOps.map(ImporterOps::canInvalidate).orElse(true);
  }

  @Override
  public boolean allowsPeer2peer() {
    return importerOps.filter(ImporterOps::allowsPeer2peer).isPresent();
  }

  Optional<ImporterOps> importerOps() {
    return importerOps;
  }

  Optional<CachedTable> cached() {
    return cached;
  }

  void setCached(Optional<CachedTable> table) {
    cached = table;
  }

  /** Maps not yet unmapped by the importer. */
  int mappings() {
    return given.size();
  }

  void give(SgTable table) {
    given.add(table);
  }

  /** Whether it got that table and still has it; it has it once less now. */
  boolean takeBack(SgTable table) {
    for (int i = given.size() - 1; i >= 0; i--) {
      if (given.get(i) == table) {
        given.remove(i);
        return true;
      }
    }
    return false;
  }

  /** Pins of the importer not yet undone. */
  int pins() {
    return pins;
  }

  void addPin(int difference) {
    pins += difference;
  }

  boolean isAttached() {
    return attached;
  }

  void markDetached() {
    attached = false;
  }
}
