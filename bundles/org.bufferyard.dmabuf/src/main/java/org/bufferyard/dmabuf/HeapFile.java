package org.bufferyard.dmabuf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageRef;

/** {@code /dev/dma_heap/<name>} ({@code drivers/dma-buf/dma-heap.c}, G5). */
final class HeapFile implements UserFile {
  /** Size of {@code struct dma_heap_allocation_data}. */
  private static final int STRUCT_BYTES = 24;

  // Offsets in it.
  private static final int FD = 8;
  private static final int FD_FLAGS = 12;
  private static final int HEAP_FLAGS = 16;

  private static final long IOC_WRITE = 1L << 30;
  private static final long IOC_READ = 1L << 31;

  /** O_CLOEXEC | O_ACCMODE. */
  private static final int VALID_FD_FLAGS = UserProcess.O_CLOEXEC | 3;

  private final DmaHeap heap;
  private final UserSpace space;

  HeapFile(DmaHeap heap, UserSpace space) {
    this.heap = heap;
    this.space = space;
  }

  @Override
  public void close() {}

  /**
   * dma_heap_ioctl(): the number alone is looked at, and the structure may be longer or shorter than
   * the kernel's: what is missing is 0, what is too much stays.
   */
  @Override
  public int ioctl(DescriptorTable process, long request, byte[] argument) {
    if ((request & 0xff) != 0) {
      return refused(Errno.EINVAL, "no heap ioctl has number " + (request & 0xff));
    }
    int size = (int) (request >>> 16 & 0x3fff);
    int inSize = (request & IOC_WRITE) == 0 ? 0 : size;
    int outSize = (request & IOC_READ) == 0 ? 0 : size;
    if (argument.length < Math.max(inSize, outSize)) {
      return Errno.EFAULT.rc();
    }
    byte[] data =
        Arrays.copyOf(Arrays.copyOf(argument, inSize), Math.max(STRUCT_BYTES, size));
    int rc = allocate(process, ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN));
    System.arraycopy(data, 0, argument, 0, outSize);
    return rc;
  }

  /** dma_heap_ioctl_allocate(). */
  private int allocate(DescriptorTable process, ByteBuffer data) {
    int fdFlags = data.getInt(FD_FLAGS);
    if (data.getInt(FD) != 0) {
      return refused(Errno.EINVAL, "the descriptor to be filled in is not 0");
    }
    if ((fdFlags & ~VALID_FD_FLAGS) != 0) {
      return refused(Errno.EINVAL, "descriptor flags 0x" + Integer.toHexString(fdFlags));
    }
    if (data.getLong(HEAP_FLAGS) != 0) {
      return refused(Errno.EINVAL, "heaps have no flags");
    }
    long sizeBytes = PageRef.align(data.getLong(0));
    if (sizeBytes == 0) {
      return refused(Errno.EINVAL, "a length of no pages");
    }
    int fd = space.heapBuffer(heap, sizeBytes, process, fdFlags);
    if (fd < 0) {
      return refused(
          Errno.of(fd).orElseThrow(),
          "the heap gives no buffer of " + Long.toUnsignedString(sizeBytes) + " bytes");
    }
    data.putInt(FD, fd);
    return 0;
  }

  private int refused(Errno errno, String why) {
    String text = Errno.text(errno.rc());
    space.narrator().decided(
        CoreRules.HEAP_IOCTL, "heap:" + heap.name(), why + ": " + text, "errno", text);
    return errno.rc();
  }
}
