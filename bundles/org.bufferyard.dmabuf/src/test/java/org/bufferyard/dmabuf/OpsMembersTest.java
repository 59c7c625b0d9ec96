package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaBufs.ExportResult;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.dmabuf.OpsTraits.Member;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** Which members of dma_buf_ops an exporter must have, and what the lack of another one means. */
class OpsMembersTest {
  private static final OpsTraits STATIC = new OpsTraits("own", false, false);

  private PlainYard yard;
  private DmaBufs core;
  private ScriptedOps ops;

  private ExportResult export(OpsTraits traits, KernelProfile kernel) {
    yard = new PlainYard(kernel);
    core = new DmaBufCore().open(yard);
    ops = new ScriptedOps();
    ops.traits = traits;
    return core.export(yard.memory(yard.allocation(8192, AllocationSource.BUDDY)), ops);
  }

  private DmaBuf exported(OpsTraits traits) {
    return export(traits, KernelProfile.LINUX_7_3).buffer().orElseThrow();
  }

  @Test
  void aDriverMayBringItsOwnOps() {
    DmaBuf buffer = exported(STATIC);
    assertEquals("own", buffer.opsName());
    assertEquals(1, core.liveBuffers());
    assertEquals(1, yard.events().of(DmaEvent.Exported.class).size());
  }

  @Test
  void anExportWithoutARequiredMemberIsInvalidAndWarns() {
    for (Member required : List.of(Member.PRIV, Member.MAP, Member.UNMAP, Member.RELEASE)) {
      assertInvalid(export(STATIC.without(required), KernelProfile.LINUX_7_3));
    }
    assertInvalid(
        export(new OpsTraits("none", false, Set.of()), KernelProfile.LINUX_6_1));
  }

  @Test
  void pinAndUnpinComeTogether() {
    OpsTraits dynamic = new OpsTraits("dynamic", true, false);
    assertEquals(0, export(dynamic, KernelProfile.LINUX_7_3).rc());
    assertInvalid(export(dynamic.without(Member.PIN), KernelProfile.LINUX_7_3));
    assertInvalid(export(dynamic.without(Member.UNPIN), KernelProfile.LINUX_6_12));
  }

  @Test
  void aCachedTableCannotMoveUntil7() {
    OpsTraits both = new OpsTraits("both", true, true);
    assertInvalid(export(both, KernelProfile.LINUX_6_12));
    assertEquals(0, export(both, KernelProfile.LINUX_7_3).rc());
  }

  private void assertInvalid(ExportResult result) {
    assertEquals(Errno.EINVAL.rc(), result.rc());
    assertEquals(0, core.liveBuffers());
    assertEquals(
        DmaEvent.MessageClass.WARNING,
        yard.events().of(DmaEvent.KernelMessage.class).getFirst().kind());
  }

  @Test
  void withoutAttachEveryImporterIsWelcome() {
    DmaBuf buffer = exported(STATIC.without(Member.ATTACH).without(Member.DETACH));
    var attachment =
        core.attach(buffer, new PlainDevice("importer"), false).attachment().orElseThrow();
    core.detach(attachment);
    assertEquals(List.of(), ops.callbacks());
  }

  @Test
  void withoutCpuAccessBeginAndEndSucceed() {
    DmaBuf buffer =
        exported(STATIC.without(Member.BEGIN_CPU_ACCESS).without(Member.END_CPU_ACCESS));
    assertEquals(0, core.beginCpuAccess(buffer, DmaDirection.BIDIRECTIONAL));
    assertEquals(0, core.endCpuAccess(buffer, DmaDirection.BIDIRECTIONAL));
    assertEquals(List.of(), ops.callbacks());
  }

  @Test
  void withoutMmapAndVmapTheCpuIsRefused() {
    DmaBuf buffer = exported(STATIC.without(Member.MMAP).without(Member.VMAP));
    assertEquals(Errno.EINVAL.rc(), core.mmap(buffer, 0, 4096).rc());
    assertEquals(Errno.EINVAL.rc(), core.vmap(buffer).rc());
    assertEquals(List.of(), ops.callbacks());
    assertEquals(0, buffer.kernelMappings());
  }

  @Test
  void referencesAndKernelMappingsAreCounted() {
    DmaBuf buffer = exported(STATIC);
    core.get(buffer);
    core.mmap(buffer, 0, 4096);
    assertEquals(3, buffer.references());
    core.vmap(buffer);
    core.vmap(buffer);
    assertEquals(2, buffer.kernelMappings());
    core.vunmap(buffer);
    core.vunmap(buffer);
    core.munmap(buffer);
    core.put(buffer);
    core.put(buffer);
    assertEquals(0, buffer.references());
    assertTrue(ops.callbacks().contains("release"));
  }
}
