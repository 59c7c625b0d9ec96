package org.bufferyard.scenario.share;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.Frame.BusSegment;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufs.PageBlocks;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;

/**
 * A buffer of pages that the exporting driver allocates: a scatter-gather queue of videobuf2, whose
 * driver maps the pages once and syncs around each use, or an object of shmem pages, whose driver
 * maps them once. Engine thread only.
 */
final class PageBuffer {
  private final YardState yard;
  private final YardDevice device;
  private final boolean drm;
  private final Reasons reasons;
  private Optional<SgTable> pages = Optional.empty();
  private boolean mapped;

  /**
   * @param drm the driver is one of DRM, and the pages are shmem's
   */
  PageBuffer(YardState yard, YardDevice device, boolean drm) {
    this.yard = yard;
    this.device = device;
    this.drm = drm;
    this.reasons = new Reasons(yard.events());
  }

  /** The ops that such a driver exports with. */
  String ops() {
    return drm ? "prime" : "vb2-sg";
  }

  Optional<Refusal> allocate(long sizeBytes) {
    pages = yard.dmaBufs().allocPages(sizeBytes, drm ? PageBlocks.SINGLE : PageBlocks.LARGEST);
    if (pages.isEmpty()) {
      return refused(Errno.ENOMEM.rc(), "the page allocator has not enough");
    }
    SgTable table = pages.get();
    reasons.step(
        drm ? ShareRules.SHMEM : ShareRules.COMPACTED,
        device.id(),
        (drm ? "shmem gives single pages" : "the driver takes the largest blocks that fit")
            + ": "
            + table.origNents()
            + (table.origNents() == 1 ? " run" : " runs")
            + " of neighbouring pages, zeroed",
        "entries",
        Integer.toString(table.origNents()));
    int rc = yard.dma().mapSgtable(device, table, DmaDirection.BIDIRECTIONAL, attrs());
    if (rc != 0) {
      return refused(
          drm ? rc : Errno.ENOMEM.rc(),
          "the device cannot map its own pages: dma_map_sgtable() is " + Errno.text(rc));
    }
    mapped = true;
    return Optional.empty();
  }

  private Optional<Refusal> refused(int rc, String why) {
    reasons.step(
        drm ? ShareRules.SHMEM : ShareRules.COMPACTED,
        device.id(),
        why + "; user space sees " + Errno.text(rc),
        "errno",
        Errno.text(rc));
    return Optional.of(new Refusal(rc, drm ? "DRM_IOCTL_MODE_CREATE_DUMB" : "VIDIOC_REQBUFS"));
  }

  /** vb2_dma_sg_alloc() leaves the caches to prepare and finish. */
  private DmaAttrs attrs() {
    return drm ? DmaAttrs.NONE : DmaAttrs.SKIP_CPU_SYNC;
  }

  SgTable pages() {
    return pages.orElseThrow();
  }

  /** Whether prepare and finish sync. */
  boolean syncs() {
    return !drm;
  }

  /** Where the buffer lies for the device. */
  List<BusSegment> segments() {
    return pages().mapped().stream()
        .filter(s -> s.dmaLength() != 0)
        .map(s -> new BusSegment(s.dma(), s.dmaLength()))
        .toList();
  }

  /** Undoes the device's own mapping. */
  void unmap() {
    if (mapped) {
      yard.dma().unmapSgtable(device, pages(), DmaDirection.BIDIRECTIONAL, attrs());
      mapped = false;
    }
  }

  /** Gives the pages up, unless they went with their buffer. */
  void free() {
    pages.ifPresent(yard.dmaBufs()::freePages);
    pages = Optional.empty();
  }
}
