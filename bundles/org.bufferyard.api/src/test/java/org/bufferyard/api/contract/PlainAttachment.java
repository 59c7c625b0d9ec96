package org.bufferyard.api.contract;

import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;

/** An importer's attachment, static unless told, for calling ops without a dma-buf core. */
public final class PlainAttachment implements DmaBufAttachment {
  private final DmaDevice importer;
  private final boolean dynamic;
  private final boolean peer2peer;

  public PlainAttachment(DmaDevice importer) {
    this(importer, false, false);
  }

  public PlainAttachment(DmaDevice importer, boolean dynamic, boolean peer2peer) {
    this.importer = importer;
    this.dynamic = dynamic;
    this.peer2peer = peer2peer;
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
    return dynamic;
  }

  @Override
  public boolean isRevocable() {
    return dynamic;
  }

  @Override
  public boolean allowsPeer2peer() {
    return peer2peer;
  }
}
