package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.DmaBufs.PageBlocks;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

/** Ops that break leave their own work undone, never the core's books. */
final class BrokenOpsTest {
  private static final List<String> NO_ANSWER =
      List.of("unmap", "detach", "unpin", "vunmap", "release");
  private static final long SIZE = 8192;

  private final PlainDevice importer = new PlainDevice("importer");
  private PlainYard yard;
  private ScriptedOps ops;
  private DmaBufs core;

  private void open(KernelProfile kernel) {
    yard = new PlainYard(kernel);
    ops = new ScriptedOps();
    yard.install("scripted", ops);
    core = new DmaBufCore().open(yard);
  }

  private DmaBuf export(Allocation memory, OpsPolicy policy) {
    return core.export(yard.memory(memory), policy, "scripted", Optional.of("scripted"))
        .buffer()
        .orElseThrow();
  }

  private Allocation memory() {
    return yard.allocation(SIZE, AllocationSource.BUDDY);
  }

  @Test
  void aBufferWhoseReleaseBreaksIsDeadAndItsLossIsCountedAndNamed() {
    open(KernelProfile.LINUX_7_3);
    DmaBuf buffer = export(memory(), OpsPolicy.MAINLINE);
    UserProcess process = core.newProcess();
    int fd = process.fd(buffer, 0);
    core.put(buffer);
    ops.breaksIn.add("release");
    assertThrows(IllegalStateException.class, () -> process.close(fd));
    assertEquals(Errno.EBADF.rc(), process.close(fd), "the descriptor is closed");
    assertEquals(0, core.liveBuffers());
    assertEquals(1, core.lostBuffers());
    assertEquals(
        List.of(
            "the ops scripted of exporter broke in release(): the buffer is gone, what they held for"
                + " its 8192 bytes is lost"),
        yard.hazardTexts());
    assertEquals(
        List.of(buffer.id()),
        yard.events().of(DmaEvent.Released.class).stream().map(DmaEvent.Released::element).toList());
    assertThrows(IllegalStateException.class, () -> core.get(buffer));
  }

  @Test
  void pagesAndMemoryThatWerePutOffGoBackAllTheSame() {
    open(KernelProfile.LINUX_7_3);
    SgTable pages = core.allocPages(SIZE, PageBlocks.LARGEST).orElseThrow();
    long free = yard.zone().freeBytes();
    DmaBuf ofPages =
        core.export(
                new ExportedMemory(yard.exporter(), SIZE, Optional.empty(), Optional.of(pages)), ops)
            .buffer()
            .orElseThrow();
    ops.breaksIn.add("release");
    assertThrows(IllegalStateException.class, () -> core.put(ofPages));
    assertEquals(free + SIZE, yard.zone().freeBytes());

    Allocation memory = memory();
    DmaBuf shared = export(memory, OpsPolicy.MAINLINE);
    assertFalse(core.freeAllocation(memory));
    assertThrows(IllegalStateException.class, () -> core.put(shared));
    assertTrue(core.freeAllocation(memory), "nobody shares it any more");
    assertEquals(2, core.lostBuffers());
  }

  @Test
  void whoBreaksWhileItIsMappedAtAttachLeavesNoAttachment() {
    open(KernelProfile.LINUX_6_12);
    DmaBuf buffer = export(memory(), OpsPolicy.PROPOSAL);
    ops.breaksIn.add("map");
    assertThrows(IllegalStateException.class, () -> core.attach(buffer, importer, true));
    assertEquals(List.of("attach", "map:0", "detach"), ops.callbacks());
    assertEquals(1, buffer.references());
    core.put(buffer);
    assertEquals(0, core.liveBuffers());
  }

  @Test
  void anExitClosesEveryDescriptor() {
    open(KernelProfile.LINUX_7_3);
    UserProcess process = core.newProcess();
    for (int i = 0; i < 3; i++) {
      DmaBuf buffer = export(memory(), OpsPolicy.MAINLINE);
      process.fd(buffer, 0);
      core.put(buffer);
    }
    ops.breaksIn.add("release");
    assertThrows(IllegalStateException.class, process::exit);
    assertEquals(0, core.liveBuffers());
    assertEquals(3, core.lostBuffers());
  }

  /** One buffer with what hangs on it. */
  private record Use(DmaBuf buffer, DmaBufAttachment attachment, SgTable table, boolean vmapped) {}

  @Test
  void inAnyOrderWhateverBreaksTheBooksAreEvenInTheEnd() {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("broken ops: -Dbufferyard.seed=" + seed);
    Random random = new Random(seed);
    List<KernelProfile> kernels = List.of(KernelProfile.LINUX_6_12, KernelProfile.LINUX_7_3);
    for (int round = 0; round < 200; round++) {
      open(kernels.get(random.nextInt(kernels.size())));
      ops.dynamic = random.nextBoolean();
      List<Use> uses = new ArrayList<>();
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        uses.add(use(random));
      }
      NO_ANSWER.stream().filter(c -> random.nextBoolean()).forEach(ops.breaksIn::add);
      String where = "seed " + seed + ", round " + round + ", breaks in " + ops.breaksIn;
      while (!uses.isEmpty()) {
        undo(uses.remove(random.nextInt(uses.size())));
      }
      assertEquals(0, core.liveBuffers(), where);
      long released = yard.events().of(DmaEvent.Released.class).size();
      assertEquals(ops.breaksIn.contains("release") ? released : 0, core.lostBuffers(), where);
      assertEquals(
          yard.events().of(DmaEvent.Attached.class).size(),
          yard.events().of(DmaEvent.Detached.class).size(),
          where);
      assertEquals(
          yard.events().of(DmaEvent.BufferMapped.class).size(),
          yard.events().of(DmaEvent.BufferUnmapped.class).size(),
          where);
    }
  }

  private Use use(Random random) {
    DmaBuf buffer =
        export(memory(), random.nextBoolean() ? OpsPolicy.PROPOSAL : OpsPolicy.MAINLINE);
    DmaBufAttachment attachment =
        core.attach(buffer, importer, random.nextBoolean()).attachment().orElseThrow();
    SgTable table = core.map(attachment, DmaDirection.BIDIRECTIONAL).table().orElseThrow();
    boolean vmapped = random.nextBoolean();
    if (vmapped) {
      core.vmap(buffer);
    }
    return new Use(buffer, attachment, table, vmapped);
  }

  /** As a driver does it, which takes no notice of what breaks. */
  private void undo(Use use) {
    if (use.vmapped()) {
      regardless(() -> core.vunmap(use.buffer()));
    }
    regardless(() -> core.unmap(use.attachment(), use.table(), DmaDirection.BIDIRECTIONAL));
    regardless(() -> core.detach(use.attachment()));
    regardless(() -> core.put(use.buffer()));
    assertThrows(IllegalStateException.class, () -> core.get(use.buffer()));
  }

  private static void regardless(Runnable step) {
    try {
      step.run();
    } catch (IllegalStateException broken) {
      assertTrue(broken.getMessage().startsWith("broke in "), broken.toString());
    }
  }
}
