package org.bufferyard.dmabuf;

import java.util.Optional;
import org.bufferyard.api.dmabuf.UserProcess.MmapResult;
import org.bufferyard.api.dmabuf.UserProcess.Protection;
import org.bufferyard.api.kernel.Errno;

/**
 * {@code struct file} behind a descriptor. What a file has no operation for is answered as the VFS
 * does.
 */
interface UserFile {
  /** {@code DEFAULT_POLLMASK}: IN, OUT, RDNORM, WRNORM. */
  int ALWAYS_READY = 0x145;

  /** fput() of the descriptor's reference. */
  void close();

  /** vfs_llseek(): without FMODE_LSEEK there is no position. */
  default long llseek(long offset, int whence) {
    return Errno.ESPIPE.rc();
  }

  /** vfs_poll(). */
  default int poll(int events) {
    return events & ALWAYS_READY;
  }

  /** vfs_read() without FMODE_CAN_READ. */
  default long read() {
    return Errno.EINVAL.rc();
  }

  /** vfs_ioctl() without one. */
  default int ioctl(DescriptorTable process, long request, byte[] argument) {
    return Errno.ENOTTY.rc();
  }

  /** do_mmap() of a file that cannot be mapped. */
  default MmapResult mmap(long pageOffset, long sizeBytes, Protection protection, boolean shared) {
    return new MmapResult(Errno.ENODEV.rc(), Optional.empty());
  }

  /** i_ino of its inode; 0 where no one asks. */
  default long inode() {
    return 0;
  }

  /** The lines of show_fdinfo(). */
  default String fdinfo() {
    return "";
  }

  /** What the process was started with: a terminal, /dev/null. */
  record Standard() implements UserFile {
    @Override
    public void close() {}
  }
}
