package org.bufferyard.api.kernel;

import java.util.Optional;

/**
 * Kernel error numbers as values. Methods that the kernel declares as {@code int} return 0 or a
 * negative number here as well; this enum names it.
 */
public enum Errno {
  EPERM(1),
  ENOENT(2),
  EINTR(4),
  EIO(5),
  ENXIO(6),
  EBADF(9),
  EAGAIN(11),
  ENOMEM(12),
  EACCES(13),
  EFAULT(14),
  EBUSY(16),
  EEXIST(17),
  ENODEV(19),
  EINVAL(22),
  EMFILE(24),
  ENOTTY(25),
  ENOSPC(28),
  ESPIPE(29),
  ERANGE(34),
  EDEADLK(35),
  ENOSYS(38),
  EOVERFLOW(75),
  EBADFD(77),
  EOPNOTSUPP(95),
  EADDRINUSE(98),
  ETIMEDOUT(110),
  EALREADY(114),
  EREMOTEIO(121),
  /** An interrupted wait, inside the kernel; user space sees a restart or -EINTR. */
  ERESTARTSYS(512),
  EPROBE_DEFER(517);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** The positive number, as in {@code errno.h}. */
  public int number() {
    return number;
  }

  /** The negative number that a kernel function returns. */
  public int rc() {
    return -number;
  }

  /** The name of a return code; empty for 0, positive and unlisted values. */
  public static Optional<Errno> of(int rc) {
    for (Errno errno : values()) {
      if (rc == -errno.number) {
        return Optional.of(errno);
      }
    }
    return Optional.empty();
  }

  /** {@code "-EINVAL"}, {@code "0"}, or the bare number where it has no name here. */
  public static String text(int rc) {
    return of(rc).map(e -> "-" + e.name()).orElse(Integer.toString(rc));
  }
}
