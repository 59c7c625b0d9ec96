package org.bufferyard.api.dmabuf;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A process of user space and its descriptors on dma-bufs and sync files. Methods are system calls:
 * they answer what the call returns, a negative errno included, and never throw for what a process
 * may pass.
 *
 * <p>Every descriptor and every mapping keeps its buffer. 0, 1 and 2 are open from the start and no
 * dma-bufs; a new descriptor is the lowest free number. Engine thread only. Sources: {@code
 * drivers/dma-buf/dma-buf.c}, {@code sync_file.c} (SEMANTICS F2, F8, F12, F13, K1, K2).
 */
@ProviderType
public interface UserProcess {
  /** {@code O_CLOEXEC}. */
  int O_CLOEXEC = 0x80000;

  /** {@code SEEK_SET}, {@code SEEK_END}: the only ones a dma-buf takes. */
  int SEEK_SET = 0;

  int SEEK_END = 2;

  /** {@code POLLIN}: a reader need not wait; {@code POLLOUT}: a writer need not. */
  int POLLIN = 1;

  int POLLOUT = 4;

  /**
   * dma_buf_fd() with a reference of its own.
   *
   * @param flags {@link #O_CLOEXEC} or 0
   * @return the descriptor
   */
  int fd(DmaBuf buffer, int flags);

  /**
   * open() of a device node: {@code /dev/dma_heap/<name>} and {@code /dev/udmabuf}; anything else is
   * -ENOENT.
   */
  int open(String path);

  /** The names in {@code /dev/dma_heap}: {@code system}, then CMA heaps, the default one first. */
  List<String> heaps();

  /** {@code MFD_CLOEXEC}, {@code MFD_ALLOW_SEALING}, {@code MFD_HUGETLB} (2 MiB pages). */
  int MFD_CLOEXEC = 1;

  int MFD_ALLOW_SEALING = 2;

  int MFD_HUGETLB = 4;

  /** memfd_create(): a file of ordinary memory; -EINVAL for other flags. */
  int memfdCreate(int flags);

  /** ftruncate() of a memfd; -EPERM against a seal, -EINVAL for any other file. */
  int ftruncate(int fd, long lengthBytes);

  /**
   * fcntl(F_ADD_SEALS) of a memfd.
   *
   * @param seals of {@link Seals}
   */
  int addSeals(int fd, int seals);

  /** A buffer or an errno. */
  record BufferResult(int rc, Optional<DmaBuf> buffer) {}

  /**
   * dma_buf_get(): -EBADF for no descriptor, -EINVAL for one that is no dma-buf. A buffer comes with
   * a reference, which the caller puts.
   */
  BufferResult get(int fd);

  /** 0 or -EBADF. */
  int close(int fd);

  /** dup(): another number for the same file, the lowest free; -EBADF, -EMFILE. */
  int dup(int fd);

  /**
   * dup2(): the same at a number of the caller's choice, whose file is closed; of a number to itself
   * nothing happens.
   */
  int dup2(int fd, int at);

  /**
   * dup3(): to itself is -EINVAL, and so are other flags.
   *
   * @param flags {@link #O_CLOEXEC} or 0
   */
  int dup3(int fd, int at, int flags);

  /** Commands of fcntl(). */
  int F_DUPFD = 0;

  int F_GETFD = 1;

  int F_SETFD = 2;

  int F_GETFL = 3;

  int F_SETFL = 4;

  int F_DUPFD_CLOEXEC = 1030;

  /** The flag of F_GETFD and F_SETFD: of the number, not of the file. */
  int FD_CLOEXEC = 1;

  /** {@code O_NONBLOCK}: of the file, so of all its numbers. */
  int O_NONBLOCK = 0x800;

  /**
   * fcntl(): duplicates from a number on, and flags; -EINVAL for other commands. Seals have methods
   * of their own.
   */
  int fcntl(int fd, int command, long argument);

  /**
   * fork(): a process with the same files under the same numbers and the same mappings, each with a
   * reference of its own; what a private mapping has written is copied.
   */
  UserProcess fork();

  /** execve(): nothing stays mapped, and descriptors with {@link #O_CLOEXEC} are closed. */
  void exec();

  /** What is mapped, those inherited from fork() first, in order of mapping. */
  List<UserMapping> mappings();

  /** A mapping or an errno. */
  record MmapResult(int rc, Optional<UserMapping> mapping) {}

  /**
   * mmap(): -EINVAL beyond the buffer's whole pages, whatever the exporter could map.
   *
   * @param lengthBytes rounded up to pages
   * @param shared MAP_SHARED, else MAP_PRIVATE
   * @param offset bytes, whole pages
   */
  MmapResult mmap(int fd, long lengthBytes, Protection protection, boolean shared, long offset);

  /** The new position, or -EINVAL for all but an offset of 0 from either end. */
  long lseek(int fd, long offset, int whence);

  /**
   * poll() of this descriptor without a wait: the events that are ready, of those asked for. What is
   * not ready is watched: until its fence signals, the buffer stays and the direction stays busy.
   */
  int poll(int fd, int events);

  /** -EINVAL: dma-bufs and sync files have no bytes to read. */
  long read(int fd, byte[] into);

  /**
   * ioctl(), those that every file has included (FIOCLEX and its relatives).
   *
   * @param request one of {@link DmaBufIoctl}; unknown ones answer -ENOTTY
   * @param argument what the argument points to, little-endian; answers are written into it; too
   *     short for the request means -EFAULT. A pointer inside is an offset from the start of this
   *     array; 0 is NULL
   */
  int ioctl(int fd, long request, byte[] argument);

  /** {@code /proc/self/fdinfo/<fd>}; empty for no descriptor. */
  Optional<String> fdinfo(int fd);

  /** Unmaps and closes everything. */
  void exit();

  /** {@code PROT_READ}, {@code PROT_WRITE}; neither is {@code PROT_NONE}. */
  record Protection(boolean read, boolean write) {
    public static final Protection READ = new Protection(true, false);
    public static final Protection READ_WRITE = new Protection(true, true);
  }
}
