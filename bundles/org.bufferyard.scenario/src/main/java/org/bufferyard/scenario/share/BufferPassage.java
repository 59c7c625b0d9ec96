package org.bufferyard.scenario.share;

import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaBufs.AttachResult;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.YardDevice;

/** Through a dma-buf, as a static importer. Engine thread only. */
final class BufferPassage implements Passage {
  private final DmaBufs core;
  private final YardDevice device;
  private final DmaBuf buffer;
  private DmaBufAttachment attachment;

  BufferPassage(DmaBufs core, YardDevice device, DmaBuf buffer) {
    this.core = core;
    this.device = device;
    this.buffer = buffer;
  }

  @Override
  public int attach() {
    AttachResult result = core.attach(buffer, device, false);
    if (result.rc() == 0) {
      attachment = result.attachment().orElseThrow();
    }
    return result.rc();
  }

  @Override
  public SgResult map(DmaDirection direction) {
    return core.map(attachment, direction);
  }

  @Override
  public void unmap(SgTable table, DmaDirection direction) {
    core.unmap(attachment, table, direction);
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
