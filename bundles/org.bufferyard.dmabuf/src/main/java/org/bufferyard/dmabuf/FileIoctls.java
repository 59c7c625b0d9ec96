package org.bufferyard.dmabuf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageRef;

/**
 * The ioctls that the VFS answers before a file is asked ({@code fs/ioctl.c: do_vfs_ioctl()}).
 *
 * <p>Not modelled: those for regular files and for whole file systems; no file here is or has one.
 */
final class FileIoctls {
  private final DescriptorNumbers numbers;

  FileIoctls(DescriptorNumbers numbers) {
    this.numbers = numbers;
  }

  static boolean knows(long request) {
    long number = request & 0xffff_ffffL;
    return number == DmaBufIoctl.FIOCLEX
        || number == DmaBufIoctl.FIONCLEX
        || number == DmaBufIoctl.FIONBIO
        || number == DmaBufIoctl.FIOASYNC
        || number == DmaBufIoctl.FIGETBSZ;
  }

  /** One that {@link #knows knows} it. */
  int ioctl(int fd, OpenFile file, long request, byte[] argument) {
    long number = request & 0xffff_ffffL;
    if (number == DmaBufIoctl.FIOCLEX || number == DmaBufIoctl.FIONCLEX) {
      numbers.setClosesOnExec(fd, number == DmaBufIoctl.FIOCLEX);
      return 0;
    }
    if (argument.length < Integer.BYTES) {
      return Errno.EFAULT.rc();
    }
    ByteBuffer value = ByteBuffer.wrap(argument).order(ByteOrder.LITTLE_ENDIAN);
    if (number == DmaBufIoctl.FIGETBSZ) {
      value.putInt(0, (int) PageRef.SIZE);
      return 0;
    }
    boolean on = value.getInt(0) != 0;
    if (number == DmaBufIoctl.FIONBIO) {
      file.setNonBlocking(on);
      return 0;
    }
    // ioctl_fioasync(): without fasync a file refuses, unless nothing is to change.
    return on ? Errno.ENOTTY.rc() : 0;
  }
}
