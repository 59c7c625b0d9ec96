package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

class CpuSideTest {
  private final PlainYard yard = new PlainYard(KernelProfile.LINUX_7_3);
  private final ScriptedOps ops = new ScriptedOps();
  private final DmaBufs core = new DmaBufCore().open(yard);

  private DmaBuf export(long sizeBytes) {
    yard.install("scripted", ops);
    return core.export(
            yard.memory(yard.allocation(sizeBytes, AllocationSource.BUDDY)),
            OpsPolicy.MAINLINE,
            "scripted",
            Optional.empty())
        .buffer()
        .orElseThrow();
  }

  // ---- observation 21 ----

  @Test
  void onlyWholePagesOfTheBufferCanBeMapped() {
    assertEquals(Errno.EINVAL.rc(), core.mmap(export(1), 0, 4096).rc());
    DmaBuf partial = export(5000);
    assertEquals(0, core.mmap(partial, 0, 4096).rc());
    assertEquals(Errno.EINVAL.rc(), core.mmap(partial, 1, 904).rc());
    DmaBuf three = export(12288);
    assertEquals(0, core.mmap(three, 2, 4096).rc());
    assertEquals(Errno.EINVAL.rc(), core.mmap(three, 2, 4097).rc());
    assertEquals(Errno.EINVAL.rc(), core.mmap(three, 3, 4096).rc());
    assertEquals(Errno.EINVAL.rc(), core.mmap(three, 0, 0).rc());
    assertEquals(Errno.EOVERFLOW.rc(), core.mmap(three, -1, 8192).rc());
  }

  @Test
  void aUserMappingKeepsTheBuffer() {
    DmaBuf buffer = export(8192);
    assertEquals(0, core.mmap(buffer, 0, 8192).rc());
    core.put(buffer);
    assertEquals(List.of("mmap"), ops.callbacks());
    core.munmap(buffer);
    assertEquals(List.of("release"), ops.callbacks());
  }

  @Test
  void munmapWithoutAMappingIsTheCallersBug() {
    DmaBuf buffer = export(8192);
    assertThrows(IllegalStateException.class, () -> core.munmap(buffer));
  }

  // ---- observation 22 ----

  @Test
  void beginAndEndAreNotBalancedByTheCore() {
    DmaBuf buffer = export(4096);
    assertEquals(0, core.endCpuAccess(buffer, DmaDirection.TO_DEVICE));
    assertEquals(0, core.beginCpuAccess(buffer, DmaDirection.NONE));
    assertEquals(0, core.beginCpuAccess(buffer, DmaDirection.BIDIRECTIONAL));
    assertEquals(List.of("end:1", "begin:3", "begin:0"), ops.callbacks());
  }

  @Test
  void theExportersErrorIsAnsweredBeforeAnyWait() {
    DmaBuf buffer = export(4096);
    buffer.reservation().add(core.newFence(1, 1), FenceUsage.KERNEL);
    ops.beginError = Errno.EBUSY.rc();
    assertEquals(Errno.EBUSY.rc(), core.beginCpuAccess(buffer, DmaDirection.TO_DEVICE));
    assertEquals(
        0, yard.decidingFunctions().stream().filter("dma_resv_wait_timeout"::equals).count());
  }

  @Test
  void aReaderWaitsForWritersAndAWriterForReadersToo() {
    DmaBuf buffer = export(4096);
    DmaFence reader = core.newFence(1, 1);
    buffer.reservation().add(reader, FenceUsage.READ);
    assertEquals(0, core.beginCpuAccess(buffer, DmaDirection.FROM_DEVICE));
    for (DmaDirection writing : List.of(DmaDirection.TO_DEVICE, DmaDirection.BIDIRECTIONAL)) {
      assertEquals(Errno.ERESTARTSYS.rc(), core.beginCpuAccess(buffer, writing), writing.name());
    }
    buffer.reservation().add(core.newFence(2, 1), FenceUsage.WRITE);
    assertEquals(
        Errno.ERESTARTSYS.rc(), core.beginCpuAccess(buffer, DmaDirection.FROM_DEVICE));
    reader.signal();
    assertEquals(Errno.ERESTARTSYS.rc(), core.beginCpuAccess(buffer, DmaDirection.TO_DEVICE));
    assertEquals(0, core.endCpuAccess(buffer, DmaDirection.TO_DEVICE), "end waits for nothing");
  }

  // ---- vmap ----

  @Test
  void kernelMappingsAreCountedAndTheExporterSeesTheFirstAndTheLast() {
    DmaBuf buffer = export(4096);
    var first = core.vmap(buffer).mapping().orElseThrow();
    assertSame(first, core.vmap(buffer).mapping().orElseThrow());
    assertEquals(List.of("vmap"), ops.callbacks());
    core.vunmap(buffer);
    assertEquals(List.of(), ops.callbacks());
    core.vunmap(buffer);
    assertEquals(List.of("vunmap"), ops.callbacks());
  }

  @Test
  void anUnbalancedVunmapIsAKernelBug() {
    DmaBuf buffer = export(4096);
    assertThrows(KernelOops.class, () -> core.vunmap(buffer));
    assertEquals("dma_buf_vunmap", yard.events().of(DmaEvent.Oopsed.class).get(0).rule().function());
  }

  @Test
  void aFailingVmapWarnsOnceAndKeepsItsErrno() {
    DmaBuf buffer = export(4096);
    ops.vmapError = Errno.EOPNOTSUPP.rc();
    assertEquals(Errno.EOPNOTSUPP.rc(), core.vmap(buffer).rc());
    assertEquals(Errno.EOPNOTSUPP.rc(), core.vmap(buffer).rc());
    assertEquals(1, yard.events().of(DmaEvent.KernelMessage.class).size());
  }
}
