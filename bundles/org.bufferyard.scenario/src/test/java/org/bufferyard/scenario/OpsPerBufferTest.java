package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;
import org.bufferyard.scenario.share.ExporterSide;
import org.junit.jupiter.api.Test;

/** Ops are chosen per buffer, and a DMA-only buffer has its own way to the CPU (P1, P2, P6, P8). */
class OpsPerBufferTest {
  private static final int SIZE = 64 << 10;
  private static final byte[] WORDS =
      "from the exporter".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private final Yards yards = PlainWiring.wire().get(Yards.class);

  private void on(DrawnBoard board, Yard.Task<?> task) {
    try (Yard yard = yards.open(board.spec(), YardOptions.fidelity(board.kernel))) {
      yard.call(
          state -> {
            state.events().record(true);
            return task.run(state);
          });
    }
  }

  private static ExporterSide export(YardState yard, Optional<String> forced) {
    ExporterSide exporter = new ExporterSide(yard, yard.device(DrawnBoard.CODEC));
    assertEquals(Optional.empty(), exporter.allocate(MemoryKind.DEFAULT, SIZE));
    assertEquals(Optional.empty(), exporter.export(OpsPolicy.PROPOSAL, forced));
    return exporter;
  }

  @Test
  void aFullPoolThatIsNotExclusiveGivesTheNextBufferOtherOps() {
    DrawnBoard board = new DrawnBoard();
    board.kernel = KernelProfile.ARM_4_10;
    board.poolExclusive = false;
    board.poolSize = SIZE;
    on(
        board,
        yard -> {
          ExporterSide first = export(yard, Optional.empty());
          ExporterSide second = export(yard, Optional.empty());
          assertEquals(AllocationSource.DEVICE_POOL, first.allocation().source());
          assertEquals(AllocationSource.DEFAULT_CMA, second.allocation().source());
          assertEquals(first.device().id(), second.device().id());
          assertEquals("coherent-remap", first.buffer().opsName());
          assertEquals("streaming", second.buffer().opsName());
          return null;
        });
  }

  @Test
  void anExclusivePoolThatIsFullGivesNothing() {
    DrawnBoard board = new DrawnBoard();
    board.kernel = KernelProfile.ARM_4_10;
    board.poolSize = SIZE;
    on(
        board,
        yard -> {
          export(yard, Optional.empty());
          ExporterSide second = new ExporterSide(yard, yard.device(DrawnBoard.CODEC));
          assertEquals(-12, second.allocate(MemoryKind.DEFAULT, SIZE).orElseThrow().rc());
          return null;
        });
  }

  @Test
  void mmapAndVmapOfADmaOnlyBufferSeeTheDevicesBytes() {
    on(
        new DrawnBoard(),
        yard -> {
          ExporterSide exporter = export(yard, Optional.empty());
          DmaBuf buffer = exporter.buffer();
          long at = exporter.allocation().handle() + 4096;
          assertEquals(
              Optional.empty(),
              yard.bus(exporter.device()).write(at, WORDS, 0, WORDS.length));
          MapResult vmap = yard.dmaBufs().vmap(buffer);
          assertArrayEquals(WORDS, read(vmap.mapping().orElseThrow(), 4096));
          yard.dmaBufs().vunmap(buffer);
          MapResult mmap = yard.dmaBufs().mmap(buffer, 1, 4096);
          assertArrayEquals(WORDS, read(mmap.mapping().orElseThrow(), 0));
          mmap.mapping().get().write(0, new byte[] {42}, 0, 1);
          byte[] seen = new byte[1];
          assertEquals(Optional.empty(), yard.bus(exporter.device()).read(at, seen, 0, 1));
          assertEquals(42, seen[0], "the device sees what user space wrote");
          yard.dmaBufs().munmap(buffer);
          return null;
        });
  }

  private static byte[] read(CpuMapping mapping, long offset) {
    byte[] bytes = new byte[WORDS.length];
    mapping.read(offset, bytes, 0, bytes.length);
    return bytes;
  }

  @Test
  void streamingOpsOnPoolMemoryRaiseTheHazard() {
    on(
        new DrawnBoard(),
        yard -> {
          ExporterSide exporter = export(yard, Optional.of("streaming"));
          assertEquals("streaming", exporter.buffer().opsName());
          DmaBufAttachment attachment =
              yard.dmaBufs()
                  .attach(exporter.buffer(), yard.device(DrawnBoard.SCALER), false)
                  .attachment()
                  .orElseThrow();
          try {
            yard.dmaBufs().map(attachment, DmaDirection.TO_DEVICE);
          } catch (org.bufferyard.api.kernel.KernelOops oops) {
            // Cache maintenance on a page without a linear mapping kills this kernel: the hazard
            // must have been raised before.
            assertEquals("C1", oops.rule().id());
          }
          assertTrue(hazards(yard).contains("C1"), hazards(yard).toString());
          return null;
        });
  }

  private static List<String> hazards(YardState yard) {
    return yard.events().since(0).stream()
        .filter(DmaEvent.HazardRaised.class::isInstance)
        .map(e -> ((DmaEvent.HazardRaised) e).rule().id())
        .toList();
  }

  @Test
  void anImporterThatWalksPagesOfADmaOnlyTableIsTold() {
    on(
        new DrawnBoard(),
        yard -> {
          ExporterSide exporter = export(yard, Optional.empty());
          DmaBufAttachment attachment =
              yard.dmaBufs()
                  .attach(exporter.buffer(), yard.device(DrawnBoard.SCALER), false)
                  .attachment()
                  .orElseThrow();
          SgResult mapped = yard.dmaBufs().map(attachment, DmaDirection.TO_DEVICE);
          SgTable table = mapped.table().orElseThrow();
          assertEquals(0, table.origNents(), "no CPU list");
          Told told = new Told();
          assertEquals(PageRef.ABSENT, table.mapped().getFirst().page(told));
          assertEquals(1, told.pageless);
          assertNotEquals(
              exporter.allocation().handle(),
              table.mapped().getFirst().dma(),
              "an IOVA of the scaler, not the codec's handle");
          return null;
        });
  }

  private static final class Told implements PageHazards {
    private int pageless;

    @Override
    public void noPage(Segment.DmaOnly segment) {
      pageless++;
    }

    @Override
    public void pageWithoutLinearMapping(Segment.PageBacked segment) {
      throw new AssertionError("a page on a DMA-only table: " + segment);
    }
  }
}
