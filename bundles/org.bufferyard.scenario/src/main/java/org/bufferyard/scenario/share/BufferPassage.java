package org.bufferyard.scenario.share;

import java.util.Optional;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufs.AttachResult;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.dmabuf.ImporterOps;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.YardDevice;

/**
 * Through a dma-buf, as a static importer, or as a dynamic one that lets go of its mapping when the
 * exporter moves the memory. Engine thread only.
 */
final class BufferPassage implements Passage {
  private final DmaBufs core;
  private final YardDevice device;
  private final DmaBuf buffer;
  private DmaBufAttachment attachment;

  /** Told when a mapping was undone on account of a move; empty: a static importer. */
  private Optional<Runnable> onMove = Optional.empty();

  private Optional<SgTable> mapped = Optional.empty();
  private DmaDirection direction = DmaDirection.NONE;

  BufferPassage(DmaBufs core, YardDevice device, DmaBuf buffer) {
    this.core = core;
    this.device = device;
    this.buffer = buffer;
  }

  /** From the next attach on it follows the exporter's moves. */
  void follow(Runnable told) {
    onMove = Optional.of(told);
  }

  /** invalidate_mappings(): the fences were waited for, nobody uses it any more. */
  private void letGo(DmaBufAttachment of) {
    mapped.ifPresent(
        table -> {
          core.unmapLocked(of, table, direction);
          mapped = Optional.empty();
          onMove.ifPresent(Runnable::run);
        });
  }

  @Override
  public int attach() {
    AttachResult result =
        onMove.isPresent()
            ? core.attach(buffer, device, (ImporterOps) this::letGo)
            : core.attach(buffer, device, false);
    if (result.rc() == 0) {
      attachment = result.attachment().orElseThrow();
    }
    return result.rc();
  }

  @Override
  public SgResult map(DmaDirection wanted) {
    SgResult result = core.map(attachment, wanted);
    mapped = result.table();
    direction = wanted;
    return result;
  }

  @Override
  public void unmap(SgTable table, DmaDirection with) {
    mapped = Optional.empty();
    core.unmap(attachment, table, with);
  }

  @Override
  public void detach() {
    if (attachment != null) {
      core.detach(attachment);
      attachment = null;
    }
  }

  @Override
  public int waitForWriters() {
    return buffer.reservation().waitInterruptible(FenceUsage.toWaitFor(false), device);
  }

  @Override
  public long sizeBytes() {
    return buffer.sizeBytes();
  }
}
