package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.Seals;
import org.bufferyard.api.dmabuf.UserMapping;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageRef;

/**
 * The open files of one process ({@code struct files_struct}) and its mappings of them.
 *
 * <p>Not modelled: dup() and fork(), ioctls that every file has (FIOCLEX and its relatives), places
 * of mappings in the address space.
 */
final class DescriptorTable implements UserProcess {
  /** RLIMIT_NOFILE as distributions leave it. */
  private static final int LIMIT = 1024;

  private static final int STANDARD_FILES = 3;

  /** Smallest TASK_SIZE of the 64-bit machines: nothing longer finds a place. */
  private static final long ADDRESS_SPACE = 1L << 47;

  /** The mount that dma-bufs and anonymous inodes live on; its number means nothing here. */
  private static final int MOUNT = 0;

  private record Descriptor(UserFile file, int flags) {}

  private final UserSpace space;

  /** By number; null is free. */
  private final List<Descriptor> table = new ArrayList<>();

  private final List<MappedRegion> regions = new ArrayList<>();

  DescriptorTable(UserSpace space) {
    this.space = space;
    for (int i = 0; i < STANDARD_FILES; i++) {
      table.add(new Descriptor(new UserFile.Standard(), 0));
    }
  }

  @Override
  public int fd(DmaBuf buffer, int flags) {
    SharedBuffer shared = SharedBuffers.live(buffer);
    shared.get();
    int fd = install(new BufferFile(shared, space), flags);
    if (fd < 0) {
      space.core().put(shared);
    }
    return fd;
  }

  @Override
  public int open(String path) {
    return space.deviceNode(path)
        .map(file -> install(file, 0))
        .orElse(Errno.ENOENT.rc());
  }

  @Override
  public List<String> heaps() {
    return space.heaps().stream().map(DmaHeap::name).toList();
  }

  @Override
  public int memfdCreate(int flags) {
    if ((flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB)) != 0) {
      return Errno.EINVAL.rc();
    }
    int seals = (flags & MFD_ALLOW_SEALING) != 0 ? 0 : Seals.SEAL;
    return install(
        space.memfd((flags & MFD_HUGETLB) != 0, seals),
        (flags & MFD_CLOEXEC) != 0 ? O_CLOEXEC : 0);
  }

  @Override
  public int ftruncate(int fd, long lengthBytes) {
    return file(fd)
        .map(f -> f instanceof Memfd memfd ? memfd.truncate(lengthBytes) : Errno.EINVAL.rc())
        .orElse(Errno.EBADF.rc());
  }

  @Override
  public int addSeals(int fd, int seals) {
    return file(fd)
        .map(f -> f instanceof Memfd memfd ? memfd.addSeals(seals) : Errno.EINVAL.rc())
        .orElse(Errno.EBADF.rc());
  }

  /** get_unused_fd_flags() and fd_install(): the lowest free number, or -EMFILE. */
  int install(UserFile file, int flags) {
    Descriptor descriptor = new Descriptor(file, flags & O_CLOEXEC);
    int free = table.indexOf(null);
    if (free >= 0) {
      table.set(free, descriptor);
      return free;
    }
    if (table.size() == LIMIT) {
      return Errno.EMFILE.rc();
    }
    table.add(descriptor);
    return table.size() - 1;
  }

  /** fget(). */
  Optional<UserFile> file(int fd) {
    return descriptor(fd).map(Descriptor::file);
  }

  private Optional<Descriptor> descriptor(int fd) {
    return fd < 0 || fd >= table.size() ? Optional.empty() : Optional.ofNullable(table.get(fd));
  }

  @Override
  public BufferResult get(int fd) {
    Optional<UserFile> file = file(fd);
    if (file.isEmpty()) {
      return new BufferResult(Errno.EBADF.rc(), Optional.empty());
    }
    if (!(file.get() instanceof BufferFile bufferFile)) {
      space.narrator().decided(
          CoreRules.GET, "fd " + fd, "the descriptor is no dma-buf: -EINVAL", "errno", "-EINVAL");
      return new BufferResult(Errno.EINVAL.rc(), Optional.empty());
    }
    bufferFile.buffer().get();
    return new BufferResult(0, Optional.of(bufferFile.buffer()));
  }

  @Override
  public int close(int fd) {
    Optional<UserFile> file = file(fd);
    if (file.isEmpty()) {
      return Errno.EBADF.rc();
    }
    table.set(fd, null);
    file.get().close();
    return 0;
  }

  /** ksys_mmap_pgoff() and do_mmap(), in the order in which they refuse. */
  @Override
  public MmapResult mmap(
      int fd, long lengthBytes, Protection protection, boolean shared, long offset) {
    if ((offset & (PageRef.SIZE - 1)) != 0) {
      return failed(Errno.EINVAL);
    }
    Optional<UserFile> file = file(fd);
    if (file.isEmpty()) {
      return failed(Errno.EBADF);
    }
    if (lengthBytes == 0) {
      return failed(Errno.EINVAL);
    }
    long sizeBytes = PageRef.align(lengthBytes);
    if (sizeBytes == 0) {
      return failed(Errno.ENOMEM);
    }
    long pageOffset = offset >>> PageRef.SHIFT;
    if (Long.compareUnsigned(sizeBytes, ADDRESS_SPACE) > 0) {
      return failed(Errno.ENOMEM);
    }
    MmapResult result = file.get().mmap(pageOffset, sizeBytes, protection, shared);
    result.mapping().map(MappedRegion.class::cast).ifPresent(regions::add);
    return result;
  }

  private static MmapResult failed(Errno errno) {
    return new MmapResult(errno.rc(), Optional.empty());
  }

  @Override
  public long lseek(int fd, long offset, int whence) {
    return file(fd).map(f -> f.llseek(offset, whence)).orElse((long) Errno.EBADF.rc());
  }

  @Override
  public int poll(int fd, int events) {
    return file(fd).map(f -> f.poll(events)).orElse(Errno.EBADF.rc());
  }

  @Override
  public long read(int fd, byte[] into) {
    return file(fd).map(UserFile::read).orElse((long) Errno.EBADF.rc());
  }

  @Override
  public int ioctl(int fd, long request, byte[] argument) {
    return file(fd).map(f -> f.ioctl(this, request, argument)).orElse(Errno.EBADF.rc());
  }

  /** seq_show() of procfs: the position of a dma-buf never moves. */
  @Override
  public Optional<String> fdinfo(int fd) {
    return descriptor(fd)
        .map(
            d ->
                "pos:\t0\nflags:\t0"
                    + Integer.toOctalString(BufferFile.O_RDWR | d.flags())
                    + "\nmnt_id:\t"
                    + MOUNT
                    + "\nino:\t"
                    + d.file().inode()
                    + "\n"
                    + d.file().fdinfo());
  }

  @Override
  public void exit() {
    List.copyOf(regions).forEach(UserMapping::munmap);
    regions.clear();
    for (int fd = 0; fd < table.size(); fd++) {
      close(fd);
    }
  }
}
