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
 * <p>Not modelled: threads that share a table, position and other flags of files than O_NONBLOCK,
 * places of mappings in the address space.
 */
final class DescriptorTable implements UserProcess {
  private static final int STANDARD_FILES = 3;

  /** Smallest TASK_SIZE of the 64-bit machines: nothing longer finds a place. */
  private static final long ADDRESS_SPACE = 1L << 47;

  /** The mount that dma-bufs and anonymous inodes live on; its number means nothing here. */
  private static final int MOUNT = 0;

  private final UserSpace space;

  private final DescriptorNumbers numbers = new DescriptorNumbers();
  private final FileIoctls fileIoctls = new FileIoctls(numbers);

  /** In order of mapping. */
  private final List<MappedRegion> regions = new ArrayList<>();

  DescriptorTable(UserSpace space) {
    this.space = space;
    for (int i = 0; i < STANDARD_FILES; i++) {
      install(new UserFile.Standard(), 0);
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

  /** fork(): another process with the files and the mappings of its parent. */
  private DescriptorTable(DescriptorTable parent) {
    this.space = parent.space;
    parent.numbers.copyTo(numbers);
    parent.live().forEach(region -> regions.add(region.forked()));
  }

  /** get_unused_fd_flags() and fd_install(): the lowest free number, or -EMFILE. */
  int install(UserFile file, int flags) {
    return numbers.install(new OpenFile(file), 0, (flags & O_CLOEXEC) != 0);
  }

  /** fget(). */
  Optional<UserFile> file(int fd) {
    return numbers.file(fd).map(OpenFile::file);
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
    return numbers.close(fd);
  }

  @Override
  public int dup(int fd) {
    return numbers
        .file(fd)
        .map(file -> numbers.duplicate(file, 0, false))
        .orElse(Errno.EBADF.rc());
  }

  /** dup2(): of a number to itself nothing happens. */
  @Override
  public int dup2(int fd, int at) {
    if (fd == at) {
      return numbers.file(fd).isPresent() ? fd : Errno.EBADF.rc();
    }
    return numbers.dup3(fd, at, 0);
  }

  @Override
  public int dup3(int fd, int at, int flags) {
    return numbers.dup3(fd, at, flags);
  }

  /** do_fcntl(). */
  @Override
  public int fcntl(int fd, int command, long argument) {
    Optional<OpenFile> found = numbers.file(fd);
    if (found.isEmpty()) {
      return Errno.EBADF.rc();
    }
    OpenFile file = found.get();
    return switch (command) {
      case F_DUPFD, F_DUPFD_CLOEXEC ->
          numbers.duplicate(file, argument, command == F_DUPFD_CLOEXEC);
      case F_GETFD -> numbers.closesOnExec(fd) ? FD_CLOEXEC : 0;
      case F_SETFD -> {
        numbers.setClosesOnExec(fd, (argument & FD_CLOEXEC) != 0);
        yield 0;
      }
      case F_GETFL -> flags(file);
      case F_SETFL -> {
        file.setNonBlocking((argument & O_NONBLOCK) != 0);
        yield 0;
      }
      default -> Errno.EINVAL.rc();
    };
  }

  private static int flags(OpenFile file) {
    return BufferFile.O_RDWR | (file.isNonBlocking() ? O_NONBLOCK : 0);
  }

  @Override
  public UserProcess fork() {
    return new DescriptorTable(this);
  }

  @Override
  public void exec() {
    Regardless work = new Regardless();
    work.run(this::unmapAll);
    work.run(numbers::closeOnExec);
    work.rethrow();
  }

  @Override
  public List<UserMapping> mappings() {
    return List.copyOf(live());
  }

  private List<MappedRegion> live() {
    regions.removeIf(region -> !region.isMapped());
    return regions;
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
    Optional<OpenFile> file = numbers.file(fd);
    if (file.isEmpty()) {
      return Errno.EBADF.rc();
    }
    return FileIoctls.knows(request)
        ? fileIoctls.ioctl(fd, file.get(), request, argument)
        : file.get().file().ioctl(this, request, argument);
  }

  /** seq_show() of procfs: the position of a dma-buf never moves. */
  @Override
  public Optional<String> fdinfo(int fd) {
    return numbers
        .file(fd)
        .map(
            open ->
                "pos:\t0\nflags:\t0"
                    + Integer.toOctalString(
                        flags(open) | (numbers.closesOnExec(fd) ? O_CLOEXEC : 0))
                    + "\nmnt_id:\t"
                    + MOUNT
                    + "\nino:\t"
                    + open.file().inode()
                    + "\n"
                    + open.file().fdinfo());
  }

  private void unmapAll() {
    Regardless work = new Regardless();
    List.copyOf(regions).forEach(region -> work.run(region::munmap));
    regions.clear();
    work.rethrow();
  }

  @Override
  public void exit() {
    Regardless work = new Regardless();
    work.run(this::unmapAll);
    work.run(numbers::closeAll);
    work.rethrow();
  }
}
