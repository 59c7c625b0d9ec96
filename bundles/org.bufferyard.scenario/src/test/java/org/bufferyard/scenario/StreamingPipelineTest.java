package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.pipeline.FrameEnd;
import org.bufferyard.platform.pipeline.FrameEnd.How;
import org.bufferyard.platform.pipeline.Pipeline;
import org.bufferyard.platform.pipeline.Pipelines;
import org.bufferyard.platform.scenario.ScenarioSpec.CpuUse;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.scenario.SyncChange;
import org.bufferyard.platform.scenario.SyncChange.Point;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pipeline that somebody else paces: what is in flight, what a pause keeps, what it finds wrong. */
class StreamingPipelineTest {
  private static final int BUFFERS = 4;
  private static final long SIZE = 64 << 10;

  private final PlainWiring wiring = PlainWiring.wire();
  private final DrawnBoard board = new DrawnBoard();
  private final List<FrameEnd> left = new ArrayList<>();
  private MemoryKind memory = MemoryKind.NONCONTIG;
  private Optional<String> ops = Optional.empty();
  private OpsPolicy policy = OpsPolicy.MAINLINE;
  private CpuUse cpu = CpuUse.NONE;
  private List<String> keepMapped = List.of();
  private List<SyncChange> syncs = List.of();

  StreamingPipelineTest() {
    board.codecHasPool = false;
  }

  @AfterEach
  void close() {
    wiring.close();
  }

  /** No exporter syncs a udmabuf. */
  private void withCoherentDevices() {
    board.codecCoherent = memory == MemoryKind.UDMABUF;
    board.scalerCoherent = memory == MemoryKind.UDMABUF;
  }

  private interface Work {
    void in(YardState yard, Pipeline pipeline);
  }

  private void with(Work work) {
    PipelineSpec spec =
        new PipelineSpec(
            "p",
            board.exporter,
            List.of(board.importer),
            memory,
            policy,
            ops,
            SIZE,
            BUFFERS,
            0,
            cpu,
            keepMapped,
            List.of(),
            syncs,
            List.of());
    Pipeline pipeline = wiring.get(Pipelines.class).open(spec, left::add);
    try (Yard yard =
        wiring.get(Yards.class).open(board.spec(), YardOptions.fidelity(KernelProfile.DEFAULT))) {
      yard.call(
          state -> {
            state.events().record(true);
            work.in(state, pipeline);
            assertBalanced(pipeline);
            return null;
          });
    }
  }

  private void assertBalanced(Pipeline pipeline) {
    assertEquals(pipeline.framesIn(), left.size() + pipeline.inFlight(), "frames");
  }

  private void steps(YardState yard, Pipeline pipeline, int count) {
    for (int i = 0; i < count; i++) {
      assertEquals(Optional.empty(), pipeline.step(yard));
      assertBalanced(pipeline);
    }
  }

  private void assertAllDelivered() {
    for (int i = 0; i < left.size(); i++) {
      assertEquals(i, left.get(i).frame());
      assertInstanceOf(How.Delivered.class, left.get(i).how(), left.toString());
      assertEquals(SIZE, left.get(i).bytes());
    }
  }

  private long wrong() {
    return left.stream().filter(end -> end.how() instanceof How.Wrong).count();
  }

