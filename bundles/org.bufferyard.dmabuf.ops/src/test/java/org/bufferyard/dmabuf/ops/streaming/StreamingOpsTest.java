package org.bufferyard.dmabuf.ops.streaming;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;

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
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

class StreamingOpsTest extends DmaBufOpsContract {
  private static final long POOL = 0x7000_0000L;
  private static final long RAM = 0x4000_0000L;

  private final PlainDma dma =
      new PlainDma(
          new PlainMemory(
              List.of(new PhysRange(RAM, 0x4000_0000L)), List.of(new PhysRange(POOL, 1 << 20))));
  private final PlainOpsContext context = new PlainOpsContext(dma);
  private final PlainDevice codec = new PlainDevice("codec");
  private final PlainAttachment scaler = new PlainAttachment(new PlainDevice("scaler"));

  @Override
  protected DmaBufOpsKind kind() {
    return new StreamingOpsKind();
  }

  private DmaBufOps exported(long phys, AllocationSource source) {
    Allocation allocation = dma.allocation(codec, phys, 8192, source, DmaAttrs.NONE);
    DmaBufOps ops =
        kind()
            .open(
                new ExportedMemory(codec, 8192, Optional.of(allocation), Optional.empty()),
                context);
    ops.getSgtable();
    ops.lifecycle().attach(scaler);
    return ops;
  }

  @Test
  void everyMapIsAStreamingMapWithItsCacheMaintenance() {
    DmaBufOps ops = exported(RAM, AllocationSource.BUDDY);
    SgTable one = ops.mapSg(scaler, DmaDirection.TO_DEVICE).table().orElseThrow();
    SgTable two = ops.mapSg(scaler, DmaDirection.FROM_DEVICE).table().orElseThrow();
    assertNotSame(one, two);
    ops.unmapSg(scaler, one, DmaDirection.TO_DEVICE);
    ops.unmapSg(scaler, two, DmaDirection.FROM_DEVICE);
    // No attribute after the direction: nothing is skipped.
    assertEquals(
        List.of(
            "map scaler TO_DEVICE ",
            "map scaler FROM_DEVICE ",
            "unmap scaler TO_DEVICE ",
            "unmap scaler FROM_DEVICE "),
        dma.calls());
    assertEquals(List.of(), context.pageHazards());
  }

  @Test
  void cpuAccessSyncsEveryLiveMapping() {
    DmaBufOps ops = exported(RAM, AllocationSource.BUDDY);
    PlainAttachment display = new PlainAttachment(new PlainDevice("display"));
    ops.lifecycle().attach(display);
    ops.mapSg(scaler, DmaDirection.TO_DEVICE);
    ops.mapSg(display, DmaDirection.TO_DEVICE);
    ops.cpu().beginCpuAccess(DmaDirection.FROM_DEVICE);
    ops.cpu().endCpuAccess(DmaDirection.FROM_DEVICE);
    assertEquals(
        List.of(
            "sync scaler FROM_DEVICE cpu",
            "sync display FROM_DEVICE cpu",
            "sync scaler FROM_DEVICE device",
            "sync display FROM_DEVICE device"),
        dma.calls().subList(2, 6));
  }

  @Test
  void onPoolMemoryTheyRaiseTheHazardOfTheMadeUpPage() {
    DmaBufOps ops = exported(POOL, AllocationSource.DEVICE_POOL);
    ops.mapSg(scaler, DmaDirection.TO_DEVICE);
    assertEquals(1, context.pageHazards().size());
    assertInstanceOf(Segment.PageBacked.class, context.pageHazards().get(0));
  }

  @Test
  void onATableWithoutPagesTheyRaiseTheHazardAndRefuse() {
    SgTable dmaOnly = SgTable.ofDma(List.of(new Segment.DmaOnly(POOL, 8192)));
    DmaBufOps ops =
        kind()
            .open(
                new ExportedMemory(codec, 8192, Optional.empty(), Optional.of(dmaOnly)), context);
    ops.getSgtable();
    assertEquals(Errno.EINVAL.rc(), ops.mapSg(scaler, DmaDirection.TO_DEVICE).rc());
    assertInstanceOf(Segment.DmaOnly.class, context.pageHazards().get(0));
    assertEquals(List.of(), dma.calls());
  }

  @Test
  void mapErrorsPassThrough() {
    DmaBufOps ops = exported(RAM, AllocationSource.BUDDY);
    dma.failMapsWith(Errno.ENOMEM.rc());
    assertEquals(Errno.ENOMEM.rc(), ops.mapSg(scaler, DmaDirection.TO_DEVICE).rc());
  }

  @Test
  void aForeignTableIsReportedAndNotUnmapped() {
    DmaBufOps ops = exported(RAM, AllocationSource.BUDDY);
    ops.mapSg(scaler, DmaDirection.TO_DEVICE);
    ops.unmapSg(scaler, SgTable.ofDma(List.of()), DmaDirection.TO_DEVICE);
    assertEquals(1, dma.live().size());
    assertEquals(1, context.events().of(DmaEvent.HazardRaised.class).size());
  }
}
