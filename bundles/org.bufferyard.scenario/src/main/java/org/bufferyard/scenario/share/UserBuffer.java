package org.bufferyard.scenario.share;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.Frame.BusSegment;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.Seals;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;

/**
 * A buffer that a process allocates, from a heap or as a udmabuf: no device's driver exports it, and
 * the device that fills it imports it like every other. Engine thread only.
 */
final class UserBuffer {
  private static final String SYSTEM_HEAP = "system";

  private final YardState yard;
  private final YardDevice device;
  private final UserProcess process;
  private Optional<ImporterSide> filler = Optional.empty();
  private DmaBuf buffer;

  /**
   * @param device that fills it
   */
  UserBuffer(YardState yard, YardDevice device) {
    this.yard = yard;
    this.device = device;
    this.process = yard.dmaBufs().newProcess();
  }

  /** The ioctl that makes the buffer; its error is user space's as it is. */
  Optional<Refusal> allocate(MemoryKind kind, long sizeBytes) {
    boolean heap = kind != MemoryKind.UDMABUF;
    int fd = heap ? fromHeap(heapName(kind), sizeBytes) : fromMemfd(sizeBytes);
    if (fd < 0) {
      return Optional.of(new Refusal(fd, heap ? "DMA_HEAP_IOCTL_ALLOC" : "UDMABUF_CREATE"));
    }
    buffer = process.get(fd).buffer().orElseThrow();
    // The descriptor is reference enough.
    yard.dmaBufs().put(buffer);
    return Optional.empty();
  }

  private int fromHeap(String name, long sizeBytes) {
    ByteBuffer request =
        ByteBuffer.allocate(24)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(0, sizeBytes)
            .putInt(12, UserProcess.O_CLOEXEC | 2);
    int rc =
        process.ioctl(
            process.open("/dev/dma_heap/" + name), DmaBufIoctl.HEAP_ALLOC, request.array());
    return rc < 0 ? rc : request.getInt(8);
  }

  /** A CMA heap is the one of the device's own area, if it has one, else the first. */
  private String heapName(MemoryKind kind) {
    if (kind == MemoryKind.SYSTEM_HEAP) {
      return SYSTEM_HEAP;
    }
    List<String> heaps =
        process.heaps().stream().filter(name -> !name.equals(SYSTEM_HEAP)).toList();
    if (heaps.isEmpty()) {
      throw new BadInputException(
          "the board has no CMA area that a heap could be made of",
          "--memory " + kind.word(),
          "use system-heap, or mark a reusable pool as the default");
    }
    return device
        .cmaArea()
        .map(area -> area.spec().name())
        .filter(heaps::contains)
        .orElse(heaps.getFirst());
  }

  private int fromMemfd(long sizeBytes) {
    long whole = PageRef.align(sizeBytes);
    int memfd = process.memfdCreate(UserProcess.MFD_ALLOW_SEALING);
    process.ftruncate(memfd, whole);
    process.addSeals(memfd, Seals.SHRINK);
    byte[] request =
        ByteBuffer.allocate(24)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0, memfd)
            .putLong(16, whole)
            .array();
    return process.ioctl(process.open("/dev/udmabuf"), DmaBufIoctl.UDMABUF_CREATE, request);
  }

  DmaBuf buffer() {
    return buffer;
  }

  /** The filling device attaches and maps once: what it cannot reach it refuses here. */
  Optional<Refusal> attach() {
    ImporterSide own = new ImporterSide(yard, device, buffer);
    Optional<Refusal> refusal = own.attach();
    if (refusal.isPresent()) {
      return refusal;
    }
    filler = Optional.of(own);
    refusal = own.map(DmaDirection.FROM_DEVICE);
    own.unmap();
    return refusal;
  }

  /** Maps for the device's next use. */
  void prepare() {
    filler.ifPresent(own -> own.map(DmaDirection.FROM_DEVICE));
  }

  /** And undoes that. */
  void finish() {
    filler.ifPresent(ImporterSide::unmap);
  }

  /** Where the buffer lies for the device; only between prepare and finish. */
  List<BusSegment> segments() {
    return filler.map(ImporterSide::segments).orElse(List.of());
  }

  void release() {
    filler.ifPresent(ImporterSide::detach);
    filler = Optional.empty();
    process.exit();
  }
}
