package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.UserMapping;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.dmabuf.UserProcess.MmapResult;
import org.bufferyard.api.dmabuf.UserProcess.Protection;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** Descriptors on dma-bufs: references, positions, mappings, names, numbers of ioctls. */
class DescriptorsTest {
  private final PlainYard yard = new PlainYard(KernelProfile.LINUX_7_3);
  private final ScriptedOps ops = new ScriptedOps();
  private final DmaBufs core = new DmaBufCore().open(yard);
  private final UserProcess process = core.newProcess();

  private DmaBuf export(long sizeBytes) {
    yard.install("scripted", ops);
    return core.export(
            yard.memory(yard.allocation(sizeBytes, AllocationSource.BUDDY)),
            OpsPolicy.MAINLINE,
            "scripted",
            Optional.empty())
        .buffer()
        .orElseThrow();
  }

  private static byte[] u64(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  private static byte[] text(String name) {
    return (name + "\0").getBytes(StandardCharsets.UTF_8);
  }

  private UserMapping mapped(int fd, long length, Protection protection, boolean shared) {
    MmapResult result = process.mmap(fd, length, protection, shared, 0);
    assertEquals(0, result.rc());
    return result.mapping().orElseThrow();
  }

  // ---- numbers and references ----

  @Test
  void aDescriptorIsTheLowestFreeNumberAndHoldsTheBuffer() {
    DmaBuf buffer = export(8192);
    assertEquals(3, process.fd(buffer, 0));
    assertEquals(4, process.fd(buffer, UserProcess.O_CLOEXEC));
    assertEquals(3, buffer.references());
    assertEquals(0, process.close(3));
    assertEquals(3, process.fd(buffer, 0));
    core.put(buffer);
    assertEquals(0, process.close(3));
    assertEquals(List.of(), ops.callbacks());
    assertEquals(0, process.close(4));
    assertEquals(List.of("release"), ops.callbacks());
    assertEquals(Errno.EBADF.rc(), process.close(4));
  }

  @Test
  void onlyDmaBufsCanBeGot() {
    DmaBuf buffer = export(8192);
    int fd = process.fd(buffer, 0);
    assertSame(buffer, process.get(fd).buffer().orElseThrow());
    assertEquals(3, buffer.references());
    core.put(buffer);
    assertEquals(Errno.EBADF.rc(), process.get(-1).rc());
    assertEquals(Errno.EBADF.rc(), process.get(fd + 1).rc());
    assertEquals(Errno.EINVAL.rc(), process.get(0).rc());
  }

  @Test
  void theTableIsFullAtItsLimitAndTakesNoReferenceThen() {
    DmaBuf buffer = export(8192);
    int last = 0;
    for (int fd = process.fd(buffer, 0); fd >= 0; fd = process.fd(buffer, 0)) {
      last = fd;
    }
    assertEquals(1023, last);
    assertEquals(Errno.EMFILE.rc(), process.fd(buffer, 0));
    assertEquals(1 + 1024 - 3, buffer.references());
    process.exit();
    assertEquals(1, buffer.references());
  }

  @Test
  void exitUnmapsAndClosesEverything() {
    DmaBuf buffer = export(8192);
    UserMapping mapping = mapped(process.fd(buffer, 0), 8192, Protection.READ, true);
    core.put(buffer);
    process.exit();
    assertEquals(List.of("mmap", "release"), ops.callbacks());
    assertEquals(0, core.liveBuffers());
    assertEquals(UserMapping.SIGSEGV, mapping.load(0, new byte[1]));
    assertEquals(Errno.EBADF.rc(), process.lseek(0, 0, UserProcess.SEEK_SET));
  }

  // ---- positions, reads, unknown ioctls ----

  @Test
  void onlyTheEndsCanBeSought() {
    int fd = process.fd(export(8192), 0);
    for (long offset : new long[] {0, 1, -1, 4096, 8192, Long.MIN_VALUE}) {
      for (int whence = -1; whence < 5; whence++) {
        long expected =
            offset == 0 && whence == UserProcess.SEEK_SET
                ? 0
                : offset == 0 && whence == UserProcess.SEEK_END ? 8192 : Errno.EINVAL.rc();
        assertEquals(expected, process.lseek(fd, offset, whence), offset + " from " + whence);
      }
    }
    assertEquals(Errno.ESPIPE.rc(), process.lseek(0, 0, UserProcess.SEEK_END));
    assertEquals(Errno.EBADF.rc(), process.lseek(9, 0, UserProcess.SEEK_END));
  }

  @Test
  void thereIsNothingToReadAndNoUnknownIoctl() {
    int fd = process.fd(export(8192), 0);
    assertEquals(Errno.EINVAL.rc(), process.read(fd, new byte[8]));
    assertEquals(Errno.EBADF.rc(), process.read(9, new byte[8]));
    assertEquals(Errno.ENOTTY.rc(), process.ioctl(fd, 0x40086205L, new byte[64]));
    assertEquals(Errno.ENOTTY.rc(), process.ioctl(fd, 0x6200L, new byte[64]));
    assertEquals(Errno.ENOTTY.rc(), process.ioctl(fd, DmaBufIoctl.SYNC_FILE_INFO, new byte[64]));
    assertEquals(Errno.ENOTTY.rc(), process.ioctl(0, DmaBufIoctl.SYNC, u64(1)));
    assertEquals(Errno.EBADF.rc(), process.ioctl(9, DmaBufIoctl.SYNC, u64(1)));
    assertEquals(Errno.EFAULT.rc(), process.ioctl(fd, DmaBufIoctl.SYNC, new byte[7]));
  }

  // ---- sync (observation 22) ----

  @Test
  void syncFlagsBecomeDirections() {
    int fd = process.fd(export(8192), 0);
    long[] good = {1, 2, 3, 5, 6, 7};
    List<String> callbacks =
        List.of("begin:2", "begin:1", "begin:0", "end:2", "end:1", "end:0");
    for (int i = 0; i < good.length; i++) {
      assertEquals(0, process.ioctl(fd, DmaBufIoctl.SYNC, u64(good[i])));
      assertEquals(List.of(callbacks.get(i)), ops.callbacks());
    }
    for (long bad : new long[] {0, 4, 8, 9, 0x10, 0x8000_0001L, 0x1_0000_0001L, -1}) {
      assertEquals(Errno.EINVAL.rc(), process.ioctl(fd, DmaBufIoctl.SYNC, u64(bad)));
    }
    assertEquals(List.of(), ops.callbacks());
    ops.beginError = Errno.EBUSY.rc();
    assertEquals(Errno.EBUSY.rc(), process.ioctl(fd, DmaBufIoctl.SYNC, u64(3)));
  }

  // ---- names and fdinfo (observation 25, K2) ----

  @Test
  void aNameHas31BytesAtMostAndMayChangeWhileAttached() {
    DmaBuf buffer = export(8192);
    int fd = process.fd(buffer, 0);
    assertEquals(Optional.empty(), buffer.name());
    assertEquals(0, process.ioctl(fd, DmaBufIoctl.SET_NAME_B, text("x".repeat(31))));
    assertEquals(
        Errno.EINVAL.rc(), process.ioctl(fd, DmaBufIoctl.SET_NAME_B, text("x".repeat(32))));
    assertEquals(Optional.of("x".repeat(31)), buffer.name());
    core.attach(buffer, yard.exporter(), false);
    assertEquals(0, process.ioctl(fd, DmaBufIoctl.SET_NAME_A, text("two")));
    assertEquals(Optional.of("two"), buffer.name());
    assertEquals(
        Errno.EFAULT.rc(),
        process.ioctl(fd, DmaBufIoctl.SET_NAME_A, "no end".getBytes(StandardCharsets.UTF_8)));
    assertEquals(Errno.EFAULT.rc(), process.ioctl(fd, DmaBufIoctl.SET_NAME_A, new byte[0]));
    assertEquals(0, process.ioctl(fd, DmaBufIoctl.SET_NAME_A, text("")));
    assertEquals(Optional.of(""), buffer.name());
  }

  @Test
  void fdinfoShowsTheBuffer() {
    DmaBuf buffer = export(5000);
    int fd = process.fd(buffer, UserProcess.O_CLOEXEC);
    String head = "pos:\t0\nflags:\t02000002\nmnt_id:\t0\nino:\t" + buffer.inode() + "\n";
    assertEquals(
        Optional.of(head + "size:\t5000\ncount:\t2\nexp_name:\tscripted\n"), process.fdinfo(fd));
    process.ioctl(fd, DmaBufIoctl.SET_NAME_B, text("hello"));
    int plain = process.fd(buffer, 0);
    assertEquals(
        Optional.of(
            head.replace("02000002", "02")
                + "size:\t5000\ncount:\t3\nexp_name:\tscripted\nname:\thello\n"),
        process.fdinfo(plain));
    assertEquals(Optional.empty(), process.fdinfo(17));
  }

  // ---- mappings (observation 21) ----

  @Test
  void onlyWholePagesOfTheBufferCanBeMapped() {
    int fd = process.fd(export(5000), 0);
    for (long length : new long[] {1, 4096}) {
      assertEquals(0, process.mmap(fd, length, Protection.READ, true, 0).rc());
    }
    for (long length : new long[] {4097, 5000, 8192, 1L << 46}) {
      assertEquals(Errno.EINVAL.rc(), process.mmap(fd, length, Protection.READ, true, 0).rc());
    }
    assertEquals(Errno.EINVAL.rc(), process.mmap(fd, 4096, Protection.READ, true, 4096).rc());
    assertEquals(
        Errno.EINVAL.rc(), process.mmap(fd, 4096, Protection.READ, true, 0x7fff_ffff_f000L).rc());
    assertEquals(
        Errno.EINVAL.rc(),
        process.mmap(process.fd(export(1), 0), 1, Protection.READ, true, 0).rc());
  }

  @Test
  void hostileLengthsAndOffsetsEndInAnErrno() {
    int fd = process.fd(export(8192), 0);
    Protection rw = Protection.READ_WRITE;
    assertEquals(Errno.EINVAL.rc(), process.mmap(fd, 0, rw, true, 0).rc());
    assertEquals(Errno.EINVAL.rc(), process.mmap(fd, 4096, rw, true, 1).rc());
    assertEquals(Errno.ENOMEM.rc(), process.mmap(fd, -1, rw, true, 0).rc());
    assertEquals(Errno.ENOMEM.rc(), process.mmap(fd, Long.MIN_VALUE, rw, true, 0).rc());
    assertEquals(Errno.ENOMEM.rc(), process.mmap(fd, 1L << 48, rw, true, 0).rc());
    assertEquals(Errno.EINVAL.rc(), process.mmap(fd, 4096, rw, true, -4096).rc());
    assertEquals(Errno.EBADF.rc(), process.mmap(99, 4096, rw, true, 0).rc());
    assertEquals(Errno.ENODEV.rc(), process.mmap(0, 4096, rw, true, 0).rc());
    assertEquals(List.of(), ops.callbacks());
  }

  @Test
  void aMappingOutlivesItsDescriptorAndReleasesWithMunmap() {
    DmaBuf buffer = export(8192);
    int fd = process.fd(buffer, 0);
    core.put(buffer);
    UserMapping mapping = mapped(fd, 8192, Protection.READ_WRITE, true);
    assertEquals(2, buffer.references());
    assertEquals(0, mapping.store(1, new byte[] {9}));
    process.close(fd);
    byte[] seen = new byte[2];
    assertEquals(0, mapping.load(0, seen));
    assertArrayEquals(new byte[] {0, 9}, seen);
    assertEquals(List.of("mmap"), ops.callbacks());
    mapping.munmap();
    assertEquals(List.of("release"), ops.callbacks());
    mapping.munmap();
    assertEquals(List.of(), ops.callbacks());
  }

  @Test
  void accessAgainstTheProtectionOrOutsideIsASegmentationFault() {
    int fd = process.fd(export(8192), 0);
    UserMapping readOnly = mapped(fd, 8192, Protection.READ, true);
    assertEquals(UserMapping.SIGSEGV, readOnly.store(0, new byte[] {7}));
    assertEquals(0, readOnly.load(4096, new byte[4096]));
    assertEquals(UserMapping.SIGSEGV, readOnly.load(8192, new byte[1]));
    assertEquals(UserMapping.SIGSEGV, readOnly.load(-1, new byte[1]));
    assertEquals(UserMapping.SIGSEGV, readOnly.load(8191, new byte[2]));
    assertEquals(
        UserMapping.SIGSEGV,
        mapped(fd, 8192, new Protection(false, false), true).load(0, new byte[1]));
    assertEquals(0, mapped(fd, 8192, new Protection(false, true), true).load(0, new byte[1]));
  }

  @Test
  void aPrivateMappingKeepsItsStoresToItself() {
    DmaBuf buffer = export(8192);
    int fd = process.fd(buffer, 0);
    UserMapping shared = mapped(fd, 8192, Protection.READ_WRITE, true);
    UserMapping own = mapped(fd, 8192, Protection.READ_WRITE, false);
    shared.store(0, new byte[] {1, 2});
    assertEquals(0, own.store(4094, new byte[] {3, 4, 5}));
    shared.store(4094, new byte[] {6, 6, 6});
    shared.store(1, new byte[] {8});
    byte[] seen = new byte[3];
    own.load(4094, seen);
    assertArrayEquals(new byte[] {3, 4, 5}, seen);
    own.load(0, seen);
    assertArrayEquals(new byte[] {1, 2, 0}, seen, "the page was copied before the later store");
    shared.load(4094, seen);
    assertArrayEquals(new byte[] {6, 6, 6}, seen);
  }

  @Test
  void aPageThatTheExporterCannotGiveIsABusError() {
    DmaBuf buffer = export(8192);
    ops.mmapBytes = Optional.of(4096L);
    UserMapping mapping = mapped(process.fd(buffer, 0), 8192, Protection.READ, true);
    byte[] seen = new byte[8];
    assertEquals(0, mapping.load(4088, seen));
    assertEquals(UserMapping.SIGBUS, mapping.load(4096, seen));
    assertTrue(mapping.sizeBytes() > 4096);
  }
}
