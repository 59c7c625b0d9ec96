package org.bufferyard.dmabuf.ops.vb2contig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.contract.DmaBufOpsContract;
import org.bufferyard.api.contract.PlainAttachment;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.contract.PlainDma;
import org.bufferyard.api.contract.PlainMemory;
import org.bufferyard.api.contract.PlainOpsContext;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

class Vb2ContigOpsTest extends DmaBufOpsContract {
  private static final long POOL = 0x7000_0000L;

  private final PlainDma dma =
      new PlainDma(
          new PlainMemory(
              List.of(new PhysRange(0x4000_0000L, 0x4000_0000L)),
              List.of(new PhysRange(POOL, 1 << 20))));
  private final PlainOpsContext context = new PlainOpsContext(dma);
  private final PlainDevice codec = new PlainDevice("codec");
  private final PlainAttachment scaler = new PlainAttachment(new PlainDevice("scaler"));

  @Override
  protected DmaBufOpsKind kind() {
    return new Vb2ContigOpsKind();
  }

  private DmaBufOps pooled(long sizeBytes) {
    Allocation allocation =
        dma.allocation(codec, POOL, sizeBytes, AllocationSource.DEVICE_POOL, DmaAttrs.NONE);
    return kind()
        .open(
            new ExportedMemory(codec, sizeBytes, Optional.of(allocation), Optional.empty()),
            context);
  }

  private List<String> decidingFunctions() {
    return context.events().of(DmaEvent.Decided.class).stream()
        .map(d -> d.rule().function())
        .toList();
  }

  @Test
  void theErrnoOfGetSgtableIsLaunderedTwiceOnItsWayToUserSpace() {
    dma.failGetSgtableWith(Errno.ENXIO.rc());
    assertEquals(Errno.EINVAL.rc(), pooled(8192).getSgtable().rc());
    assertEquals(
        List.of("vb2_dc_get_base_sgt", "vb2_dc_get_dmabuf", "vb2_core_expbuf"),
        decidingFunctions());
    List<DmaEvent.Decided> chain = context.events().of(DmaEvent.Decided.class);
    assertEquals("-ENXIO", chain.get(0).values().get("errno"));
    assertEquals("-EINVAL", chain.get(2).values().get("errno"));
    assertEquals(
        DmaEvent.MessageClass.WARNING,
        context.events().of(DmaEvent.KernelMessage.class).get(0).kind());
  }

  @Test
  void attachHandsOnThePageThatWasMadeUp() {
    DmaBufOps ops = pooled(8192);
    SgTable base = ops.getSgtable().table().orElseThrow();
    ops.lifecycle().attach(scaler);
    SgTable copy = ops.mapSg(scaler, DmaDirection.TO_DEVICE).table().orElseThrow();
    assertNotSame(base, copy);
    Segment.PageBacked entry = (Segment.PageBacked) copy.segments().get(0);
    assertEquals(new PageRef(0x70000, PageBacking.UNMAPPED), entry.page());
    assertEquals(8192, entry.length());
    assertEquals(Segment.NO_DMA, base.segments().get(0).dma(), "the base table is not mapped");
    assertTrue(decidingFunctions().contains("vb2_dc_dmabuf_ops_attach"));
  }

  @Test
  void everyMapErrorBecomesEio() {
    DmaBufOps ops = pooled(4096);
    ops.getSgtable();
    ops.lifecycle().attach(scaler);
    dma.failMapsWith(Errno.ENOMEM.rc());
    assertEquals(Errno.EIO.rc(), ops.mapSg(scaler, DmaDirection.TO_DEVICE).rc());
  }

  @Test
  void theMappingIsKeptUntilAnotherDirectionOrDetach() {
    DmaBufOps ops = pooled(4096);
    ops.getSgtable();
    ops.lifecycle().attach(scaler);
    SgTable table = ops.mapSg(scaler, DmaDirection.TO_DEVICE).table().orElseThrow();
    ops.unmapSg(scaler, table, DmaDirection.TO_DEVICE);
    assertSame(table, ops.mapSg(scaler, DmaDirection.TO_DEVICE).table().orElseThrow());
    ops.mapSg(scaler, DmaDirection.FROM_DEVICE);
    ops.lifecycle().detach(scaler);
    assertEquals(
        List.of(
            "map scaler TO_DEVICE SKIP_CPU_SYNC",
            "unmap scaler TO_DEVICE SKIP_CPU_SYNC",
            "map scaler FROM_DEVICE SKIP_CPU_SYNC",
            "unmap scaler FROM_DEVICE SKIP_CPU_SYNC"),
        dma.calls());
  }

  /** dma_dir of a fresh attachment is NONE, so a map for NONE finds it "mapped". */
  @Test
  void aMapForNoDirectionReturnsTheUnmappedTable() {
    DmaBufOps ops = pooled(4096);
    ops.getSgtable();
    ops.lifecycle().attach(scaler);
    SgTable table = ops.mapSg(scaler, DmaDirection.NONE).table().orElseThrow();
    assertEquals(Segment.NO_DMA, table.segments().get(0).dma());
    assertEquals(List.of(), dma.calls());
  }

  @Test
  void cpuAccessDoesNothing() {
    DmaBufOps ops = pooled(4096);
    ops.getSgtable();
    ops.lifecycle().attach(scaler);
    ops.mapSg(scaler, DmaDirection.FROM_DEVICE);
    context.leaveFencesOpen(true);
    assertEquals(0, ops.cpu().beginCpuAccess(DmaDirection.FROM_DEVICE));
    assertEquals(0, ops.cpu().endCpuAccess(DmaDirection.FROM_DEVICE));
    assertEquals(List.of("map scaler FROM_DEVICE SKIP_CPU_SYNC"), dma.calls());
  }

  @Test
  void mmapBeyondTheAllocationKeepsTheErrnoOfTheDmaApi() {
    assertEquals(Errno.ENXIO.rc(), pooled(4096).cpu().mmap(1, 4096, true).rc());
  }

  @Test
  void aNoncontiguousBufferExportsTheTableThatCameWithIt() {
    Allocation allocation =
        dma.allocation(codec, 0x5000_0000L, 8192, AllocationSource.IOMMU_PAGES, DmaAttrs.NONE);
    SgTable pages =
        SgTable.ofPages(
            List.of(new Segment.PageBacked(new PageRef(0x50000, PageBacking.LINEAR), 0, 8192)));
    DmaBufOps ops =
        kind()
            .open(
                new ExportedMemory(codec, 8192, Optional.of(allocation), Optional.of(pages)),
                context);
    assertSame(pages, ops.getSgtable().table().orElseThrow());
  }
}
