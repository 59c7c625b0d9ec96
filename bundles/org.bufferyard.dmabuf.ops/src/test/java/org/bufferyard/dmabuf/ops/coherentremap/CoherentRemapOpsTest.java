package org.bufferyard.dmabuf.ops.coherentremap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

class CoherentRemapOpsTest extends DmaBufOpsContract {
  private static final long POOL = 0x7000_0000L;

  private final PlainMemory memory =
      new PlainMemory(
          List.of(new PhysRange(0x4000_0000L, 0x4000_0000L)),
          List.of(new PhysRange(POOL, 1 << 20)));
  private final PlainDma dma = new PlainDma(memory);
  private final PlainOpsContext context = new PlainOpsContext(dma);
  private final PlainDevice codec = new PlainDevice("codec");
  private final PlainAttachment scaler = new PlainAttachment(new PlainDevice("scaler"));

  @Override
  protected DmaBufOpsKind kind() {
    return new CoherentRemapOpsKind();
  }

  @Override
  protected AllocationSource source() {
    return AllocationSource.DEVICE_POOL;
  }

  private DmaBufOps exported(long sizeBytes, DmaAttrs attrs) {
    Allocation allocation =
        dma.allocation(codec, POOL, sizeBytes, AllocationSource.DEVICE_POOL, attrs);
    return kind()
        .open(
            new ExportedMemory(codec, sizeBytes, Optional.of(allocation), Optional.empty()),
            context);
  }

  private DmaBufOps attached() {
    DmaBufOps ops = exported(8192, DmaAttrs.NONE);
    ops.lifecycle().attach(scaler);
    return ops;
  }

  @Test
  void theBaseTableIsOneSegmentInTheExportersAddressesWithoutAPage() {
    dma.busOffset("codec", -0x4000_0000L);
    SgTable base = exported(5000, DmaAttrs.NONE).getSgtable().table().orElseThrow();
    assertEquals(List.of(new Segment.DmaOnly(0x3000_0000L, 8192)), base.segments());
    assertEquals(0, base.origNents());
  }

  @Test
  void getSgtableNeverAsksTheDmaApiForPages() {
    dma.failGetSgtableWith(Errno.ENXIO.rc());
    assertEquals(0, exported(4096, DmaAttrs.NONE).getSgtable().rc());
  }

  @Test
  void pagesWithoutAnAllocationAreRefused() {
    SgTable pages = SgTable.ofPages(List.of());
    DmaBufOps ops =
        kind()
            .open(new ExportedMemory(codec, 4096, Optional.empty(), Optional.of(pages)), context);
    assertEquals(Errno.EINVAL.rc(), ops.getSgtable().rc());
  }

  @Test
  void theSameDirectionGetsTheSameTableAndTheLastUnmapUndoesIt() {
    DmaBufOps ops = attached();
    SgTable table = ops.mapSg(scaler, DmaDirection.TO_DEVICE).table().orElseThrow();
    assertSame(table, ops.mapSg(scaler, DmaDirection.TO_DEVICE).table().orElseThrow());
    ops.unmapSg(scaler, table, DmaDirection.TO_DEVICE);
    assertEquals(1, dma.live().size());
    ops.unmapSg(scaler, table, DmaDirection.TO_DEVICE);
    assertEquals(List.of("remap scaler TO_DEVICE", "unremap scaler TO_DEVICE"), dma.calls());
    assertEquals(List.of(), dma.live());
  }

  @Test
  void anotherDirectionIsBusy() {
    DmaBufOps ops = attached();
    ops.mapSg(scaler, DmaDirection.TO_DEVICE);
    assertEquals(Errno.EBUSY.rc(), ops.mapSg(scaler, DmaDirection.FROM_DEVICE).rc());
    assertEquals(Errno.EBUSY.rc(), ops.mapSg(scaler, DmaDirection.BIDIRECTIONAL).rc());
  }

  @Test
  void bidirectionalServesEveryDirectionAndIsUndoneAsItWasMade() {
    DmaBufOps ops = attached();
    SgTable table = ops.mapSg(scaler, DmaDirection.BIDIRECTIONAL).table().orElseThrow();
    assertSame(table, ops.mapSg(scaler, DmaDirection.FROM_DEVICE).table().orElseThrow());
    ops.unmapSg(scaler, table, DmaDirection.FROM_DEVICE);
    ops.unmapSg(scaler, table, DmaDirection.BIDIRECTIONAL);
    assertEquals("unremap scaler BIDIRECTIONAL", dma.calls().getLast());
    assertEquals(List.of(), dma.misuses());
  }

