package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaBufs.ExportResult;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

/** Export, attach, map, release. "Recorded" tests repeat command lists of recorded kernels. */
class SharedBuffersTest {
  private static final List<KernelProfile> RELEASES_WITH_CACHED_TABLES =
      List.of(
          KernelProfile.ARM_4_10,
          KernelProfile.ARM_4_12,
          KernelProfile.LINUX_6_1,
          KernelProfile.LINUX_6_12);

  private final DmaDevice importer = new PlainDevice("importer");
  private PlainYard yard;
  private ScriptedOps ops;
  private DmaBufs core;

  private void open(KernelProfile kernel) {
    yard = new PlainYard(kernel);
    ops = new ScriptedOps();
    yard.install("scripted", ops);
    core = new DmaBufCore().open(yard);
  }

  private DmaBuf export(long sizeBytes) {
    return export(sizeBytes, OpsPolicy.MAINLINE).buffer().orElseThrow();
  }

  private ExportResult export(long sizeBytes, OpsPolicy policy) {
    return core.export(
        yard.memory(yard.allocation(sizeBytes, AllocationSource.BUDDY)),
        policy,
        "scripted",
        Optional.of("scripted"));
  }

  private DmaBufAttachment attach(DmaBuf buffer, boolean dynamic) {
    return core.attach(buffer, importer, dynamic).attachment().orElseThrow();
  }

  private static SgTable table(SgResult result) {
    assertEquals(0, result.rc());
    return result.table().orElseThrow();
  }

  // ---- recorded: cache_sgt_mapping (dmabuf-1b39f0dcad, -7d9a731c39, -8ab7506372) ----

  @Test
  void until6AnotherDirectionOnACachedTableIsBusy() {
    for (KernelProfile kernel : RELEASES_WITH_CACHED_TABLES) {
      open(kernel);
      ops.cacheSgtMapping = true;
      DmaBuf buffer = export(8192);
      DmaBufAttachment t = attach(buffer, false);
      ops.callbacks();
      SgTable table = table(core.map(t, DmaDirection.FROM_DEVICE));
      core.unmap(t, table, DmaDirection.FROM_DEVICE);
      assertEquals(List.of("map:2"), ops.callbacks(), kernel.name());
      assertEquals(Errno.EBUSY.rc(), core.map(t, DmaDirection.BIDIRECTIONAL).rc());
      core.detach(t);
      assertEquals(List.of("unmap:2", "detach"), ops.callbacks());
      core.put(buffer);
      assertEquals(List.of("release"), ops.callbacks());
      assertEquals(List.of(), yard.dma().misuses());
    }
  }

  @Test
  void until6ABidirectionalCachedTableServesEveryDirection() {
    open(KernelProfile.LINUX_6_12);
    ops.cacheSgtMapping = true;
    DmaBufAttachment t = attach(export(8192), false);
    SgTable table = table(core.map(t, DmaDirection.BIDIRECTIONAL));
    core.unmap(t, table, DmaDirection.BIDIRECTIONAL);
    assertSame(table, table(core.map(t, DmaDirection.TO_DEVICE)));
    core.unmap(t, table, DmaDirection.TO_DEVICE);
    core.detach(t);
    assertEquals(List.of("attach", "map:0", "unmap:0", "detach"), ops.callbacks());
  }

  @Test
  void from7EveryMapReachesTheExporterWhateverItCaches() {
    open(KernelProfile.LINUX_7_3);
    ops.cacheSgtMapping = true;
    DmaBufAttachment t = attach(export(8192), false);
    core.unmap(t, table(core.map(t, DmaDirection.TO_DEVICE)), DmaDirection.TO_DEVICE);
    core.unmap(t, table(core.map(t, DmaDirection.FROM_DEVICE)), DmaDirection.FROM_DEVICE);
    core.detach(t);
    assertEquals(
        List.of("attach", "map:1", "unmap:1", "map:2", "unmap:2", "detach"), ops.callbacks());
  }

  // ---- recorded: dynamic importer of a static exporter (dmabuf-1e84706819, -c8e877d220) ----

  @Test
  void until6ADynamicImporterOfAStaticExporterIsMappedAtAttach() {
    for (KernelProfile kernel : RELEASES_WITH_CACHED_TABLES) {
      open(kernel);
      DmaBufAttachment t = attach(export(8192), true);
      assertEquals(List.of("attach", "map:0"), ops.callbacks(), kernel.name());
      core.unmap(t, table(core.map(t, DmaDirection.FROM_DEVICE)), DmaDirection.FROM_DEVICE);
      core.unmap(t, table(core.map(t, DmaDirection.TO_DEVICE)), DmaDirection.TO_DEVICE);
      assertEquals(List.of(), ops.callbacks());
      core.detach(t);
      assertEquals(List.of("unmap:0", "detach"), ops.callbacks());
      assertEquals(List.of(), yard.dma().live());
    }
  }

