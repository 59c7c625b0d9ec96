package org.bufferyard.dmabuf.ops.prime;

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
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

class PrimeOpsTest extends DmaBufOpsContract {
  private static final long POOL = 0x7000_0000L;
  private static final long RAM = 0x4000_0000L;

  private final PlainDma dma =
      new PlainDma(
          new PlainMemory(
              List.of(new PhysRange(RAM, 0x1000_0000L)), List.of(new PhysRange(POOL, 1 << 20))));
  private final PlainOpsContext context = new PlainOpsContext(dma);
  private final PlainDevice display = new PlainDevice("display");
  private final PlainAttachment gpu = new PlainAttachment(new PlainDevice("gpu"));

  @Override
  protected DmaBufOpsKind kind() {
    return new PrimeOpsKind();
  }

  private DmaBufOps exported(long phys, AllocationSource source) {
    Allocation allocation = dma.allocation(display, phys, 8192, source, DmaAttrs.NONE);
    DmaBufOps ops =
        kind()
            .open(
                new ExportedMemory(display, 8192, Optional.of(allocation), Optional.empty()),
                context);
    ops.getSgtable();
    ops.lifecycle().attach(gpu);
    return ops;
  }

  @Test
  void everyMapHasANewTableAndSkipsTheCaches() {
    DmaBufOps ops = exported(RAM, AllocationSource.BUDDY);
    SgTable one = ops.mapSg(gpu, DmaDirection.TO_DEVICE).table().orElseThrow();
    SgTable two = ops.mapSg(gpu, DmaDirection.TO_DEVICE).table().orElseThrow();
    assertNotSame(one, two);
    ops.unmapSg(gpu, one, DmaDirection.TO_DEVICE);
    ops.lifecycle().detach(gpu);
    assertEquals(
        List.of(
            "map gpu TO_DEVICE SKIP_CPU_SYNC",
            "map gpu TO_DEVICE SKIP_CPU_SYNC",
            "unmap gpu TO_DEVICE SKIP_CPU_SYNC",
            "unmap gpu TO_DEVICE SKIP_CPU_SYNC"),
        dma.calls());
  }

  @Test
  void poolMemoryGetsAMadeUpPageAsWithVideobuf() {
    DmaBufOps ops = exported(POOL, AllocationSource.DEVICE_POOL);
    SgTable table = ops.mapSg(gpu, DmaDirection.TO_DEVICE).table().orElseThrow();
    Segment.PageBacked entry =
        assertInstanceOf(Segment.PageBacked.class, table.segments().getFirst());
    assertEquals(PageBacking.UNMAPPED, entry.page().backing());
  }

  @Test
  void errorsPassAsTheyAre() {
    DmaBufOps ops = exported(RAM, AllocationSource.BUDDY);
    dma.failMapsWith(Errno.ENOMEM.rc());
    assertEquals(Errno.ENOMEM.rc(), ops.mapSg(gpu, DmaDirection.TO_DEVICE).rc());
    dma.failGetSgtableWith(Errno.ENXIO.rc());
    assertEquals(Errno.ENXIO.rc(), ops.mapSg(gpu, DmaDirection.TO_DEVICE).rc());
  }

  @Test
  void noDirectionIsInvalid() {
    DmaBufOps ops = exported(RAM, AllocationSource.BUDDY);
    assertEquals(Errno.EINVAL.rc(), ops.mapSg(gpu, DmaDirection.NONE).rc());
    assertEquals(List.of(), dma.calls());
  }
}
