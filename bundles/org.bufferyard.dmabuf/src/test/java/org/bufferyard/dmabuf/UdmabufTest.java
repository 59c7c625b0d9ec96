package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.Seals;
import org.bufferyard.api.dmabuf.UserMapping;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.dmabuf.UserProcess.Protection;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.Segment;
import org.junit.jupiter.api.Test;

/** Memory files and the udmabuf ioctls (G2). */
class UdmabufTest {
  private static final long PAGE = 4096;
  private static final long HUGE = 2 << 20;

  private PlainYard yard;
  private ScriptedOps ops;
  private DmaBufs core;
  private UserProcess process;
  private int device;

  UdmabufTest() {
    open(KernelProfile.LINUX_7_3);
  }

  private void open(KernelProfile kernel) {
    yard = new PlainYard(kernel);
    ops = new ScriptedOps();
    yard.install("udmabuf", ops);
    core = new DmaBufCore().open(yard);
    process = core.newProcess();
    device = process.open("/dev/udmabuf");
  }

  private int memfd(long size, int seals, int flags) {
    int fd = process.memfdCreate(UserProcess.MFD_ALLOW_SEALING | flags);
    assertEquals(0, process.ftruncate(fd, size));
    assertEquals(0, process.addSeals(fd, seals));
    return fd;
  }

  private int memfd(long size) {
    return memfd(size, Seals.SHRINK, 0);
  }