  @Test
  void from7ADynamicImporterIsMappedWhenItMaps() {
    open(KernelProfile.LINUX_7_3);
    DmaBufAttachment t = attach(export(8192), true);
    assertEquals(List.of("attach"), ops.callbacks());
    core.unmap(t, table(core.map(t, DmaDirection.TO_DEVICE)), DmaDirection.TO_DEVICE);
    assertEquals(List.of("map:1", "unmap:1"), ops.callbacks());
  }

  @Test
  void aMapAtAttachThatFailsRefusesTheAttachment() {
    open(KernelProfile.LINUX_6_12);
    ops.mapError = Errno.EIO.rc();
    DmaBuf buffer = export(4096);
    assertEquals(Errno.EIO.rc(), core.attach(buffer, importer, true).rc());
    assertEquals(List.of("attach", "map:0", "detach"), ops.callbacks());
  }

  // ---- recorded: exporters that fail (flags 8, 16, 64) ----

  @Test
  void anExportersNullBecomesNoMemory() {
    open(KernelProfile.LINUX_7_3);
    ops.mapReturnsNull = true;
    DmaBufAttachment t = attach(export(8192), false);
    assertEquals(Errno.ENOMEM.rc(), core.map(t, DmaDirection.BIDIRECTIONAL).rc());
  }

  @Test
  void anExportersErrorPassesThrough() {
    open(KernelProfile.LINUX_7_3);
    ops.mapError = Errno.EIO.rc();
    DmaBufAttachment t = attach(export(8192), false);
    assertEquals(Errno.EIO.rc(), core.map(t, DmaDirection.BIDIRECTIONAL).rc());
    core.detach(t);
    assertEquals(List.of("attach", "map:0", "detach"), ops.callbacks());
  }

  @Test
  void anAttachmentThatIsRefusedIsNotDetached() {
    open(KernelProfile.LINUX_7_3);
    ops.attachError = Errno.ENODEV.rc();
    DmaBuf buffer = export(8192);
    assertEquals(Errno.ENODEV.rc(), core.attach(buffer, importer, false).rc());
    core.put(buffer);
    assertEquals(List.of("attach", "release"), ops.callbacks());
  }

  // ---- observation 24 ----

  @Test
  void detachWhileMappedIsAllowedReportedAndUnmapsNothing() {
    open(KernelProfile.LINUX_7_3);
    DmaBufAttachment t = attach(export(8192), false);
    core.map(t, DmaDirection.TO_DEVICE);
    core.detach(t);
    assertEquals(List.of("attach", "map:1", "detach"), ops.callbacks());
    assertEquals(1, yard.dma().live().size());
    assertEquals(1, yard.hazardTexts().size());
  }

  @Test
  void unmapWithoutAMapOnlyWarns() {
    open(KernelProfile.LINUX_7_3);
    DmaBufAttachment t = attach(export(8192), false);
    core.unmap(t, SgTable.ofDma(List.of()), DmaDirection.TO_DEVICE);
    assertEquals(List.of("attach"), ops.callbacks());
    assertEquals(
        DmaEvent.MessageClass.WARNING,
        yard.events().of(DmaEvent.KernelMessage.class).get(0).kind());
  }

  @Test
  void putWhileAttachedWarnsAndFrees() {
    open(KernelProfile.LINUX_7_3);
    DmaBuf buffer = export(8192);
    DmaBufAttachment t = attach(buffer, false);
    core.put(buffer);
    assertEquals(List.of("attach", "release"), ops.callbacks());
    assertEquals(0, core.liveBuffers());
    assertEquals(1, yard.hazardTexts().size());
    assertEquals(Errno.EINVAL.rc(), core.map(t, DmaDirection.TO_DEVICE).rc());
    assertTrue(yard.hazardTexts().getLast().contains("use after free"));
  }

  @Test
  void mapAfterDetachIsInvalid() {
    open(KernelProfile.LINUX_7_3);
    DmaBufAttachment t = attach(export(8192), false);
    core.detach(t);
    assertEquals(Errno.EINVAL.rc(), core.map(t, DmaDirection.TO_DEVICE).rc());
  }

  // ---- observation 14 ----

  @Test
  void anOopsInMapLeavesTheReservationLockHeld() {
    open(KernelProfile.LINUX_7_3);
    ops.mapOopses = true;
    DmaBuf buffer = export(8192);
    DmaBufAttachment t = attach(buffer, false);
    assertThrows(KernelOops.class, () -> core.map(t, DmaDirection.TO_DEVICE));
    ops.mapOopses = false;
    assertEquals(Errno.EDEADLK.rc(), core.map(t, DmaDirection.TO_DEVICE).rc());
    assertEquals(Errno.EDEADLK.rc(), core.attach(buffer, importer, false).rc());
    assertTrue(yard.hazardTexts().getLast().contains("never returns"));
  }

  // ---- fences in map ----

