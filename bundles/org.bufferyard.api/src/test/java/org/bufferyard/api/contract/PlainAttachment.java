package org.bufferyard.api.contract;

import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;

/** A static importer's attachment, for calling ops without a dma-buf core. */
public final class PlainAttachment implements DmaBufAttachment {
  private final DmaDevice importer;

  public PlainAttachment(DmaDevice importer) {
    this.importer = importer;
  }

  @Override
  public DmaBuf buffer() {
    throw new UnsupportedOperationException("this attachment has no core behind it");
  }

  @Override
  public DmaDevice importer() {
    return importer;
  }

  @Override
  public boolean isDynamic() {
    return false;
  }

  @Override
  public boolean allowsPeer2peer() {
    return false;
  }
}