  private int create(int memfd, long offset, long size) {
    byte[] argument =
        ByteBuffer.allocate(24)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0, memfd)
            .putInt(4, 1)
            .putLong(8, offset)
            .putLong(16, size)
            .array();
    return process.ioctl(device, DmaBufIoctl.UDMABUF_CREATE, argument);
  }

  /** Items are memfd, offset and size. */
  private int createList(long[]... items) {
    ByteBuffer argument =
        ByteBuffer.allocate(8 + items.length * 24)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(4, items.length);
    for (int i = 0; i < items.length; i++) {
      int at = 8 + i * 24;
      argument
          .putInt(at, (int) items[i][0])
          .putLong(at + 8, items[i][1])
          .putLong(at + 16, items[i][2]);
    }
    return process.ioctl(device, DmaBufIoctl.UDMABUF_CREATE_LIST, argument.array());
  }

  private UserMapping mapped(int fd, long length) {
    return process.mmap(fd, length, Protection.READ_WRITE, true, 0).mapping().orElseThrow();
  }

  private DmaBuf buffer(int fd) {
    DmaBuf buffer = process.get(fd).buffer().orElseThrow();
    core.put(buffer);
    return buffer;
  }

  private static byte byteAt(UserMapping mapping, long offset) {
    byte[] seen = new byte[1];
    assertEquals(0, mapping.load(offset, seen));
    return seen[0];
  }

  // ---- what udmabuf refuses ----

  @Test
  void offsetsAndSizesAreWholePages() {
    int memfd = memfd(4 * PAGE);
    assertEquals(Errno.EINVAL.rc(), create(memfd, PAGE / 2, PAGE));
    assertEquals(Errno.EINVAL.rc(), create(memfd, 0, PAGE + 1));
    assertEquals(Errno.EINVAL.rc(), create(memfd, 0, 0));
    assertEquals(Errno.EINVAL.rc(), createList());
    assertEquals(Errno.EINVAL.rc(), create(memfd, 0, Long.MIN_VALUE));
    assertEquals(Errno.EINVAL.rc(), create(memfd, Long.MIN_VALUE, PAGE));
    assertEquals(Errno.EINVAL.rc(), create(memfd, 0, -PAGE));
  }

  @Test
  void onlyMemfdsThatCannotShrinkAndCanBeWritten() {
    assertEquals(Errno.EBADFD.rc(), create(0, 0, PAGE));
    assertEquals(Errno.EBADFD.rc(), create(99, 0, PAGE));
    assertEquals(Errno.EINVAL.rc(), create(memfd(PAGE, 0, 0), 0, PAGE));
    assertEquals(
        Errno.EINVAL.rc(), create(memfd(PAGE, Seals.SHRINK | Seals.WRITE, 0), 0, PAGE));
    assertEquals(
        Errno.EINVAL.rc(), create(memfd(PAGE, Seals.SHRINK | Seals.FUTURE_WRITE, 0), 0, PAGE));
    assertTrue(create(memfd(PAGE), 0, PAGE) > 0);
  }

  @Test
  void theBufferIsLimitedTo64MegabytesAnd1024Pieces() {
    int memfd = memfd(65 << 20);
    assertEquals(Errno.EINVAL.rc(), create(memfd, 0, (64 << 20) + PAGE));
    ByteBuffer tooMany =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 1025);
    assertEquals(
        Errno.EINVAL.rc(),
        process.ioctl(device, DmaBufIoctl.UDMABUF_CREATE_LIST, tooMany.array()));
    assertEquals(
        Errno.EFAULT.rc(),
        process.ioctl(
            device, DmaBufIoctl.UDMABUF_CREATE_LIST, tooMany.putInt(4, 1).array()));
    assertEquals(Errno.EFAULT.rc(), process.ioctl(device, DmaBufIoctl.UDMABUF_CREATE, new byte[8]));
    assertEquals(Errno.ENOTTY.rc(), process.ioctl(device, 0x40187544L, new byte[64]));
  }

  @Test
  void pagesBeyondTheFileAreRefusedAndNothingStaysPinned() {
    int memfd = memfd(2 * PAGE);
    assertEquals(Errno.EINVAL.rc(), create(memfd, PAGE, 2 * PAGE));
    process.close(memfd);
    assertEquals(PlainYard.ZONE_BYTES, yard.zone().freeBytes());
  }

  // ---- what it makes ----

  @Test
  void theBufferIsTheFilesPagesInTheListsOrder() {
    int memfd = memfd(4 * PAGE);
    UserMapping file = mapped(memfd, 4 * PAGE);
    for (int i = 0; i < 4; i++) {
      file.store(i * PAGE, new byte[] {(byte) (10 + i)});
    }
    int fd = createList(new long[] {memfd, 2 * PAGE, 2 * PAGE}, new long[] {memfd, 0, PAGE});
    UserMapping buffer = mapped(fd, 3 * PAGE);
    assertEquals(12, byteAt(buffer, 0));
    assertEquals(13, byteAt(buffer, PAGE));
    assertEquals(10, byteAt(buffer, 2 * PAGE));
    file.store(3 * PAGE, new byte[] {99});
    assertEquals(99, byteAt(buffer, PAGE));
    assertEquals(3 * PAGE, buffer(fd).sizeBytes());
    assertEquals("udmabuf", buffer(fd).opsName());
    // Pages 2 and 3 are neighbours here, page 0 is not.
    assertEquals(
        List.of(2 * PAGE, PAGE),
        buffer(fd).memory().pages().orElseThrow().segments().stream()
            .map(s -> ((Segment.PageBacked) s).length())
            .toList());
  }

  @Test
  void hugePagesSinceTheyArePinnedByFolioWhoeverTouchesThemFirst() {
    int written = memfd(2 * HUGE, Seals.SHRINK, UserProcess.MFD_HUGETLB);
    UserMapping file = mapped(written, 2 * HUGE);
    file.store(HUGE + PAGE, new byte[] {7});
    assertEquals(
        7, byteAt(mapped(createList(new long[] {written, HUGE, 2 * PAGE}), 2 * PAGE), PAGE));
    int pinnedFirst = memfd(2 * HUGE, Seals.SHRINK, UserProcess.MFD_HUGETLB);
    UserMapping buffer = mapped(createList(new long[] {pinnedFirst, HUGE, PAGE}), PAGE);
    mapped(pinnedFirst, 2 * HUGE).store(HUGE, new byte[] {8});
    assertEquals(8, byteAt(buffer, 0));
    open(KernelProfile.LINUX_6_1);
    assertEquals(
        Errno.EBADFD.rc(),
        create(memfd(HUGE, Seals.SHRINK, UserProcess.MFD_HUGETLB), 0, PAGE));
  }

  @Test
  void pinnedPagesOutliveTheFile() {
    int memfd = memfd(3 * PAGE);
    mapped(memfd, PAGE).store(0, new byte[] {5});
    int fd = create(memfd, 0, PAGE);
    process.close(memfd);
    assertEquals(5, byteAt(mapped(fd, PAGE), 0));
    process.exit();
    assertEquals(List.of("mmap", "release"), ops.callbacks());
    assertEquals(PlainYard.ZONE_BYTES, yard.zone().freeBytes());
  }

  @Test
  void aRefusedExportUnpins() {
    int memfd = memfd(PAGE);
    ops.sgtableError = Errno.EIO.rc();
    assertEquals(Errno.EIO.rc(), create(memfd, 0, PAGE));
    process.close(memfd);
    assertEquals(PlainYard.ZONE_BYTES, yard.zone().freeBytes());
  }

  // ---- memory files ----

  @Test
  void sealsHoldWhatTheySay() {
    int fd = memfd(2 * PAGE, Seals.SHRINK | Seals.GROW, 0);
    assertEquals(Errno.EPERM.rc(), process.ftruncate(fd, PAGE));
    assertEquals(Errno.EPERM.rc(), process.ftruncate(fd, 3 * PAGE));
    assertEquals(0, process.ftruncate(fd, 2 * PAGE));
    UserMapping writable = mapped(fd, PAGE);
    assertEquals(Errno.EBUSY.rc(), process.addSeals(fd, Seals.WRITE));
    writable.munmap();
    assertEquals(0, process.addSeals(fd, Seals.WRITE | Seals.SEAL));
    assertEquals(Errno.EPERM.rc(), process.mmap(fd, PAGE, Protection.READ_WRITE, true, 0).rc());
    assertEquals(0, process.mmap(fd, PAGE, Protection.READ_WRITE, false, 0).rc());
    assertEquals(Errno.EPERM.rc(), process.addSeals(fd, Seals.GROW));
    assertEquals(Errno.EPERM.rc(), process.addSeals(process.memfdCreate(0), Seals.GROW));
    assertEquals(Errno.EINVAL.rc(), process.addSeals(0, Seals.GROW));
    assertEquals(Errno.EINVAL.rc(), process.addSeals(memfd(PAGE), 0x100));
    assertEquals(Errno.EINVAL.rc(), process.memfdCreate(0x100));
    assertEquals(Errno.EINVAL.rc(), process.ftruncate(fd, -1));
    assertEquals(Errno.EBADF.rc(), process.ftruncate(77, 0));
  }

  @Test
  void theFileEndsInABusError() {
    int fd = memfd(PAGE, 0, 0);
    UserMapping mapping = mapped(fd, 2 * PAGE);
    assertEquals(0, mapping.load(PAGE - 1, new byte[1]));
    assertEquals(UserMapping.SIGBUS, mapping.load(PAGE, new byte[1]));
    assertEquals(0, process.ftruncate(fd, 2 * PAGE));
    assertEquals(0, mapping.store(PAGE, new byte[] {1}));
    assertEquals(0, process.ftruncate(fd, PAGE));
    assertEquals(0, process.ftruncate(fd, 2 * PAGE));
    assertEquals(0, byteAt(mapping, PAGE), "cut off and grown again: a new page");
    assertEquals(2 * PAGE, process.lseek(fd, 0, UserProcess.SEEK_END));
  }
}
