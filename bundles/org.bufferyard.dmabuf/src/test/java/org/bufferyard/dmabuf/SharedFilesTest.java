package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.UserMapping;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.dmabuf.UserProcess.Protection;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** One file behind several descriptors: ksys_dup3(), f_dupfd(), dup_fd(), do_close_on_exec(). */
class SharedFilesTest {
  private final PlainYard yard = new PlainYard(KernelProfile.LINUX_7_3);
  private final ScriptedOps ops = new ScriptedOps();
  private final DmaBufs core;
  private final UserProcess process;
  private final DmaBuf buffer;
  private final int fd;

  SharedFilesTest() {
    yard.install("scripted", ops);
    core = new DmaBufCore().open(yard);
    process = core.newProcess();
    buffer =
        core.export(
                yard.memory(yard.allocation(8192, AllocationSource.BUDDY)),
                OpsPolicy.MAINLINE,
                "scripted",
                Optional.empty())
            .buffer()
            .orElseThrow();
    fd = process.fd(buffer, UserProcess.O_CLOEXEC);
    core.put(buffer);
  }

  private boolean isReleased() {
    return ops.callbacks().contains("release");
  }

  // ---- dup ----

  @Test
  void aDuplicateIsTheSameFileAndHoldsNoReferenceOfItsOwn() {
    int copy = process.dup(fd);
    assertEquals(fd + 1, copy);
    assertEquals(1, buffer.references());
    assertEquals(0, process.close(fd));
    assertEquals(0, process.get(copy).rc());
    core.put(buffer);
    assertEquals(0, process.close(copy));
    assertTrue(isReleased());
    assertEquals(Errno.EBADF.rc(), process.dup(fd));
  }

  @Test
  void dup2ClosesWhatStoodThereUnlessItIsTheSame() {
    assertEquals(fd, process.dup2(fd, fd));
    assertEquals(9, process.dup2(fd, 9));
    assertEquals(0, process.close(fd));
    assertEquals(9, process.dup2(0, 9), "stdin takes the last number of the buffer");
    assertTrue(isReleased());
    assertEquals(Errno.EBADF.rc(), process.dup2(77, 9));
    assertEquals(Errno.EBADF.rc(), process.dup2(77, 77));
    assertEquals(Errno.EBADF.rc(), process.dup2(0, 1024));
    assertEquals(Errno.EBADF.rc(), process.dup2(0, -1));
  }

  @Test
  void dup3RefusesTheSameNumberAndOtherFlags() {
    assertEquals(Errno.EINVAL.rc(), process.dup3(fd, fd, 0));
    assertEquals(Errno.EINVAL.rc(), process.dup3(fd, 9, 1));
    assertEquals(9, process.dup3(fd, 9, UserProcess.O_CLOEXEC));
    assertEquals(UserProcess.FD_CLOEXEC, process.fcntl(9, UserProcess.F_GETFD, 0));
    assertEquals(10, process.dup3(fd, 10, 0));
    assertEquals(0, process.fcntl(10, UserProcess.F_GETFD, 0));
  }

  @Test
  void fcntlDuplicatesFromANumberOn() {
    assertEquals(20, process.fcntl(fd, UserProcess.F_DUPFD, 20));
    assertEquals(21, process.fcntl(fd, UserProcess.F_DUPFD_CLOEXEC, 20));
    assertEquals(0, process.fcntl(20, UserProcess.F_GETFD, 0));
    assertEquals(1, process.fcntl(21, UserProcess.F_GETFD, 0));
    assertEquals(Errno.EINVAL.rc(), process.fcntl(fd, UserProcess.F_DUPFD, 1024));
    assertEquals(Errno.EINVAL.rc(), process.fcntl(fd, UserProcess.F_DUPFD, -1));
    assertEquals(1023, process.fcntl(fd, UserProcess.F_DUPFD, 1023));
    assertEquals(Errno.EMFILE.rc(), process.fcntl(fd, UserProcess.F_DUPFD, 1023));
    assertEquals(Errno.EINVAL.rc(), process.fcntl(fd, 999, 0));
    assertEquals(Errno.EBADF.rc(), process.fcntl(77, UserProcess.F_GETFL, 0));
    assertEquals(1, buffer.references(), "a duplicate that found no number holds nothing");
  }

