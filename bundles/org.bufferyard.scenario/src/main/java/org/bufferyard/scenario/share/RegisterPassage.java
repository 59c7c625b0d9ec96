package org.bufferyard.scenario.share;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.List;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;

/**
 * Without a dma-buf: the driver knows another device's registers by their CPU address and maps them
 * for its own, as drivers of DMA controllers do with a peripheral's FIFO. Engine thread only.
 */
final class RegisterPassage implements Passage {
  private final YardState yard;
  private final YardDevice device;
  private final PhysRange window;
  private final Reasons reasons;

  RegisterPassage(YardState yard, YardDevice device, PhysRange window) {
    this.yard = yard;
    this.device = device;
    this.window = window;
    this.reasons = new Reasons(yard.events());
  }

  @Override
  public int attach() {
    return 0;
  }

  @Override
  public SgResult map(DmaDirection direction) {
    long dma =
        yard.dma().mapResource(device, window.base(), window.size(), direction, DmaAttrs.NONE);
    int rc = yard.dma().mappingError(device, dma);
    if (rc < 0) {
      reasons.step(
          ShareRules.MAP_RESOURCE,
          device.id(),
          "cannot map the registers at " + hex(window.base()) + ": " + Errno.text(rc),
          "phys",
          hex(window.base()),
          "rc",
          Integer.toString(rc));
      return SgResult.failed(rc);
    }
    reasons.step(
        ShareRules.MAP_RESOURCE,
        device.id(),
        "the registers at "
            + hex(window.base())
            + " are "
            + hex(dma)
            + " for it: never bounced, no cache maintenance, no page",
        "phys",
        hex(window.base()),
        "dma",
        hex(dma),
        "size",
        Long.toString(window.size()));
    return SgResult.of(SgTable.ofDma(List.of(new Segment.DmaOnly(dma, window.size()))));
  }

  @Override
  public void unmap(SgTable table, DmaDirection direction) {
    for (Segment segment : table.mapped()) {
      yard.dma()
          .unmapResource(device, segment.dma(), segment.dmaLength(), direction, DmaAttrs.NONE);
    }
  }

  @Override
  public void detach() {}

  @Override
  public int waitForWriters() {
    return 0;
  }

  @Override
  public long sizeBytes() {
    return window.size();
  }
}
