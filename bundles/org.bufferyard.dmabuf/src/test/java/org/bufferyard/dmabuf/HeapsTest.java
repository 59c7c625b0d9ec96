package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.UserMapping;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.dmabuf.UserProcess.Protection;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.junit.jupiter.api.Test;

/** The heap ioctl (G5) and where the heaps' pages come from (G3, G4). */
class HeapsTest {
  private static final long CMA = PlainYard.ZONE + PlainYard.ZONE_BYTES;

  private PlainYard yard;
  private ScriptedOps ops;
  private DmaBufs core;
  private UserProcess process;

  HeapsTest() {
    open(KernelProfile.LINUX_7_3);
  }

  private void open(KernelProfile kernel) {
    yard = new PlainYard(kernel);
    ops = new ScriptedOps();
    yard.install("system-heap", ops);
    yard.install("cma-heap", ops);
    core = new DmaBufCore().open(yard);
    process = core.newProcess();
  }

  private static ByteBuffer request(long len, int fd, int fdFlags, long heapFlags) {
    return ByteBuffer.allocate(24)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(0, len)
        .putInt(8, fd)
        .putInt(12, fdFlags)
        .putLong(16, heapFlags);
  }

  private int alloc(String heap, long len) {
    ByteBuffer request = request(len, 0, UserProcess.O_CLOEXEC | 2, 0);
    int rc = process.ioctl(process.open(heap), DmaBufIoctl.HEAP_ALLOC, request.array());
    return rc < 0 ? rc : request.getInt(8);
  }

  private DmaBuf buffer(int fd) {
    DmaBuf buffer = process.get(fd).buffer().orElseThrow();
    core.put(buffer);
    return buffer;
  }

  /** Pages of each entry. */
  private List<Long> chunks(int fd) {
    return buffer(fd).memory().pages().orElseThrow().segments().stream()
        .map(s -> ((Segment.PageBacked) s).length() >> 12)
        .toList();
  }

  // ---- the ioctl ----

  @Test
  void onlyHeapsThatAreThereCanBeOpened() {
    assertEquals(3, process.open("/dev/dma_heap/system"));
    assertEquals(Errno.ENOENT.rc(), process.open("/dev/dma_heap/linux,cma"));
    assertEquals(Errno.ENOENT.rc(), process.open("/dev/dma_heap/"));
    assertEquals(Errno.ENOENT.rc(), process.open("/dev/null"));
  }

  @Test
  void badRequestsAreInvalid() {
    int heap = process.open("/dev/dma_heap/system");
    for (ByteBuffer bad :
        List.of(
            request(4096, 1, 2, 0),
            request(4096, 0, 0x123, 0),
            request(4096, 0, 2, 1),
            request(0, 0, 2, 0),
            request(-1, 0, 2, 0))) {
      assertEquals(Errno.EINVAL.rc(), process.ioctl(heap, DmaBufIoctl.HEAP_ALLOC, bad.array()));
    }
    assertEquals(Errno.EINVAL.rc(), process.ioctl(heap, 0xC0184801L, new byte[24]));
    assertEquals(
        Errno.EFAULT.rc(), process.ioctl(heap, DmaBufIoctl.HEAP_ALLOC, new byte[23]));
    assertEquals(
        Errno.ENOTTY.rc(),
        process.ioctl(0, DmaBufIoctl.HEAP_ALLOC, request(4096, 0, 2, 0).array()));
    assertEquals(0, core.liveBuffers());
  }

  @Test
  void aShorterStructureIsFilledUpAndALongerOneCutOff() {
    int heap = process.open("/dev/dma_heap/system");
    byte[] older = java.util.Arrays.copyOf(request(1 << 20, 0, 2, 0).array(), 16);
    assertEquals(0, process.ioctl(heap, 0xC0104800L, older));
    assertNotEquals(0, ByteBuffer.wrap(older).order(ByteOrder.LITTLE_ENDIAN).getInt(8));
    byte[] newer = java.util.Arrays.copyOf(request(1 << 20, 0, 2, 0).array(), 32);
    newer[31] = 77;
    assertEquals(0, process.ioctl(heap, 0xC0204800L, newer));
    assertEquals(77, newer[31]);
    assertEquals(2, core.liveBuffers());
  }

