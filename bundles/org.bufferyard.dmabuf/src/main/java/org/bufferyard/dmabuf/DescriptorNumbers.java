package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.kernel.Errno;

/**
 * {@code struct fdtable} ({@code fs/file.c}): which number stands for which file, and what belongs to
 * the number alone, which is FD_CLOEXEC.
 */
final class DescriptorNumbers {
  /** RLIMIT_NOFILE as distributions leave it. */
  private static final int LIMIT = 1024;

  private record Descriptor(OpenFile file, boolean closesOnExec) {}

  /** By number; null is free. */
  private final List<Descriptor> table = new ArrayList<>();

  /** fget(). */
  Optional<OpenFile> file(int fd) {
    return fd < 0 || fd >= table.size()
        ? Optional.empty()
        : Optional.ofNullable(table.get(fd)).map(Descriptor::file);
  }

  /** Of an open descriptor. */
  boolean closesOnExec(int fd) {
    return table.get(fd).closesOnExec();
  }

  void setClosesOnExec(int fd, boolean closes) {
    table.set(fd, new Descriptor(table.get(fd).file(), closes));
  }

  /**
   * alloc_fd() and fd_install(); the file is taken over unless there is no number.
   *
   * @param from the lowest number that will do
   * @return the lowest free number, or -EMFILE
   */
  int install(OpenFile file, int from, boolean closesOnExec) {
    int fd = from;
    while (file(fd).isPresent()) {
      fd++;
    }
    return fd >= LIMIT ? Errno.EMFILE.rc() : place(file, fd, closesOnExec);
  }

  private int place(OpenFile file, int fd, boolean closesOnExec) {
    while (table.size() <= fd) {
      table.add(null);
    }
    table.set(fd, new Descriptor(file, closesOnExec));
    return fd;
  }

  /** close(). */
  int close(int fd) {
    Optional<OpenFile> file = file(fd);
    if (file.isEmpty()) {
      return Errno.EBADF.rc();
    }
    table.set(fd, null);
    file.get().put();
    return 0;
  }

  /** ksys_dup3(): what stood at the new number is closed. */
  int dup3(int fd, int at, int flags) {
    if ((flags & ~UserProcess.O_CLOEXEC) != 0 || fd == at) {
      return Errno.EINVAL.rc();
    }
    Optional<OpenFile> file = file(fd);
    if (at < 0 || at >= LIMIT || file.isEmpty()) {
      return Errno.EBADF.rc();
    }
    OpenFile kept = file.get().get();
    Regardless work = new Regardless();
    work.run(() -> close(at));
    int placed = place(kept, at, flags != 0);
    work.rethrow();
    return placed;
  }

  /** f_dupfd(). */
  int duplicate(OpenFile file, long from, boolean closesOnExec) {
    if (from < 0 || from >= LIMIT) {
      return Errno.EINVAL.rc();
    }
    int fd = install(file.get(), (int) from, closesOnExec);
    if (fd < 0) {
      file.put();
    }
    return fd;
  }

  /** dup_fd(): the same files under the same numbers. */
  void copyTo(DescriptorNumbers child) {
    for (Descriptor descriptor : table) {
      child.table.add(descriptor);
      if (descriptor != null) {
        descriptor.file().get();
      }
    }
  }

  /** do_close_on_exec(). */
  void closeOnExec() {
    closeAll(Descriptor::closesOnExec);
  }

  void closeAll() {
    closeAll(descriptor -> true);
  }

  private void closeAll(Predicate<Descriptor> which) {
    Regardless work = new Regardless();
    for (int fd = 0; fd < table.size(); fd++) {
      if (table.get(fd) != null && which.test(table.get(fd))) {
        int open = fd;
        work.run(() -> close(open));
      }
    }
    work.rethrow();
  }
}
