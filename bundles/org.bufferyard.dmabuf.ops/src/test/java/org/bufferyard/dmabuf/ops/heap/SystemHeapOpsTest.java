package org.bufferyard.dmabuf.ops.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.contract.DmaBufOpsContract;
import org.bufferyard.api.contract.PlainAttachment;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.contract.PlainDma;
import org.bufferyard.api.contract.PlainMemory;
import org.bufferyard.api.contract.PlainOpsContext;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

/** What both heaps do, on the pages of two scattered blocks; the CMA heap's differences beside. */
class SystemHeapOpsTest extends DmaBufOpsContract {
  private static final long RAM = 0x4000_0000L;
  private static final long FIRST = RAM + 0x10_0000;
  private static final long SECOND = RAM + 0x40_0000;

  private final PlainDma dma =
      new PlainDma(new PlainMemory(List.of(new PhysRange(RAM, 0x1000_0000L)), List.of()));
  private final PlainOpsContext context = new PlainOpsContext(dma);
  private final PlainAttachment gpu = new PlainAttachment(new PlainDevice("gpu"));
  private final PlainAttachment display = new PlainAttachment(new PlainDevice("display"));

  @Override
  protected DmaBufOpsKind kind() {
    return new SystemHeapOpsKind();
  }

  private static Segment.PageBacked block(long phys, long length) {
    return new Segment.PageBacked(
        new PageRef(phys >>> PageRef.SHIFT, PageBacking.LINEAR), 0, length);
  }

  private DmaBufOps exported(DmaBufOpsKind kind) {
    SgTable pages = SgTable.ofPages(List.of(block(FIRST, 0x1_0000), block(SECOND, 4096)));
    DmaBufOps ops =
        kind.open(
            new ExportedMemory(
                new PlainDevice("system"), 0x1_1000, Optional.empty(), Optional.of(pages)),
            context);
    ops.getSgtable();
    ops.lifecycle().attach(gpu);
    ops.lifecycle().attach(display);
    return ops;
  }

  @Test
  void oneEntryABlockAndCacheMaintenanceOnEveryMap() {
    DmaBufOps ops = exported(kind());
    SgTable table = ops.mapSg(gpu, DmaDirection.TO_DEVICE).table().orElseThrow();
    assertEquals(2, table.nents());
    ops.unmapSg(gpu, table, DmaDirection.TO_DEVICE);
    assertEquals(List.of("map gpu TO_DEVICE ", "unmap gpu TO_DEVICE "), dma.calls());
    assertSame(table, ops.mapSg(gpu, DmaDirection.FROM_DEVICE).table().orElseThrow());
  }

  @Test
  void cpuAccessSyncsTheMappedOnesNewestFirst() {
    DmaBufOps ops = exported(kind());
    SgTable table = ops.mapSg(gpu, DmaDirection.TO_DEVICE).table().orElseThrow();
    ops.mapSg(display, DmaDirection.TO_DEVICE);
    assertEquals(0, ops.cpu().beginCpuAccess(DmaDirection.FROM_DEVICE));
    ops.unmapSg(gpu, table, DmaDirection.TO_DEVICE);
    assertEquals(0, ops.cpu().endCpuAccess(DmaDirection.FROM_DEVICE));
    assertEquals(
        List.of(
            "map gpu TO_DEVICE ",
            "map display TO_DEVICE ",
            "sync display FROM_DEVICE cpu",
            "sync gpu FROM_DEVICE cpu",
            "unmap gpu TO_DEVICE ",
            "sync display FROM_DEVICE device"),
        dma.calls());
  }

  @Test
  void theSystemHeapPassesErrorsOnAndTheCmaHeapMakesThemNoMemory() {
    dma.failMapsWith(Errno.EREMOTEIO.rc());
    assertEquals(
        Errno.EREMOTEIO.rc(), exported(kind()).mapSg(gpu, DmaDirection.TO_DEVICE).rc());
    assertEquals(
        Errno.ENOMEM.rc(),
        exported(new CmaHeapOpsKind()).mapSg(gpu, DmaDirection.TO_DEVICE).rc());
    assertEquals(
        "-EREMOTEIO",
        context.events().of(DmaEvent.Decided.class).getLast().values().get("inside"));
  }

  @Test
  void detachMappedFreesTheListOnly() {
    DmaBufOps ops = exported(kind());
    ops.mapSg(gpu, DmaDirection.TO_DEVICE);
    ops.lifecycle().detach(gpu);
    assertEquals(1, dma.live().size());
    assertEquals(1, context.events().of(DmaEvent.HazardRaised.class).size());
    ops.lifecycle().detach(display);
    assertEquals(1, context.events().of(DmaEvent.HazardRaised.class).size());
  }

  @Test
  void userMappingsShowTheBlocksAndTheCmaHeapTakesSharedOnesOnly() {
    DmaBufOps ops = exported(kind());
    CpuMapping mapping = ops.cpu().mmap(15, 8192, false).mapping().orElseThrow();
    mapping.write(4096, new byte[] {7}, 0, 1);
    byte[] seen = new byte[1];
    dma.memory().read(SECOND, seen, 0, 1);
    assertEquals(7, seen[0]);
    DmaBufOps cma = exported(new CmaHeapOpsKind());
    assertEquals(Errno.EINVAL.rc(), cma.cpu().mmap(0, 4096, false).rc());
    assertEquals(0, cma.cpu().mmap(0, 4096, true).rc());
  }

  @Test
  void vmapShowsTheBlocksInARow() {
    CpuMapping mapping = exported(kind()).cpu().vmap().mapping().orElseThrow();
    dma.memory().write(SECOND + 1, new byte[] {9}, 0, 1);
    byte[] seen = new byte[1];
    mapping.read(0x1_0001, seen, 0, 1);
    assertEquals(9, seen[0]);
  }
}