  @Test
  void aStaticImporterWaitsForKernelFencesAndUndoesTheMapWhenInterrupted() {
    open(KernelProfile.LINUX_7_3);
    DmaBuf buffer = export(8192);
    DmaFence fence = core.newFence(7, 3);
    buffer.reservation().add(fence, FenceUsage.KERNEL);
    DmaBufAttachment t = attach(buffer, false);
    assertEquals(Errno.ERESTARTSYS.rc(), core.map(t, DmaDirection.TO_DEVICE).rc());
    assertEquals(List.of("attach", "map:1", "unmap:1"), ops.callbacks());
    assertTrue(yard.decidingFunctions().contains("dma_resv_wait_timeout"));
    fence.signal();
    assertEquals(0, core.map(t, DmaDirection.TO_DEVICE).rc());
  }

  @Test
  void writersFencesDoNotHoldAMapAndDynamicImportersWaitForNone() {
    open(KernelProfile.LINUX_7_3);
    DmaBuf buffer = export(8192);
    buffer.reservation().add(core.newFence(1, 1), FenceUsage.WRITE);
    assertEquals(0, core.map(attach(buffer, false), DmaDirection.TO_DEVICE).rc());
    buffer.reservation().add(core.newFence(2, 1), FenceUsage.KERNEL);
    assertEquals(0, core.map(attach(buffer, true), DmaDirection.TO_DEVICE).rc());
  }

  // ---- references and lifetime ----

  @Test
  void theLastReferenceReleases() {
    open(KernelProfile.LINUX_7_3);
    DmaBuf buffer = export(8192);
    core.get(buffer);
    core.put(buffer);
    assertEquals(1, core.liveBuffers());
    core.put(buffer);
    assertEquals(0, core.liveBuffers());
    assertEquals(List.of("release"), ops.callbacks());
    assertThrows(IllegalStateException.class, () -> core.put(buffer));
  }

  @Test
  void inodesIncrease() {
    open(KernelProfile.LINUX_7_3);
    DmaBuf first = export(4096);
    DmaBuf second = export(4096);
    assertTrue(second.inode() > first.inode());
    assertNotSame(first, second);
    assertEquals("buf:" + first.inode(), first.id());
  }

  @Test
  void releaseWithAKernelMappingIsABug() {
    open(KernelProfile.LINUX_7_3);
    DmaBuf buffer = export(8192);
    core.vmap(buffer);
    assertThrows(KernelOops.class, () -> core.put(buffer));
    assertEquals(1, yard.events().of(DmaEvent.Oopsed.class).size());
  }

  @Test
  void anEarlyFreeIsPutOffUntilTheLastBufferIsReleased() {
    open(KernelProfile.LINUX_7_3);
    var allocation = yard.allocation(8192, AllocationSource.DEVICE_POOL);
    DmaBuf one =
        core.export(yard.memory(allocation), OpsPolicy.MAINLINE, "scripted", Optional.empty())
            .buffer()
            .orElseThrow();
    DmaBuf two =
        core.export(yard.memory(allocation), OpsPolicy.MAINLINE, "scripted", Optional.empty())
            .buffer()
            .orElseThrow();
    assertFalse(core.freeAllocation(allocation));
    core.put(one);
    assertEquals(List.of(), yard.dma().freed());
    core.put(two);
    assertEquals(List.of(allocation), yard.dma().freed());
    assertTrue(yard.decidingFunctions().contains("dma_free_attrs"));
  }

  @Test
  void anAllocationThatNobodySharesIsFreedAtOnce() {
    open(KernelProfile.LINUX_7_3);
    var allocation = yard.allocation(4096, AllocationSource.BUDDY);
    assertTrue(core.freeAllocation(allocation));
    assertEquals(List.of(allocation), yard.dma().freed());
  }

  @Test
  void inTheProposalAnAttachmentHoldsTheBuffer() {
    open(KernelProfile.LINUX_7_3);
    DmaBuf buffer = export(8192, OpsPolicy.PROPOSAL).buffer().orElseThrow();
    DmaBufAttachment t = attach(buffer, false);
    core.put(buffer);
    assertEquals(1, core.liveBuffers());
    core.detach(t);
    assertEquals(0, core.liveBuffers());
    assertEquals(List.of("attach", "detach", "release"), ops.callbacks());
  }

  @Test
  void theEventsTellTheWholeLife() {
    open(KernelProfile.LINUX_7_3);
    DmaBuf buffer = export(8192);
    DmaBufAttachment t = attach(buffer, false);
    core.unmap(t, table(core.map(t, DmaDirection.TO_DEVICE)), DmaDirection.TO_DEVICE);
    core.detach(t);
    core.put(buffer);
    List<DmaEvent> told =
        yard.events().all().stream().filter(e -> !(e instanceof DmaEvent.Decided)).toList();
    String id = buffer.id();
    assertEquals(
        List.of(
            new DmaEvent.Exported(id, "exporter", "scripted", 8192),
            new DmaEvent.Attached(id, "importer", false),
            new DmaEvent.BufferMapped(id, "importer", 1, 1),
            new DmaEvent.BufferUnmapped(id, "importer", 1),
            new DmaEvent.Detached(id, "importer"),
            new DmaEvent.Released(id)),
        told);
  }
}