  @Test
  void theBufferIsTheDescriptorsAndGoesWithIt() {
    int fd = alloc("/dev/dma_heap/system", 5000);
    assertEquals(8192, buffer(fd).sizeBytes());
    assertEquals(1, buffer(fd).references());
    assertEquals(PlainYard.ZONE_BYTES - 8192, yard.zone().freeBytes());
    process.close(fd);
    assertEquals(List.of("release"), ops.callbacks());
    assertEquals(PlainYard.ZONE_BYTES, yard.zone().freeBytes());
    assertEquals(0, core.liveBuffers());
  }

  @Test
  void heapMemoryIsZeroedAndCanBeMapped() {
    yard.memory().fill(PlainYard.ZONE, 8192, (byte) 0x55);
    int fd = alloc("/dev/dma_heap/system", 8192);
    UserMapping mapping =
        process.mmap(fd, 8192, Protection.READ_WRITE, true, 0).mapping().orElseThrow();
    byte[] seen = new byte[8192];
    assertEquals(0, mapping.load(0, seen));
    assertArrayEquals(new byte[8192], seen);
    mapping.store(4095, new byte[] {1, 2});
    yard.memory().read(PlainYard.ZONE + 4095, seen, 0, 2);
    assertEquals(1, seen[0]);
    assertEquals(2, seen[1]);
  }

  // ---- the system heap ----

  @Test
  void theSystemHeapTakesTheLargestBlocksThatFit() {
    assertEquals(List.of(256L, 16L, 1L, 1L), chunks(alloc("/dev/dma_heap/system", 274 << 12)));
    assertEquals(List.of(1L), chunks(alloc("/dev/dma_heap/system", 1)));
  }

  @Test
  void afterASmallerBlockComesNoLargerOne() {
    yard.zone().largestPages = 16;
    List<Long> chunks = chunks(alloc("/dev/dma_heap/system", 256 << 12));
    assertEquals(16, chunks.size());
    assertEquals(List.of(16L), chunks.stream().distinct().toList());
  }

  @Test
  void whatCannotBeHadWholeIsGivenBack() {
    assertEquals(
        Errno.ENOMEM.rc(), alloc("/dev/dma_heap/system", PlainYard.ZONE_BYTES + 4096));
    assertEquals(Errno.ENOMEM.rc(), alloc("/dev/dma_heap/system", Long.MIN_VALUE));
    assertEquals(PlainYard.ZONE_BYTES, yard.zone().freeBytes());
  }

  @Test
  void aRefusedExportGivesThePagesBack() {
    ops.sgtableError = Errno.EIO.rc();
    assertEquals(Errno.EIO.rc(), alloc("/dev/dma_heap/system", 4096));
    assertEquals(PlainYard.ZONE_BYTES, yard.zone().freeBytes());
  }

  // ---- CMA heaps ----

  @Test
  void aCmaHeapGivesOneRunAlignedToItsOrder() {
    yard.addCmaArea("linux,cma", new PhysRange(CMA, 4 << 20));
    assertEquals(List.of(1L), chunks(alloc("/dev/dma_heap/default_cma_region", 4096)));
    int fd = alloc("/dev/dma_heap/default_cma_region", 3 << 12);
    assertEquals(List.of(3L), chunks(fd));
    Segment.PageBacked run =
        (Segment.PageBacked) buffer(fd).memory().pages().orElseThrow().segments().getFirst();
    assertEquals(CMA + (4 << 12), run.phys());
    assertEquals(
        Errno.ENOMEM.rc(), alloc("/dev/dma_heap/default_cma_region", 5 << 20));
  }

  @Test
  void heapsOfRegionsAndTheDefaultNameCameWith7() {
    yard.addCmaArea("linux,cma", new PhysRange(CMA, 4 << 20));
    yard.addCmaArea("camera", new PhysRange(CMA + (4 << 20), 4 << 20));
    assertEquals(Errno.ENOENT.rc(), process.open("/dev/dma_heap/linux,cma"));
    assertEquals(3, process.open("/dev/dma_heap/default_cma_region"));
    assertEquals(4, process.open("/dev/dma_heap/camera"));
    open(KernelProfile.LINUX_6_12);
    yard.addCmaArea("linux,cma", new PhysRange(CMA, 4 << 20));
    yard.addCmaArea("camera", new PhysRange(CMA + (4 << 20), 4 << 20));
    assertEquals(3, process.open("/dev/dma_heap/linux,cma"));
    assertEquals(Errno.ENOENT.rc(), process.open("/dev/dma_heap/default_cma_region"));
    assertEquals(Errno.ENOENT.rc(), process.open("/dev/dma_heap/camera"));
    assertEquals(Optional.of("linux,cma"), yard.defaultCma().map(a -> a.spec().name()));
  }
}
