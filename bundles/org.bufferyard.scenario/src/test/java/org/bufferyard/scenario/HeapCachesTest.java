package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.UserMapping;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.dmabuf.UserProcess.Protection;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;
import org.junit.jupiter.api.Test;

/**
 * User space and a non-coherent device share pages of the system heap: its ops sync what is mapped
 * (G3), and only if user space asks them to (F13).
 */
class HeapCachesTest {
  private static final int SIZE = 4096;
  private static final int O_RDWR = 2;

  /** DMA_BUF_SYNC_RW, and DMA_BUF_SYNC_END beside it. */
  private static final long SYNC_START = 3;

  private static final long SYNC_END = 7;

  private final Yards yards = PlainWiring.wire().get(Yards.class);

  private interface Use {
    void of(YardState yard, Shared shared);
  }

  /** A heap buffer in user space and, mapped, at the scaler. */
  private record Shared(UserProcess process, int fd, UserMapping user, DmaDevice device, long dma) {
    void sync(long flags) {
      byte[] argument =
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(flags).array();
      assertEquals(0, process.ioctl(fd, DmaBufIoctl.SYNC, argument));
    }

    void store(int value) {
      assertEquals(0, user.store(0, bytes(value)));
    }

    byte[] load() {
      byte[] into = new byte[SIZE];
      assertEquals(0, user.load(0, into));
      return into;
    }
  }

  private static byte[] bytes(int value) {
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private void share(Use use) {
    DrawnBoard board = new DrawnBoard();
    try (Yard yard = yards.open(board.spec(), YardOptions.fidelity(board.kernel))) {
      yard.call(
          state -> {
            UserProcess process = state.dmaBufs().newProcess();
            ByteBuffer request =
                ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putLong(0, SIZE);
            request.putInt(12, O_RDWR);
            int heap = process.open("/dev/dma_heap/system");
            assertEquals(0, process.ioctl(heap, DmaBufIoctl.HEAP_ALLOC, request.array()));
            int fd = request.getInt(8);
            UserMapping user =
                process.mmap(fd, SIZE, Protection.READ_WRITE, true, 0).mapping().orElseThrow();
            DmaBuf buffer = process.get(fd).buffer().orElseThrow();
            DmaDevice device = state.device(DrawnBoard.SCALER);
            DmaBufAttachment attachment =
                state.dmaBufs().attach(buffer, device, false).attachment().orElseThrow();
            SgTable table =
                state.dmaBufs().map(attachment, DmaDirection.BIDIRECTIONAL).table().orElseThrow();
            use.of(
                state,
                new Shared(process, fd, user, device, table.mapped().getFirst().dma()));
            return null;
          });
    }
  }

  private static byte[] deviceReads(YardState yard, Shared shared) {
    byte[] into = new byte[SIZE];
    assertEquals(Optional.empty(), yard.bus(shared.device()).read(shared.dma(), into, 0, SIZE));
    return into;
  }

  private static void deviceWrites(YardState yard, Shared shared, int value) {
    assertEquals(
        Optional.empty(),
        yard.bus(shared.device()).write(shared.dma(), bytes(value), 0, SIZE));
  }

  @Test
  void bracketedBySyncsBothSeeEachOther() {
    share(
        (yard, shared) -> {
          shared.sync(SYNC_START);
          shared.store(0x22);
          shared.sync(SYNC_END);
          assertArrayEquals(bytes(0x22), deviceReads(yard, shared));
          deviceWrites(yard, shared, 0x33);
          shared.sync(SYNC_START);
          assertArrayEquals(bytes(0x33), shared.load());
          shared.sync(SYNC_END);
        });
  }

  @Test
  void withoutTheEndTheDeviceReadsOldBytes() {
    share(
        (yard, shared) -> {
          shared.sync(SYNC_START);
          shared.store(0x22);
          assertArrayEquals(bytes(0), deviceReads(yard, shared));
        });
  }

  @Test
  void withoutTheStartUserSpaceReadsOldBytes() {
    share(
        (yard, shared) -> {
          deviceWrites(yard, shared, 0x33);
          assertArrayEquals(bytes(0), shared.load());
        });
  }
}
