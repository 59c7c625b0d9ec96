package org.bufferyard.dmabuf.ops.udmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

class UdmabufOpsTest extends DmaBufOpsContract {
  private static final long RAM = 0x4000_0000L;
  private static final String SKIPPED = "SKIP_CPU_SYNC";

  private final PlainDma dma =
      new PlainDma(new PlainMemory(List.of(new PhysRange(RAM, 0x1000_0000L)), List.of()));
  private final PlainAttachment gpu = new PlainAttachment(new PlainDevice("gpu"));

  @Override
  protected DmaBufOpsKind kind() {
    return new UdmabufOpsKind();
  }

  /** Three pages in a row. */
  private DmaBufOps exported(KernelProfile kernel) {
    SgTable pages =
        SgTable.ofPages(
            List.of(
                new Segment.PageBacked(
                    new PageRef(RAM >>> PageRef.SHIFT, PageBacking.LINEAR), 0, 3 * 4096)));
    DmaBufOps ops =
        kind()
            .open(
                new ExportedMemory(
                    new PlainDevice("udmabuf"), 3 * 4096, Optional.empty(), Optional.of(pages)),
                new PlainOpsContext(dma, kernel));
    ops.getSgtable();
    ops.lifecycle().attach(gpu);
    return ops;
  }

  @Test
  void everyMapIsANewListWithoutCacheMaintenanceSince7() {
    DmaBufOps ops = exported(KernelProfile.LINUX_7_3);
    SgTable one = ops.mapSg(gpu, DmaDirection.TO_DEVICE).table().orElseThrow();
    SgTable two = ops.mapSg(gpu, DmaDirection.FROM_DEVICE).table().orElseThrow();
    assertNotSame(one, two);
    ops.unmapSg(gpu, one, DmaDirection.TO_DEVICE);
    ops.unmapSg(gpu, two, DmaDirection.FROM_DEVICE);
    assertEquals(4, dma.calls().stream().filter(c -> c.endsWith(SKIPPED)).count(), dma.calls()::toString);
    assertEquals(List.of(), dma.live());
    exported(KernelProfile.LINUX_6_12).mapSg(gpu, DmaDirection.TO_DEVICE);
    assertFalse(dma.calls().getLast().contains(SKIPPED));
  }

  @Test
  void anEntryAPageSinceFoliosAndRunsBefore() {
    assertEquals(
        3,
        exported(KernelProfile.LINUX_6_12)
            .mapSg(gpu, DmaDirection.TO_DEVICE)
            .table()
            .orElseThrow()
            .origNents());
    assertEquals(
        1,
        exported(KernelProfile.LINUX_6_1)
            .mapSg(gpu, DmaDirection.TO_DEVICE)
            .table()
            .orElseThrow()
            .origNents());
  }

  @Test
  void theCoreCachesItsTablesUntil7() {
    assertTrue(exported(KernelProfile.LINUX_6_12).traits().cacheSgtMapping());
    assertFalse(exported(KernelProfile.LINUX_7_3).traits().cacheSgtMapping());
  }

  @Test
  void mapErrorsArePassedOn() {
    DmaBufOps ops = exported(KernelProfile.LINUX_7_3);
    dma.failMapsWith(Errno.EIO.rc());
    assertEquals(Errno.EIO.rc(), ops.mapSg(gpu, DmaDirection.TO_DEVICE).rc());
    assertEquals(Errno.EIO.rc(), ops.cpu().beginCpuAccess(DmaDirection.TO_DEVICE));
    assertEquals(Errno.EINVAL.rc(), ops.cpu().endCpuAccess(DmaDirection.TO_DEVICE));
  }

  @Test
  void theFirstBeginMapsForTheMiscDeviceAndLaterOnesSyncThat() {
    DmaBufOps ops = exported(KernelProfile.LINUX_7_3);
    ops.mapSg(gpu, DmaDirection.TO_DEVICE);
    assertEquals(Errno.EINVAL.rc(), ops.cpu().endCpuAccess(DmaDirection.TO_DEVICE));
    assertEquals(0, ops.cpu().beginCpuAccess(DmaDirection.TO_DEVICE));
    assertEquals(0, ops.cpu().endCpuAccess(DmaDirection.TO_DEVICE));
    assertEquals(0, ops.cpu().beginCpuAccess(DmaDirection.FROM_DEVICE));
    assertEquals(
        List.of(
            "map gpu TO_DEVICE",
            "map udmabuf TO_DEVICE",
            "sync udmabuf TO_DEVICE device",
            "sync udmabuf FROM_DEVICE cpu"),
        dma.calls().stream().map(c -> c.replace(SKIPPED, "").strip()).toList());
  }

  @Test
  void releaseUndoesTheMiscDevicesMapping() {
    DmaBufOps ops = exported(KernelProfile.LINUX_7_3);
    ops.cpu().beginCpuAccess(DmaDirection.TO_DEVICE);
    ops.lifecycle().release();
    assertEquals(List.of(), dma.live());
    assertEquals(List.of(), dma.misuses());
  }

  @Test
  void before7ItUndidItBidirectionalWhateverItWas() {
    DmaBufOps ops = exported(KernelProfile.LINUX_6_12);
    ops.cpu().beginCpuAccess(DmaDirection.TO_DEVICE);
    ops.lifecycle().release();
    assertEquals(1, dma.misuses().size());
  }

  @Test
  void onlySharedUserMappings() {
    DmaBufOps ops = exported(KernelProfile.LINUX_7_3);
    assertEquals(Errno.EINVAL.rc(), ops.cpu().mmap(0, 4096, false).rc());
    assertEquals(0, ops.cpu().mmap(0, 4096, true).rc());
    assertEquals(3 * 4096, ops.cpu().vmap().mapping().orElseThrow().size());
  }
}
