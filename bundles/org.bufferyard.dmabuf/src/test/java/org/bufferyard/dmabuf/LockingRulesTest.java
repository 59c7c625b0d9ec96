package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

/** Who holds the reservation lock, and who must not (F10, F16). */
class LockingRulesTest {
  private final PlainYard yard = new PlainYard(KernelProfile.LINUX_7_3);
  private final ScriptedOps ops = new ScriptedOps();
  private final DmaBufs core = new DmaBufCore().open(yard);
  private final DmaBuf buffer =
      core.export(yard.memory(yard.allocation(8192, AllocationSource.BUDDY)), ops)
          .buffer()
          .orElseThrow();
  private final DmaBufAttachment t =
      core.attach(buffer, new PlainDevice("importer"), false).attachment().orElseThrow();

  private void assertHazard(String text) {
    List<String> hazards = yard.hazardTexts();
    assertTrue(hazards.stream().anyMatch(h -> h.contains(text)), hazards::toString);
  }

  @Test
  void underTheLockTheLockedEntriesWork() {
    assertEquals(0, buffer.reservation().lock());
    SgTable table = core.mapLocked(t, DmaDirection.TO_DEVICE).table().orElseThrow();
    core.unmapLocked(t, table, DmaDirection.TO_DEVICE);
    buffer.reservation().unlock();
    assertFalse(buffer.reservation().isLocked());
    assertEquals(List.of(), yard.hazardTexts());
  }

  @Test
  void withoutTheLockTheLockedEntriesWarnAndGoOn() {
    SgTable table = core.mapLocked(t, DmaDirection.TO_DEVICE).table().orElseThrow();
    core.unmapLocked(t, table, DmaDirection.TO_DEVICE);
    assertEquals(2, yard.events().of(DmaEvent.KernelMessage.class).size());
    assertHazard("dma_buf_map_attachment() is called without the reservation lock");
    assertHazard("dma_buf_unmap_attachment() is called without the reservation lock");
  }

  @Test
  void whoHoldsTheLockWaitsForHimselfInTheUnlockedEntries() {
    buffer.reservation().lock();
    assertEquals(Errno.EDEADLK.rc(), buffer.reservation().lock());
    assertEquals(Errno.EDEADLK.rc(), core.map(t, DmaDirection.TO_DEVICE).rc());
    assertEquals(
        Errno.EDEADLK.rc(), core.attach(buffer, new PlainDevice("other"), false).rc());
    assertEquals(Errno.EDEADLK.rc(), core.vmap(buffer).rc());
    core.detach(t);
    buffer.reservation().unlock();
    assertHazard("dma_buf_detach() never returns: the reservation lock is held by the caller");
    assertEquals(0, core.map(t, DmaDirection.TO_DEVICE).rc());
  }

  @Test
  void cpuAccessAndUserMappingsAreNotForHoldersOfTheLock() {
    buffer.reservation().lock();
    core.beginCpuAccess(buffer, DmaDirection.TO_DEVICE);
    core.endCpuAccess(buffer, DmaDirection.TO_DEVICE);
    core.mmap(buffer, 0, 4096);
    buffer.reservation().unlock();
    assertHazard("dma_buf_begin_cpu_access() is called with the reservation lock held");
    assertHazard("dma_buf_end_cpu_access() is called with the reservation lock held");
    assertHazard("dma_buf_mmap() is called with the reservation lock held");
  }

  @Test
  void anOopsUnderTheCallersLockLeavesItToNobody() {
    ops.mapOopses = true;
    buffer.reservation().lock();
    assertThrows(KernelOops.class, () -> core.mapLocked(t, DmaDirection.TO_DEVICE));
    assertTrue(buffer.reservation().isLocked());
    assertThrows(IllegalStateException.class, () -> buffer.reservation().unlock());
    core.map(t, DmaDirection.TO_DEVICE);
    assertHazard("held by a thread that died in the kernel");
  }

  @Test
  void unlockingWhatIsNotLockedIsABug() {
    assertThrows(IllegalStateException.class, () -> buffer.reservation().unlock());
  }

  @Test
  void aTableOfSomebodyElseIsNotUnmapped() {
    core.map(t, DmaDirection.TO_DEVICE);
    core.unmap(t, SgTable.ofDma(List.of()), DmaDirection.TO_DEVICE);
    assertHazard("was not given: undefined");
    assertFalse(ops.callbacks().contains("unmap:1"));
  }
}
