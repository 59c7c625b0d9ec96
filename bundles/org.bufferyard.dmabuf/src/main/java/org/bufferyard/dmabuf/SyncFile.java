package org.bufferyard.dmabuf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;

/**
 * {@code struct sync_file}: a fence behind a descriptor ({@code drivers/dma-buf/sync_file.c}).
 *
 * <p>Not modelled: names, and the list of {@code sync_fence_info}: asked for with room enough, only
 * its length and the common status are answered.
 */
final class SyncFile implements UserFile {
  // Offsets in struct sync_file_info.
  private static final int STATUS = 32;
  private static final int FLAGS = 36;
  private static final int NUM_FENCES = 40;
  private static final int PAD = 44;

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

  private final FenceContainers containers;
  private final KernelProfile kernel;

  /**
   * @param fence with a reference that the file takes over
   */
  SyncFile(DmaFence fence, FenceContainers containers, KernelProfile kernel) {
    this.fence = fence;
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
    return number == DmaBufIoctl.SYNC_FILE_INFO
        ? info(struct)
        : struct.getLong(Long.BYTES) == 0 ? 0 : Errno.EINVAL.rc();
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
      status = 1;
      for (DmaFence f : fences) {
        status = status <= 0 ? status : f.status();
      }
    }
    struct.putInt(STATUS, status);
    struct.putInt(NUM_FENCES, fences.size());
    return 0;
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
    int fd = process.install(new SyncFile(merged, containers, kernel), UserProcess.O_CLOEXEC);
    if (fd >= 0) {
      struct.putInt(NEW_FD, fd);
    }
    return Math.min(fd, 0);
  }
}
