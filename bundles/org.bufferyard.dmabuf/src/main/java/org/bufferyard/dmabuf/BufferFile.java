package org.bufferyard.dmabuf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.dmabuf.UserProcess.MmapResult;
import org.bufferyard.api.dmabuf.UserProcess.Protection;
import org.bufferyard.api.kernel.Errno;

/** {@code dma_buf_fops}: a dma-buf behind a descriptor (F8, F12, F13). Holds one reference. */
final class BufferFile implements UserFile {
  /** Exporters here give out files to read and to write. */
  static final int O_RDWR = 2;

  private static final long VALID_SYNC_FLAGS =
      DmaBufIoctl.READ | DmaBufIoctl.WRITE | DmaBufIoctl.END;

  private final SharedBuffer buffer;
  private final UserSpace space;
  private final SharedBuffers core;

  BufferFile(SharedBuffer buffer, UserSpace space) {
    this.buffer = buffer;
    this.space = space;
    this.core = space.core();
  }

  SharedBuffer buffer() {
    return buffer;
  }

  @Override
  public void close() {
    core.put(buffer);
  }

  @Override
  public long inode() {
    return buffer.inode();
  }

  /** dma_buf_llseek(): only the ends can be found. */
  @Override
  public long llseek(long offset, int whence) {
    if (offset != 0 || whence != UserProcess.SEEK_SET && whence != UserProcess.SEEK_END) {
      return Errno.EINVAL.rc();
    }
    return whence == UserProcess.SEEK_END ? buffer.sizeBytes() : 0;
  }

  @Override
  public int poll(int events) {
    return buffer.poll().poll(events, core);
  }

  @Override
  public MmapResult mmap(long pageOffset, long sizeBytes, Protection protection, boolean shared) {
    MapResult result = core.mmap(buffer, pageOffset, sizeBytes, shared);
    return new MmapResult(
        result.rc(),
        result
            .mapping()
            .map(m -> new MappedRegion(m, sizeBytes, protection, shared, new Holder())));
  }

  /** A mapping of the buffer, which keeps it without the descriptor. */
  private final class Holder implements MappedRegion.Holder {
    @Override
    public void get() {
      buffer.get();
      buffer.addUserMapping(1);
    }

    @Override
    public void put() {
      core.munmap(buffer);
    }
  }

  /** dma_buf_show_fdinfo(); the reference that procfs holds while it looks is not counted. */
  @Override
  public String fdinfo() {
    return "size:\t"
        + Long.toUnsignedString(buffer.sizeBytes())
        + "\ncount:\t"
        + buffer.references()
        + "\nexp_name:\t"
        + buffer.ops().traits().name()
        + "\n"
        + buffer.name().map(name -> "name:\t" + name + "\n").orElse("");
  }

  /** dma_buf_ioctl(). */
  @Override
  public int ioctl(DescriptorTable process, long request, byte[] argument) {
    // The number is an unsigned int: what stands above is cut off at the system call.
    long number = request & 0xffff_ffffL;
    if (number == DmaBufIoctl.SET_NAME_A || number == DmaBufIoctl.SET_NAME_B) {
      return setName(argument);
    }
    if (number != DmaBufIoctl.SYNC
        && number != DmaBufIoctl.EXPORT_SYNC_FILE
        && number != DmaBufIoctl.IMPORT_SYNC_FILE) {
      return refused(Errno.ENOTTY, "ioctl 0x" + Long.toHexString(number) + " is none of dma-buf's");
    }
    if (argument.length < Long.BYTES) {
      return Errno.EFAULT.rc();
    }
    ByteBuffer struct = ByteBuffer.wrap(argument).order(ByteOrder.LITTLE_ENDIAN);
    if (number == DmaBufIoctl.SYNC) {
      return sync(struct.getLong(0));
    }
    int flags = struct.getInt(0);
    if ((flags & ~(DmaBufIoctl.READ | DmaBufIoctl.WRITE)) != 0 || flags == 0) {
      return refused(Errno.EINVAL, "sync file flags 0x" + Integer.toHexString(flags));
    }
    boolean write = (flags & DmaBufIoctl.WRITE) != 0;
    if (number == DmaBufIoctl.EXPORT_SYNC_FILE) {
      return exportSyncFile(process, struct, write);
    }
    return importSyncFile(process, struct.getInt(Integer.BYTES), write);
  }

  /** DMA_BUF_IOCTL_SYNC: begin or end of CPU access (vectors, observation 22). */
  private int sync(long flags) {
    if ((flags & ~VALID_SYNC_FLAGS) != 0) {
      return refused(Errno.EINVAL, "sync flags 0x" + Long.toHexString(flags) + " are not all known");
    }
    Optional<DmaDirection> direction = direction((int) flags);
    if (direction.isEmpty()) {
      return refused(Errno.EINVAL, "sync flags say neither READ nor WRITE");
    }
    return (flags & DmaBufIoctl.END) != 0
        ? core.endCpuAccess(buffer, direction.get())
        : core.beginCpuAccess(buffer, direction.get());
  }

  private static Optional<DmaDirection> direction(int flags) {
    return switch (flags & (DmaBufIoctl.READ | DmaBufIoctl.WRITE)) {
      case DmaBufIoctl.READ -> Optional.of(DmaDirection.FROM_DEVICE);
      case DmaBufIoctl.WRITE -> Optional.of(DmaDirection.TO_DEVICE);
      case 0 -> Optional.empty();
      default -> Optional.of(DmaDirection.BIDIRECTIONAL);
    };
  }

  /** strndup_user() of 32 bytes, then the name changes, attached or not. */
  private int setName(byte[] argument) {
    int length = 0;
    while (length < argument.length && argument[length] != 0) {
      length++;
    }
    if (length >= DmaBufIoctl.NAME_BYTES) {
      return refused(
          Errno.EINVAL, "the name is longer than " + (DmaBufIoctl.NAME_BYTES - 1) + " bytes");
    }
    if (length == argument.length) {
      // No NUL: the string runs into memory that is not there.
      return Errno.EFAULT.rc();
    }
    buffer.setName(new String(argument, 0, length, StandardCharsets.UTF_8));
    return 0;
  }

  /** dma_buf_export_sync_file(): what the access would wait for, now. */
  private int exportSyncFile(DescriptorTable process, ByteBuffer struct, boolean write) {
    SyncFile file = space.syncFile(buffer.reservation(), FenceUsage.toWaitFor(write));
    int fd = process.install(file, UserProcess.O_CLOEXEC);
    if (fd >= 0) {
      struct.putInt(Integer.BYTES, fd);
    }
    return Math.min(fd, 0);
  }

  /** dma_buf_import_sync_file(): each fence of the file's, under WRITE or READ. */
  private int importSyncFile(DescriptorTable process, int fd, boolean write) {
    if (!(process.file(fd).orElse(null) instanceof SyncFile file)) {
      return refused(Errno.EINVAL, "descriptor " + fd + " is no sync file");
    }
    List<DmaFence> fences = file.fences();
    if (buffer.reservation().lock() < 0) {
      return refused(Errno.EDEADLK, "the reservation lock is never given back");
    }
    buffer.reservation().reserve(fences.size());
    FenceUsage usage = write ? FenceUsage.WRITE : FenceUsage.READ;
    fences.forEach(fence -> buffer.reservation().addReserved(fence, usage));
    buffer.reservation().unlock();
    return 0;
  }

  private int refused(Errno errno, String why) {
    String text = Errno.text(errno.rc());
    space.narrator().decided(CoreRules.IOCTL, buffer.id(), why + ": " + text, "errno", text);
    return errno.rc();
  }
}
