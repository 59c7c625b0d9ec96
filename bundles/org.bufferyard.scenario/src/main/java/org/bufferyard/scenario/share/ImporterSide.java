package org.bufferyard.scenario.share;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.Frame.BusSegment;
import org.bufferyard.api.device.ImportPath;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;

/**
 * The importing driver: attaches, maps for each use, checks what it was given, and launders errors
 * as its framework does. Engine thread only; one object a buffer and importer.
 */
public final class ImporterSide {
  private final YardDevice device;
  private final Passage passage;
  private final Reasons reasons;
  private final ImportPath path;
  private SgTable table;
  private DmaDirection direction;

  public ImporterSide(YardState yard, YardDevice device, DmaBuf buffer) {
    this(yard, device, new BufferPassage(yard.dmaBufs(), device, buffer));
    // videobuf2 attaches statically; drivers of DRM bring importer ops where memory may move.
    if (passage instanceof BufferPassage shared && buffer.isDynamic() && !isVb2()) {
      shared.follow(() -> table = null);
    }
  }

  ImporterSide(YardState yard, YardDevice device, Passage passage) {
    this.device = device;
    this.passage = passage;
    this.reasons = new Reasons(yard.events());
    this.path = pathOf(yard.facts(device), device);
  }

  /** The model may state that a device takes any list, or only a contiguous one. */
  private static ImportPath pathOf(DriverFacts facts, YardDevice device) {
    ImportPath path = facts.importPath();
    boolean contiguous = device.spec().requiresContiguous().orElse(path.needsContiguous());
    if (contiguous == path.needsContiguous()) {
      return path;
    }
    return switch (path) {
      case VB2_DMA_CONTIG -> ImportPath.VB2_DMA_SG;
      case VB2_DMA_SG -> ImportPath.VB2_DMA_CONTIG;
      case GEM_DMA -> ImportPath.GEM_SG;
      case GEM_SG -> ImportPath.GEM_DMA;
    };
  }

  public YardDevice device() {
    return device;
  }

  /** dma_buf_attach(). */
  public Optional<Refusal> attach() {
    int rc = passage.attach();
    if (rc < 0) {
      reasons.step(
          isVb2() ? ShareRules.VB2_ATTACH : ShareRules.GEM_IMPORT,
          device.id(),
          "the exporter refuses the attachment with "
              + Errno.text(rc)
              + ", which user space sees as it is",
          "rc",
          Integer.toString(rc));
      return Optional.of(new Refusal(rc, importCall()));
    }
    return Optional.empty();
  }

  /** dma_buf_map_attachment() and the driver's check of the result. */
  public Optional<Refusal> map(DmaDirection wanted) {
    SgResult result = passage.map(wanted);
    if (result.rc() < 0) {
      return Optional.of(new Refusal(launder(result.rc()), importCall()));
    }
    table = result.table().orElseThrow();
    direction = wanted;
    Optional<Refusal> refusal = checksList() ? checkContiguous() : Optional.empty();
    if (refusal.isPresent()) {
      unmap();
    }
    return refusal;
  }

  /** A driver that maps another's registers knows what it asked for. */
  private boolean checksList() {
    return passage instanceof BufferPassage && path.needsContiguous();
  }

  private int launder(int rc) {
    if (passage instanceof RegisterPassage) {
      return rc;
    }
    if (!isVb2()) {
      reasons.step(
          ShareRules.GEM_IMPORT,
          device.id(),
          "the map fails with " + Errno.text(rc) + ", which user space sees as it is",
          "rc",
          Integer.toString(rc));
      return rc;
    }
    int seen = Errno.EINVAL.rc();
    reasons.step(
        path == ImportPath.VB2_DMA_CONTIG ? ShareRules.VB2_MAP : ShareRules.VB2_SG_MAP,
        device.id(),
        "the map fails with " + Errno.text(rc) + "; videobuf2 turns every map error into -EINVAL",
        "inside",
        Errno.text(rc),
        "user",
        Errno.text(seen));
    return seen;
  }

  private Optional<Refusal> checkContiguous() {
    long contiguous = contiguousBytes(table.mapped());
    long wanted = passage.sizeBytes();
    boolean enough = Long.compareUnsigned(contiguous, wanted) >= 0;
    Errno error = isVb2() ? Errno.EFAULT : Errno.EINVAL;
    Rule rule = isVb2() ? ShareRules.VB2_MAP : ShareRules.GEM_CONTIGUOUS;
    reasons.step(
        rule,
        device.id(),
        enough
            ? contiguous
                + " bytes follow each other in DMA addresses from "
                + DmaAddress.hex(table.mapped().getFirst().dma())
                + ": contiguous enough for the driver"
            : "contiguous chunk is too small: "
                + contiguous
                + " bytes of "
                + wanted
                + " follow each other in DMA addresses; -"
                + error.name()
                + " to user space",
        "contiguous",
        Long.toString(contiguous),
        "wanted",
        Long.toString(wanted),
        "segments",
        Integer.toString(table.nents()));
    return enough ? Optional.empty() : Optional.of(new Refusal(error.rc(), importCall()));
  }

  /** vb2_dc_get_contiguous_size(): the leading segments that are exactly consecutive. */
  private static long contiguousBytes(List<Segment> segments) {
    long total = 0;
    long expected = segments.isEmpty() ? 0 : segments.getFirst().dma();
    for (Segment segment : segments) {
      if (segment.dma() != expected || segment.dmaLength() == 0) {
        break;
      }
      expected += segment.dmaLength();
      total += segment.dmaLength();
    }
    return total;
  }

  /** The table of the current mapping; empty while unmapped. */
  public Optional<SgTable> table() {
    return Optional.ofNullable(table);
  }

  /** Where the buffer lies for this device. */
  public List<BusSegment> segments() {
    return table.mapped().stream()
        .filter(s -> s.dmaLength() != 0)
        .map(s -> new BusSegment(s.dma(), s.dmaLength()))
        .toList();
  }

  /** dma_buf_unmap_attachment(). */
  public void unmap() {
    if (table != null) {
      passage.unmap(table, direction);
      table = null;
    }
  }

  /** Unmaps what is mapped and detaches. */
  public void detach() {
    unmap();
    passage.detach();
  }

  /**
   * Whether the driver waits for the writers of a buffer before it reads: those of DRM do, for each
   * commit or job (drm_atomic_helper_wait_for_fences(), drm_sched_job_add_implicit_dependencies()),
   * videobuf2 looks at no fence but those that a map waits for.
   */
  boolean awaitsWriters() {
    return passage instanceof BufferPassage && !isVb2();
  }

  /** Waits for the writers, where the driver does so. */
  public Optional<Refusal> awaitWriters() {
    if (!awaitsWriters()) {
      return Optional.empty();
    }
    int rc = passage.waitForWriters();
    return rc == 0 ? Optional.empty() : Optional.of(new Refusal(rc, "DRM_IOCTL_MODE_ATOMIC"));
  }

  private boolean isVb2() {
    return path == ImportPath.VB2_DMA_CONTIG || path == ImportPath.VB2_DMA_SG;
  }

  private String importCall() {
    if (passage instanceof RegisterPassage) {
      return "dma_mapping_error";
    }
    return isVb2() ? "VIDIOC_QBUF" : "DRM_IOCTL_PRIME_FD_TO_HANDLE";
  }
}