  @Test
  void afterTheLastUnmapAnotherDirectionIsFree() {
    DmaBufOps ops = attached();
    SgTable table = ops.mapSg(scaler, DmaDirection.TO_DEVICE).table().orElseThrow();
    ops.unmapSg(scaler, table, DmaDirection.TO_DEVICE);
    assertEquals(0, ops.mapSg(scaler, DmaDirection.FROM_DEVICE).rc());
  }

  @Test
  void aForeignTableIsReportedAndNotUnmapped() {
    DmaBufOps ops = attached();
    ops.mapSg(scaler, DmaDirection.TO_DEVICE);
    ops.unmapSg(scaler, SgTable.ofDma(List.of()), DmaDirection.TO_DEVICE);
    assertEquals(1, dma.live().size());
    assertEquals(1, context.events().of(DmaEvent.HazardRaised.class).size());
  }

  @Test
  void theErrnoOfTheRemapPassesThrough() {
    DmaBufOps ops = attached();
    for (Errno errno : List.of(Errno.EIO, Errno.ENOMEM, Errno.EINVAL)) {
      dma.failMapsWith(errno.rc());
      assertEquals(errno.rc(), ops.mapSg(scaler, DmaDirection.TO_DEVICE).rc());
    }
  }

  @Test
  void anExporterThatIsGoneRevokesItsBuffers() {
    DmaBufOps ops = attached();
    codec.remove();
    assertEquals(Errno.ENODEV.rc(), ops.mapSg(scaler, DmaDirection.TO_DEVICE).rc());
    assertEquals(
        Errno.ENODEV.rc(),
        ops.lifecycle().attach(new PlainAttachment(new PlainDevice("display"))));
  }

  @Test
  void anExporterThatGoesHasItsImportersTold() {
    DmaBufOps ops = attached();
    assertTrue(ops.lifecycle().revoke());
    assertTrue(codec.isPresent(), "it is going, not gone");
    assertEquals(Errno.ENODEV.rc(), ops.mapSg(scaler, DmaDirection.TO_DEVICE).rc());
  }

  @Test
  void cpuAccessWaitsForFencesOnBothSidesAndDoesNoCacheOperation() {
    DmaBufOps ops = attached();
    ops.mapSg(scaler, DmaDirection.BIDIRECTIONAL);
    context.leaveFencesOpen(true);
    assertEquals(Errno.ERESTARTSYS.rc(), ops.cpu().beginCpuAccess(DmaDirection.FROM_DEVICE));
    assertEquals(Errno.ERESTARTSYS.rc(), ops.cpu().endCpuAccess(DmaDirection.FROM_DEVICE));
    context.leaveFencesOpen(false);
    assertEquals(0, ops.cpu().beginCpuAccess(DmaDirection.FROM_DEVICE));
    assertEquals(List.of("remap scaler BIDIRECTIONAL"), dma.calls());
  }

  @Test
  void mmapAndVmapOfMemoryWithoutPagesShowItsBytes() {
    DmaBufOps ops = exported(8192, DmaAttrs.NONE);
    memory.write(POOL + 4096, new byte[] {1, 2, 3}, 0, 3);
    for (CpuMapping mapping :
        List.of(
            ops.cpu().mmap(0, 8192, true).mapping().orElseThrow(),
            ops.cpu().vmap().mapping().orElseThrow())) {
      byte[] seen = new byte[3];
      mapping.read(4096, seen, 0, 3);
      assertArrayEquals(new byte[] {1, 2, 3}, seen);
    }
  }

  @Test
  void vmapWithoutAKernelMappingIsInvalid() {
    DmaBufOps ops = exported(4096, DmaAttrs.of(DmaAttr.NO_KERNEL_MAPPING));
    assertEquals(Errno.EINVAL.rc(), ops.cpu().vmap().rc());
  }

  @Test
  void noConsumerOfTheseOpsEverAskedForAPage() {
    DmaBufOps ops = attached();
    ops.getSgtable();
    ops.mapSg(scaler, DmaDirection.TO_DEVICE);
    assertEquals(List.of(), context.pageHazards());
  }
}
