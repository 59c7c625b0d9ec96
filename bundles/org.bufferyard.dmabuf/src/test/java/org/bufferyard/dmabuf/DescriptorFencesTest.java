package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** Poll and sync files (F12, F13). */
class DescriptorFencesTest {
  private static final int IN = UserProcess.POLLIN;
  private static final int OUT = UserProcess.POLLOUT;

  private PlainYard yard;
  private ScriptedOps ops;
  private DmaBufs core;
  private UserProcess process;
  private DmaBuf buffer;
  private int fd;

  DescriptorFencesTest() {
    open(KernelProfile.LINUX_7_3);
  }

  private void open(KernelProfile kernel) {
    yard = new PlainYard(kernel);
    ops = new ScriptedOps();
    yard.install("scripted", ops);
    core = new DmaBufCore().open(yard);
    process = core.newProcess();
    buffer =
        core.export(
                yard.memory(yard.allocation(8192, AllocationSource.BUDDY)),
                OpsPolicy.MAINLINE,
                "scripted",
                Optional.empty())
            .buffer()
            .orElseThrow();
    fd = process.fd(buffer, 0);
  }

  private DmaFence fence(long context, long seqno, FenceUsage usage) {
    DmaFence fence = core.newFence(context, seqno);
    buffer.reservation().add(fence, usage);
    return fence;
  }