  @Test
  void flagsOfTheFileAreSharedAndThoseOfTheNumberAreNot() {
    int copy = process.dup(fd);
    assertEquals(0, process.fcntl(copy, UserProcess.F_SETFL, UserProcess.O_NONBLOCK));
    assertEquals(2 | UserProcess.O_NONBLOCK, process.fcntl(fd, UserProcess.F_GETFL, 0));
    assertEquals(0, process.fcntl(fd, UserProcess.F_SETFD, 0));
    assertEquals(0, process.fcntl(copy, UserProcess.F_SETFD, 1));
    assertEquals(0, process.fcntl(fd, UserProcess.F_GETFD, 0));
  }

  // ---- ioctls of every file ----

  @Test
  void everyFileAnswersTheIoctlsOfTheVfs() {
    assertEquals(0, process.ioctl(fd, DmaBufIoctl.FIONCLEX, new byte[0]));
    assertEquals(0, process.fcntl(fd, UserProcess.F_GETFD, 0));
    assertEquals(0, process.ioctl(fd, DmaBufIoctl.FIOCLEX, new byte[0]));
    assertEquals(1, process.fcntl(fd, UserProcess.F_GETFD, 0));
    assertEquals(0, process.ioctl(fd, DmaBufIoctl.FIONBIO, new byte[] {1, 0, 0, 0}));
    assertEquals(2 | UserProcess.O_NONBLOCK, process.fcntl(fd, UserProcess.F_GETFL, 0));
    assertEquals(Errno.EFAULT.rc(), process.ioctl(fd, DmaBufIoctl.FIONBIO, new byte[3]));
    assertEquals(0, process.ioctl(fd, DmaBufIoctl.FIOASYNC, new byte[4]));
    assertEquals(
        Errno.ENOTTY.rc(), process.ioctl(fd, DmaBufIoctl.FIOASYNC, new byte[] {1, 0, 0, 0}));
    ByteBuffer size = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(0, process.ioctl(fd, DmaBufIoctl.FIGETBSZ, size.array()));
    assertEquals(4096, size.getInt(0));
    assertEquals(Errno.EBADF.rc(), process.ioctl(77, DmaBufIoctl.FIOCLEX, new byte[0]));
  }

  // ---- fork ----

  @Test
  void aChildKeepsTheFilesOfItsParent() {
    UserProcess child = process.fork();
    assertEquals(1, buffer.references());
    process.exit();
    assertEquals(0, child.get(fd).rc());
    core.put(buffer);
    child.exec();
    assertTrue(isReleased(), "O_CLOEXEC: the program that starts has no use for it");
    assertEquals(Errno.EBADF.rc(), child.get(fd).rc());
    assertEquals(0, child.dup2(1, 0), "what has no such flag stays open");
  }

  @Test
  void descriptorsOfParentAndChildPartAfterTheFork() {
    UserProcess child = process.fork();
    int own = child.dup(fd);
    assertEquals(Errno.EBADF.rc(), process.get(own).rc());
    child.close(fd);
    assertEquals(0, process.get(fd).rc());
    core.put(buffer);
  }

  @Test
  void aChildInheritsMappingsEachWithAReference() {
    UserMapping mapped = process.mmap(fd, 4096, Protection.READ_WRITE, true, 0).mapping().get();
    assertEquals(2, buffer.references());
    UserProcess child = process.fork();
    assertEquals(3, buffer.references());
    UserMapping inherited = child.mappings().getFirst();
    mapped.store(0, new byte[] {42});
    assertArrayEquals(new byte[] {42}, load(inherited));
    process.exit();
    assertEquals(List.of(), process.mappings());
    assertArrayEquals(new byte[] {42}, load(inherited), "the child's stands without the parent");
    child.exec();
    assertTrue(isReleased());
  }

  /** copy_page_range(): a page that was written privately has two owners, then two copies. */
  @Test
  void aPrivateMappingIsCopied() {
    UserMapping mapped = process.mmap(fd, 4096, Protection.READ_WRITE, false, 0).mapping().get();
    mapped.store(0, new byte[] {1});
    UserMapping inherited = process.fork().mappings().getFirst();
    mapped.store(0, new byte[] {2});
    assertArrayEquals(new byte[] {1}, load(inherited));
    assertArrayEquals(new byte[] {2}, load(mapped));
  }

  private static byte[] load(UserMapping mapping) {
    byte[] value = new byte[1];
    assertEquals(0, mapping.load(0, value));
    return value;
  }
}
