package org.bufferyard.dmabuf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;

/**
 * {@code struct sync_file}: a fence behind a descriptor ({@code drivers/dma-buf/sync_file.c}).
 */
final class SyncFile implements UserFile {
  // Offsets in struct sync_file_info.
  private static final int STATUS = 32;
  private static final int FLAGS = 36;
  private static final int NUM_FENCES = 40;
  private static final int PAD = 44;
  private static final int LIST = 48;

  /** Bytes of a name, its NUL included. */
  private static final int NAME_BYTES = 32;

  // Offsets in struct sync_fence_info.
  private static final int INFO_DRIVER = 32;
  private static final int INFO_STATUS = 64;
  private static final int INFO_TIMESTAMP = 72;
  private static final int INFO_BYTES = 80;

  // Offsets in struct sync_merge_data.
  private static final int SECOND_FD = 32;
  private static final int NEW_FD = 36;
  private static final int MERGE_FLAGS = 40;
  private static final int MERGE_PAD = 44;

  private final DmaFence fence;

  /** sync_file->cb: wakes pollers, of which there are none while the engine thread looks. */
  private final Runnable watching = () -> {};

  /** POLL_ENABLED. */
  private boolean polled;

  /** sync_file->user_name: what a merge was called, else empty. */
  private final byte[] userName;

  private final FenceContainers containers;
  private final KernelProfile kernel;

  /**
   * @param fence with a reference that the file takes over
   */
  SyncFile(DmaFence fence, FenceContainers containers, KernelProfile kernel) {
    this(fence, new byte[0], containers, kernel);
  }

  private SyncFile(
      DmaFence fence, byte[] userName, FenceContainers containers, KernelProfile kernel) {
    this.fence = fence;
    this.userName = userName;
    this.containers = containers;
    this.kernel = kernel;
  }

  /** What it stands for; of a container, the fences in it. */
  List<DmaFence> fences() {
    return containers.unwrap(fence);
  }

  /** sync_file_release(). */
  @Override
  public void close() {
    fence.removeCallback(watching);
    fence.put();
  }

  /** sync_file_poll(): readable when signaled; the first look starts to watch the fence. */
  @Override
  public int poll(int events) {
    if (!polled) {
      polled = true;
      fence.addCallback(watching);
    }
    return fence.isSignaled() ? events & UserProcess.POLLIN : 0;
  }

  /** sync_file_ioctl(). */
  @Override
  public int ioctl(DescriptorTable process, long request, byte[] argument) {
    long number = request & 0xffff_ffffL;
    boolean deadline = CoreRules.SYNC_DEADLINE.holdsIn(kernel);
    if (number != DmaBufIoctl.SYNC_MERGE
        && number != DmaBufIoctl.SYNC_FILE_INFO
        && !(deadline && number == DmaBufIoctl.SYNC_SET_DEADLINE)) {
      return Errno.ENOTTY.rc();
    }
    // _IOC_SIZE: what copy_from_user() takes.
    if (argument.length < (int) (number >>> 16 & 0x3fff)) {
      return Errno.EFAULT.rc();
    }
    ByteBuffer struct = ByteBuffer.wrap(argument).order(ByteOrder.LITTLE_ENDIAN);
    if (number == DmaBufIoctl.SYNC_MERGE) {
      return merge(process, struct);
    }
    return number == DmaBufIoctl.SYNC_FILE_INFO ? info(struct) : setDeadline(struct);
  }

  /** sync_file_ioctl_set_deadline(). */
  private int setDeadline(ByteBuffer struct) {
    if (struct.getLong(Long.BYTES) != 0) {
      return Errno.EINVAL.rc();
    }
    fence.setDeadline(struct.getLong(0));
    return 0;
  }

  /** sync_file_ioctl_fence_info(). */
  private int info(ByteBuffer struct) {
    if (struct.getInt(FLAGS) != 0 || struct.getInt(PAD) != 0) {
      return Errno.EINVAL.rc();
    }
    List<DmaFence> fences = fences();
    int room = struct.getInt(NUM_FENCES);
    int status = fence.status();
    if (room != 0) {
      if (Integer.compareUnsigned(room, fences.size()) < 0) {
        return Errno.EINVAL.rc();
      }
      long list = struct.getLong(LIST);
      long bytes = (long) fences.size() * INFO_BYTES;
      if (list <= 0 || list > struct.capacity() - bytes) {
        // copy_to_user() of the list, which comes before that of the structure.
        return Errno.EFAULT.rc();
      }
      status = fill(struct, (int) list, fences);
    }
    putName(struct, 0, name());
    struct.putInt(STATUS, status);
    struct.putInt(NUM_FENCES, fences.size());
    return 0;
  }

  /** sync_fill_fence_info() of each: the first that is not simply done is the status of all. */
  private static int fill(ByteBuffer struct, int list, List<DmaFence> fences) {
    int common = 1;
    int at = list;
    for (DmaFence f : fences) {
      int status = f.status();
      putName(struct, at, f.timelineName().getBytes(StandardCharsets.UTF_8));
      putName(struct, at + INFO_DRIVER, f.driverName().getBytes(StandardCharsets.UTF_8));
      struct.putInt(at + INFO_STATUS, status);
      struct.putInt(at + INFO_STATUS + Integer.BYTES, 0);
      struct.putLong(at + INFO_TIMESTAMP, f.timestampNanos().orElse(0));
      common = common <= 0 ? common : status;
      at += INFO_BYTES;
    }
    return common;
  }

  /** sync_file_get_name(). */
  private byte[] name() {
    return userName.length > 0
        ? userName
        : (fence.driverName()
                + "-"
                + fence.timelineName()
                + Long.toUnsignedString(fence.context())
                + "-"
                + fence.seqno())
            .getBytes(StandardCharsets.UTF_8);
  }

  /** strscpy() into a field of zeros. */
  private static void putName(ByteBuffer struct, int at, byte[] name) {
    struct.put(at, Arrays.copyOf(Arrays.copyOf(name, Math.min(name.length, NAME_BYTES - 1)), NAME_BYTES));
  }

  /** sync_file_ioctl_merge(). */
  private int merge(DescriptorTable process, ByteBuffer struct) {
    if (struct.getInt(MERGE_FLAGS) != 0 || struct.getInt(MERGE_PAD) != 0) {
      return Errno.EINVAL.rc();
    }
    if (!(process.file(struct.getInt(SECOND_FD)).orElse(null) instanceof SyncFile second)) {
      return Errno.ENOENT.rc();
    }
    DmaFence merged = containers.merge(List.of(fence, second.fence));
    int fd =
        process.install(
            new SyncFile(merged, givenName(struct), containers, kernel), UserProcess.O_CLOEXEC);
    if (fd >= 0) {
      struct.putInt(NEW_FD, fd);
    }
    return Math.min(fd, 0);
  }

  /** The name of sync_merge_data: to its NUL, or all but the last byte. */
  private static byte[] givenName(ByteBuffer struct) {
    int length = 0;
    while (length < NAME_BYTES - 1 && struct.get(length) != 0) {
      length++;
    }
    byte[] name = new byte[length];
    struct.get(0, name);
    return name;
  }
}