  @ParameterizedTest
  @EnumSource(
      value = MemoryKind.class,
      names = {"DEFAULT", "NONCONTIG", "PAGES", "SYSTEM_HEAP", "CMA_HEAP", "UDMABUF"})
  void keepsAllButOneInFlightAndGivesEverythingBack(MemoryKind kind) {
    memory = kind;
    withCoherentDevices();
    with(
        (yard, pipeline) -> {
          assertEquals(Optional.empty(), pipeline.start(yard));
          steps(yard, pipeline, 3 * BUFFERS);
          assertEquals(BUFFERS - 1, pipeline.inFlight());
          assertEquals(Optional.empty(), pipeline.drain(yard));
          assertEquals(0, pipeline.inFlight());
          assertEquals(3 * BUFFERS, left.size());
          assertAllDelivered();
          pipeline.stop(yard, false, "");
          assertTrue(yard.balance().isClean(), yard.balance().toString());
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = MemoryKind.class,
      names = {"DEFAULT", "NONCONTIG", "PAGES", "SYSTEM_HEAP", "UDMABUF"})
  void framesInFlightSurviveStopsAndDetachmentsWithTheirBytes(MemoryKind kind) {
    memory = kind;
    withCoherentDevices();
    with(
        (yard, pipeline) -> {
          pipeline.start(yard);
          steps(yard, pipeline, BUFFERS);
          pipeline.detach(yard, true);
          assertEquals(Set.of(), pipeline.opsInUse());
          assertEquals(0, yard.dmaBufs().liveBuffers());
          assertEquals(Optional.empty(), pipeline.attach(yard));
          pipeline.detach(yard, false);
          assertEquals(Optional.empty(), pipeline.attach(yard));
          pipeline.stop(yard, true, "");
          assertEquals(BUFFERS - 1, pipeline.inFlight());
          assertTrue(yard.balance().isClean(), yard.balance().toString());
          pipeline.abandon("somebody else's state");
          assertEquals(BUFFERS - 1, pipeline.inFlight());
          assertEquals(Optional.empty(), pipeline.start(yard));
          steps(yard, pipeline, 2 * BUFFERS);
          pipeline.drain(yard);
          assertEquals(3 * BUFFERS, left.size());
          assertAllDelivered();
        });
  }

  @Test
  void framesThatBounceDoSoAfterAStop() {
    memory = MemoryKind.DEFAULT;
    policy = OpsPolicy.PROPOSAL;
    board.scalerTranslated = false;
    board.scalerMask = 0x7fff_ffffL;
    with(
        (yard, pipeline) -> {
          assertEquals(Optional.empty(), pipeline.start(yard));
          steps(yard, pipeline, 3 * BUFFERS);
          assertTrue(left.getLast().bouncedBytes() > 0, left.toString());
          assertAllDelivered();
          for (int i = 0; i < 3; i++) {
            pipeline.stop(yard, true, "");
            assertEquals(Optional.empty(), pipeline.start(yard));
            steps(yard, pipeline, 3 * BUFFERS);
            assertAllDelivered();
          }
        });
  }

  @Test
  void whatUserSpaceDrewIsKeptToo() {
    cpu = new CpuUse(true, true, Optional.empty());
    ops = Optional.of("streaming");
    with(
        (yard, pipeline) -> {
          pipeline.start(yard);
          steps(yard, pipeline, BUFFERS);
          pipeline.stop(yard, true, "");
          pipeline.start(yard);
          pipeline.drain(yard);
          assertAllDelivered();
          assertEquals(2, left.getFirst().copies());
        });
  }

  @Test
  void bytesThatChangeOnTheWayAreSeen() {
    with(
        (yard, pipeline) -> {
          pipeline.start(yard);
          steps(yard, pipeline, 1);
          long phys =
              yard.events().since(0).stream()
                  .filter(DmaEvent.Allocated.class::isInstance)
                  .map(DmaEvent.Allocated.class::cast)
                  .findFirst()
                  .orElseThrow()
                  .runs()
                  .getFirst()
                  .base();
          yard.memory().fill(phys + 5, 1, (byte) 0x55);
          pipeline.drain(yard);
          assertEquals(1, wrong(), left.toString());
        });
  }

  @Test
  void aCutMappingMakesWrongChecksums() {
    keepMapped = List.of(board.importer);
    with(
        (yard, pipeline) -> {
          pipeline.start(yard);
          steps(yard, pipeline, 2 * BUFFERS);
          assertEquals(0, wrong());
          Domain domain = yard.device(board.importer).domain().orElseThrow();
          for (var entry : yard.ledger().of(board.importer)) {
            domain.table().unmap(entry.dma(), SIZE, 1);
          }
          domain.table().sync();
          steps(yard, pipeline, BUFFERS);
          assertEquals(BUFFERS, wrong(), left.toString());
          assertTrue(left.getLast().how() instanceof How.Wrong w && w.fault());
        });
  }

  @Test
  void aMissingSyncMakesWrongChecksums() {
    memory = MemoryKind.NONCONTIG;
    cpu = new CpuUse(true, false, Optional.empty());
    syncs = List.of(new SyncChange(Point.EXPORTER_FINISH, Optional.empty()));
    with(
        (yard, pipeline) -> {
          pipeline.start(yard);
          steps(yard, pipeline, 2 * BUFFERS);
          assertTrue(wrong() > 0, left.toString());
        });
  }

  @Test
  void aSyncWithTheWrongDirectionDoesToo() {
    cpu = new CpuUse(true, false, Optional.empty());
    syncs =
        List.of(
            new SyncChange(Point.EXPORTER_FINISH, Optional.of(DmaDirection.TO_DEVICE)));
    with(
        (yard, pipeline) -> {
          pipeline.start(yard);
          steps(yard, pipeline, 2 * BUFFERS);
          assertTrue(wrong() > 0, left.toString());
        });
  }

  @Test
  void saysWhyItCannotStartAndThenHoldsNothing() {
    board.cmaSize = 64 << 10;
    memory = MemoryKind.CMA;
    with(
        (yard, pipeline) -> {
          assertTrue(pipeline.start(yard).isPresent());
          assertTrue(yard.balance().isClean(), yard.balance().toString());
        });
  }

  @Test
  void abandoningDropsWhatWasInFlight() {
    with(
        (yard, pipeline) -> {
          pipeline.start(yard);
          steps(yard, pipeline, BUFFERS);
          pipeline.abandon("gone");
          assertEquals(0, pipeline.inFlight());
          assertEquals(new How.Dropped("gone", false), left.getLast().how());
        });
  }
}