  private static ByteBuffer struct(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private int exported(int flags) {
    ByteBuffer argument = struct(8).putInt(0, flags);
    assertEquals(0, process.ioctl(fd, DmaBufIoctl.EXPORT_SYNC_FILE, argument.array()));
    return argument.getInt(4);
  }

  private int imported(int file, int flags) {
    byte[] argument = struct(8).putInt(0, flags).putInt(4, file).array();
    return process.ioctl(fd, DmaBufIoctl.IMPORT_SYNC_FILE, argument);
  }

  /** Status and number of fences. */
  private List<Integer> info(int file) {
    ByteBuffer argument = struct(56);
    assertEquals(0, process.ioctl(file, DmaBufIoctl.SYNC_FILE_INFO, argument.array()));
    return List.of(argument.getInt(32), argument.getInt(40));
  }

  private List<String> fences() {
    return buffer.reservation().fences(FenceUsage.BOOKKEEP).stream()
        .map(e -> e.fence().context() + ":" + e.fence().seqno() + " " + e.usage())
        .toList();
  }

  // ---- poll ----

  @Test
  void withoutFencesPollAnswersAtOnceAndOnlyWhatWasAsked() {
    assertEquals(IN, process.poll(fd, IN));
    assertEquals(OUT, process.poll(fd, OUT));
    assertEquals(IN | OUT, process.poll(fd, 63));
    assertEquals(0, process.poll(fd, 0));
    assertEquals(0, process.poll(fd, 8));
    assertEquals(Errno.EBADF.rc(), process.poll(77, IN));
    assertEquals(IN, process.poll(0, IN));
  }

  @Test
  void readersWaitForWritersOnlyAndWritersForBoth() {
    fence(1, 1, FenceUsage.BOOKKEEP);
    assertEquals(IN | OUT, process.poll(fd, IN | OUT));
    DmaFence reader = fence(2, 1, FenceUsage.READ);
    assertEquals(IN, process.poll(fd, IN | OUT));
    DmaFence writer = fence(3, 1, FenceUsage.WRITE);
    assertEquals(0, process.poll(fd, IN | OUT));
    writer.signal();
    assertEquals(IN, process.poll(fd, IN | OUT));
    reader.signal();
    assertEquals(IN | OUT, process.poll(fd, IN | OUT));
  }

  /** Recorded as fence-11: the fence that is watched was replaced, the direction stays busy. */
  @Test
  void aWatchedDirectionIsBusyUntilItsFenceSignals() {
    DmaFence kernel = fence(0, 1, FenceUsage.KERNEL);
    assertEquals(0, process.poll(fd, OUT));
    buffer.reservation().replace(0, core.newFence(0, 53), FenceUsage.BOOKKEEP);
    assertEquals(IN, process.poll(fd, IN | OUT));
    kernel.signal();
    assertEquals(IN | OUT, process.poll(fd, IN | OUT));
  }

  @Test
  void aWatchKeepsTheBufferUntilTheFenceSignals() {
    DmaFence writer = fence(1, 1, FenceUsage.WRITE);
    process.poll(fd, IN | OUT);
    process.poll(fd, IN | OUT);
    assertEquals(4, buffer.references());
    process.close(fd);
    core.put(buffer);
    assertEquals(List.of(), ops.callbacks());
    writer.signal();
    assertEquals(List.of("release"), ops.callbacks());
  }

  // ---- sync files ----

  @Test
  void aSyncFileOfNothingIsSignaled() {
    int file = exported(DmaBufIoctl.READ);
    assertEquals(List.of(1, 1), info(file));
    assertEquals(IN, process.poll(file, IN));
    for (int bad : new int[] {0, 4, 5, 8, -1}) {
      byte[] argument = struct(8).putInt(0, bad).array();
      assertEquals(
          Errno.EINVAL.rc(), process.ioctl(fd, DmaBufIoctl.EXPORT_SYNC_FILE, argument));
    }
  }

  @Test
  void aReaderIsGivenTheWritersAndAWriterEverything() {
    DmaFence writer = fence(1, 1, FenceUsage.WRITE);
    DmaFence reader = fence(2, 1, FenceUsage.READ);
    int forReader = exported(DmaBufIoctl.READ);
    int forWriter = exported(DmaBufIoctl.WRITE);
    assertEquals(List.of(0, 1), info(forReader));
    assertEquals(List.of(0, 2), info(forWriter));
    assertEquals(0, process.poll(forWriter, IN));
    writer.signal();
    assertEquals(List.of(1, 1), info(forReader));
    assertEquals(List.of(0, 2), info(forWriter));
    assertEquals(List.of(0, 1), info(exported(DmaBufIoctl.WRITE)), "signaled ones are left out");
    reader.signal();
    assertEquals(List.of(1, 2), info(forWriter));
    assertEquals(IN, process.poll(forWriter, IN));
  }

  /** dma_fence_array notes errors in its callbacks: one that nobody waits for has none. */
  @Test
  void theFirstErrorOfAnArrayIsItsStatusIfSomebodyWaits() {
    DmaFence first = fence(1, 1, FenceUsage.WRITE);
    DmaFence second = fence(2, 1, FenceUsage.WRITE);
    int file = exported(DmaBufIoctl.READ);
    int unwatched = exported(DmaBufIoctl.READ);
    assertEquals(0, process.poll(file, IN));
    second.setError(Errno.EIO.rc());
    second.signal();
    first.signal();
    assertEquals(List.of(Errno.EIO.rc(), 2), info(file));
    assertEquals(List.of(1, 2), info(unwatched));
  }

  @Test
  void importAddsEachFenceUnderTheAccessOfItsFlags() {
    fence(1, 1, FenceUsage.WRITE);
    fence(2, 1, FenceUsage.WRITE);
    int file = exported(DmaBufIoctl.READ);
    assertEquals(Errno.EINVAL.rc(), imported(file, 0));
    assertEquals(Errno.EINVAL.rc(), imported(file, 4));
    assertEquals(Errno.EINVAL.rc(), imported(99, DmaBufIoctl.READ));
    assertEquals(Errno.EINVAL.rc(), imported(fd, DmaBufIoctl.READ), "a dma-buf is no sync file");
    assertEquals(0, imported(file, DmaBufIoctl.READ));
    assertEquals(List.of("1:1 WRITE", "2:1 WRITE", "1:1 READ", "2:1 READ"), fences());
  }

  @Test
  void mergedFilesKeepTheLatestOfEachTimeline() {
    fence(1, 1, FenceUsage.WRITE);
    int early = exported(DmaBufIoctl.READ);
    fence(1, 2, FenceUsage.WRITE);
    DmaFence other = fence(2, 7, FenceUsage.WRITE);
    int late = exported(DmaBufIoctl.READ);
    ByteBuffer argument = struct(48).putInt(32, late);
    assertEquals(0, process.ioctl(early, DmaBufIoctl.SYNC_MERGE, argument.array()));
    assertEquals(List.of(0, 2), info(argument.getInt(36)));
    other.signal();
    assertEquals(0, process.ioctl(early, DmaBufIoctl.SYNC_MERGE, argument.array()));
    assertEquals(List.of(0, 1), info(argument.getInt(36)));
    assertEquals(
        Errno.ENOENT.rc(),
        process.ioctl(early, DmaBufIoctl.SYNC_MERGE, struct(48).putInt(32, fd).array()));
    assertEquals(
        Errno.EINVAL.rc(),
        process.ioctl(
            early, DmaBufIoctl.SYNC_MERGE, struct(48).putInt(32, late).putInt(40, 1).array()));
  }

  @Test
  void deadlinesCameLaterThanSyncFiles() {
    int file = exported(DmaBufIoctl.READ);
    assertEquals(0, process.ioctl(file, DmaBufIoctl.SYNC_SET_DEADLINE, new byte[16]));
    assertEquals(
        Errno.EINVAL.rc(),
        process.ioctl(file, DmaBufIoctl.SYNC_SET_DEADLINE, struct(16).putLong(8, 1).array()));
    assertEquals(
        Errno.EFAULT.rc(), process.ioctl(file, DmaBufIoctl.SYNC_SET_DEADLINE, new byte[15]));
    assertEquals(Errno.ENOTTY.rc(), process.ioctl(file, DmaBufIoctl.SYNC, new byte[64]));
    open(KernelProfile.LINUX_6_1);
    assertEquals(
        Errno.ENOTTY.rc(),
        process.ioctl(
            exported(DmaBufIoctl.READ), DmaBufIoctl.SYNC_SET_DEADLINE, new byte[16]));
  }
}
