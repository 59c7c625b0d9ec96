package org.bufferyard.dmabuf.ops.udmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.BufferLifecycle;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dmabuf.ops.mapping.BufferPages;

/**
 * {@code udmabuf_ops} of one buffer ({@code drivers/dma-buf/udmabuf.c}): a new table for each map,
 * errors passed on; CPU access maps for the misc device at the first begin and syncs that mapping
 * afterwards, whoever else has mapped the buffer.
 */
final class UdmabufOps implements DmaBufOps, BufferLifecycle, CpuAccessOps {
  private static final Rule MAP = Rule.of("G2", "map_udmabuf");
  private static final Rule END = Rule.of("G2", "end_cpu_udmabuf");

  /** The core caches tables of these ops as long as it caches any. */
  private static final Rule CACHED = Rule.of("G2", "udmabuf_ops").until(7, 0);

  /** One entry a page, neighbours or not, since the driver holds folios. */
  private static final Rule ENTRY_A_PAGE = Rule.of("G2", "get_sg_table").since(6, 12);

  /** Mapping leaves the CPU caches alone: begin and end are there for that. */
  private static final Rule SKIPS_SYNC = Rule.of("G2", "get_sg_table").since(7, 0);

  /** Before, the release undid the misc device's mapping as BIDIRECTIONAL, whatever it was. */
  private static final Rule RELEASE_KNOWS_DIRECTION = Rule.of("G2", "release_udmabuf").since(7, 0);

  /** The misc device's own mapping. */
  private record CpuMapped(SgTable table, DmaDirection direction) {}

  private final ExportedMemory memory;
  private final OpsContext context;
  private final BufferPages pages;
  private Optional<CpuMapped> forCpu = Optional.empty();

  UdmabufOps(ExportedMemory memory, OpsContext context) {
    this.memory = memory;
    this.context = context;
    this.pages = new BufferPages(memory, context);
  }

  @Override
  public OpsTraits traits() {
    return new OpsTraits(UdmabufOpsKind.NAME, false, CACHED.holdsIn(context.kernel()));
  }

  @Override
  public BufferLifecycle lifecycle() {
    return this;
  }

  @Override
  public CpuAccessOps cpu() {
    return this;
  }

  @Override
  public SgResult getSgtable() {
    return pages.take();
  }

  /** udmabuf_ops has neither attach nor detach. */
  @Override
  public int attach(DmaBufAttachment attachment) {
    return 0;
  }

  @Override
  public void detach(DmaBufAttachment attachment) {}

  // ---- mapping ----

  @Override
  public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
    return getSgTable(attachment.importer(), direction);
  }

  /** get_sg_table(): pages to a list, the list to the device. */
  private SgResult getSgTable(DmaDevice device, DmaDirection direction) {
    SgTable table =
        ENTRY_A_PAGE.holdsIn(context.kernel()) ? pageByPage() : pages.list().orElseThrow().copy();
    int rc = context.dma().mapSgtable(device, table, direction, attrs());
    if (rc != 0) {
      String errno = Errno.text(rc);
      decided(
          MAP, device.id(), "dma_map_sgtable() returned " + errno + ", and so does udmabuf", errno);
      return SgResult.failed(rc);
    }
    return SgResult.of(table);
  }

  private SgTable pageByPage() {
    List<Segment.PageBacked> entries = new ArrayList<>();
    for (Segment segment : pages.list().orElseThrow().segments()) {
      if (segment instanceof Segment.PageBacked run) {
        for (long at = 0; at < run.length(); at += PageRef.SIZE) {
          entries.add(
              new Segment.PageBacked(
                  new PageRef(run.page().pfn() + (at >>> PageRef.SHIFT), run.page().backing()),
                  run.offset(),
                  Math.min(PageRef.SIZE, run.length() - at)));
        }
      }
    }
    return SgTable.ofPages(entries);
  }

  private DmaAttrs attrs() {
    return SKIPS_SYNC.holdsIn(context.kernel()) ? DmaAttrs.SKIP_CPU_SYNC : DmaAttrs.NONE;
  }

  @Override
  public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    context.dma().unmapSgtable(attachment.importer(), table, direction, attrs());
  }

  @Override
  public void release() {
    forCpu.ifPresent(
        mapped ->
            context
                .dma()
                .unmapSgtable(
                    memory.exporter(),
                    mapped.table(),
                    RELEASE_KNOWS_DIRECTION.holdsIn(context.kernel())
                        ? mapped.direction()
                        : DmaDirection.BIDIRECTIONAL,
                    attrs()));
    forCpu = Optional.empty();
    pages.drop();
  }

  // ---- the CPU ----

  @Override
  public int beginCpuAccess(DmaDirection direction) {
    if (forCpu.isPresent()) {
      context.dma().syncSg(memory.exporter(), forCpu.get().table(), direction, false);
      return 0;
    }
    SgResult result = getSgTable(memory.exporter(), direction);
    forCpu = result.table().map(table -> new CpuMapped(table, direction));
    return result.rc();
  }

  @Override
  public int endCpuAccess(DmaDirection direction) {
    if (forCpu.isEmpty()) {
      decided(END, memory.exporter().id(), "end without a begin: -EINVAL", "-EINVAL");
      return Errno.EINVAL.rc();
    }
    context.dma().syncSg(memory.exporter(), forCpu.get().table(), direction, true);
    return 0;
  }

  @Override
  public MapResult mmap(long pageOffset, long sizeBytes, boolean shared) {
    if (!shared) {
      return MapResult.failed(Errno.EINVAL.rc());
    }
    return pages.mmap(pageOffset, sizeBytes);
  }

  @Override
  public MapResult vmap() {
    return pages.vmap(Errno.EINVAL);
  }

  @Override
  public void vunmap() {}

  private void decided(Rule rule, String element, String text, String errno) {
    context.events().emit(new DmaEvent.Decided(rule, element, text, Map.of("errno", errno)));
  }
}
