package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
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

/** sync_file_ioctl_fence_info() with the list, names, and sync_file_ioctl_set_deadline(). */
class SyncFileInfoTest {
  private static final int STRUCT = 56;
  private static final int INFO = 80;

  private final PlainYard yard = new PlainYard(KernelProfile.LINUX_6_12);
  private final DmaBufs core;
  private final UserProcess process;
  private final DmaBuf buffer;
  private final int fd;

  SyncFileInfoTest() {
    yard.install("scripted", new ScriptedOps());
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

  private DmaFence writer(long context, long seqno) {
    DmaFence fence = core.newFence(context, seqno);
    buffer.reservation().add(fence, FenceUsage.WRITE);
    return fence;
  }

  private int file() {
    ByteBuffer argument = struct(8).putInt(0, DmaBufIoctl.READ);
    assertEquals(0, process.ioctl(fd, DmaBufIoctl.EXPORT_SYNC_FILE, argument.array()));
    return argument.getInt(4);
  }

  private static ByteBuffer struct(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The structure, room for a list behind it, and a pointer to that. */
  private static ByteBuffer info(int fences, int roomFor) {
    return struct(STRUCT + roomFor * INFO).putInt(40, fences).putLong(48, STRUCT);
  }

  private int ask(int file, ByteBuffer info) {
    return process.ioctl(file, DmaBufIoctl.SYNC_FILE_INFO, info.array());
  }

  private static String text(ByteBuffer struct, int at) {
    int end = at;
    while (struct.get(end) != 0) {
      end++;
    }
    return new String(struct.array(), at, end - at, StandardCharsets.UTF_8);
  }

  @Test
  void withRoomForNoneTheFencesAreOnlyCounted() {
    writer(1, 1);
    writer(2, 1);
    ByteBuffer info = struct(STRUCT);
    assertEquals(0, ask(file(), info));
    assertEquals(2, info.getInt(40));
    assertEquals(0, info.getInt(32));
  }

  @Test
  void lessRoomThanFencesIsEinvalAndWritesNothing() {
    writer(1, 1);
    writer(2, 1);
    ByteBuffer info = info(1, 2);
    assertEquals(Errno.EINVAL.rc(), ask(file(), info));
    assertEquals(1, info.getInt(40));
    assertEquals(0, info.get(0));
    assertEquals(0, info.get(STRUCT));
  }

  @Test
  void moreRoomThanFencesIsFilledAsFarAsThereAreAny() {
    DmaFence done = writer(1, 7);
    DmaFence open = writer(2, 8);
    int file = file();
    yard.setNow(1234);
    done.signal();
    ByteBuffer info = info(9, 3);
    info.array()[STRUCT + 2 * INFO] = 77;
    assertEquals(0, ask(file, info));
    assertEquals(2, info.getInt(40));
    assertEquals(0, info.getInt(32), "one is open");
    assertEquals(done.timelineName(), text(info, STRUCT));
    assertEquals(done.driverName(), text(info, STRUCT + 32));
    assertEquals(1, info.getInt(STRUCT + 64));
    assertEquals(0, info.getInt(STRUCT + 68));
    assertEquals(1234, info.getLong(STRUCT + 72));
    assertEquals(open.timelineName(), text(info, STRUCT + INFO));
    assertEquals(0, info.getInt(STRUCT + INFO + 64));
    assertEquals(0, info.getLong(STRUCT + INFO + 72), "no time before the signal");
    assertEquals(77, info.get(STRUCT + 2 * INFO));
  }

  @Test
  void theFirstThatIsNotSimplyDoneIsTheStatusOfAll() {
    DmaFence first = writer(1, 1);
    DmaFence failed = writer(2, 1);
    DmaFence open = writer(3, 1);
    int file = file();
    first.signal();
    failed.setError(Errno.EIO.rc());
    failed.signal();
    ByteBuffer info = info(3, 3);
    assertEquals(0, ask(file, info));
    assertEquals(Errno.EIO.rc(), info.getInt(32));
    assertEquals(Errno.EIO.rc(), info.getInt(STRUCT + INFO + 64));
    open.signal();
  }

  @Test
  void aListThatPointsNowhereIsEfault() {
    writer(1, 1);
    int file = file();
    assertEquals(Errno.EFAULT.rc(), ask(file, info(1, 1).putLong(48, 0)));
    assertEquals(Errno.EFAULT.rc(), ask(file, info(1, 1).putLong(48, STRUCT + 1)));
    assertEquals(Errno.EFAULT.rc(), ask(file, info(1, 1).putLong(48, -8)));
    assertEquals(Errno.EFAULT.rc(), ask(file, struct(STRUCT - 1)));
    assertEquals(Errno.EINVAL.rc(), ask(file, info(1, 1).putInt(36, 1)));
    assertEquals(Errno.EINVAL.rc(), ask(file, info(1, 1).putInt(44, 1)));
  }

  /** sync_file_get_name(). */
  @Test
  void aFileIsCalledAfterItsFenceOrAsItsMergeSaid() {
    DmaFence fence = writer(5, 9);
    int file = file();
    ByteBuffer info = struct(STRUCT);
    assertEquals(0, ask(file, info));
    String made = fence.driverName() + "-" + fence.timelineName() + "5-9";
    assertEquals(made, text(info, 0));
    assertEquals("all of it", text(merged(file, "all of it"), 0));
    assertEquals(made, text(merged(file, ""), 0));
    assertEquals("x".repeat(31), text(merged(file, "x".repeat(32)), 0));
  }

  private ByteBuffer merged(int file, String name) {
    ByteBuffer merge = struct(48).putInt(32, file);
    merge.put(0, name.getBytes(StandardCharsets.UTF_8));
    assertEquals(0, process.ioctl(file, DmaBufIoctl.SYNC_MERGE, merge.array()));
    ByteBuffer info = struct(STRUCT);
    assertEquals(0, ask(merge.getInt(36), info));
    return info;
  }

  @Test
  void aDeadlineReachesTheFencesOfTheFile() {
    DmaFence first = writer(1, 1);
    DmaFence second = writer(2, 1);
    ByteBuffer deadline = struct(16).putLong(0, 5000);
    assertEquals(0, process.ioctl(file(), DmaBufIoctl.SYNC_SET_DEADLINE, deadline.array()));
    assertEquals(OptionalLong.of(5000), first.deadlineNanos());
    assertEquals(OptionalLong.of(5000), second.deadlineNanos());
  }
}
