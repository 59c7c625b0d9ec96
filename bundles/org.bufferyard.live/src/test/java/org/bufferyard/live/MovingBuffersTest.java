package org.bufferyard.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.ImportPath;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.PipelineStatus.State;
import org.bufferyard.platform.scenario.ScenarioSpec.CpuUse;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.verdict.MemoryKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An exporter moves its buffers while frames flow through them (F6). */
@Timeout(60)
final class MovingBuffersTest {
  private final Bench bench = new Bench();
  private LiveYard yard;

  /** A driver of DRM's manner: it follows a move. */
  private static DeviceKind drm(DeviceKind hardware) {
    return new DeviceKind() {
      @Override
      public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
        return new DriverFacts(
            "a test's", "prime", ImportPath.GEM_SG, OptionalLong.empty(), OptionalLong.empty(), "test");
      }

      @Override
      public Device open(DeviceUnit unit, DeviceContext context) {
        return hardware.open(unit, context);
      }
    };
  }

  @BeforeEach
  void open() {
    DeviceKind hardware =
        bench.kinds.choose(DeviceKind.class, "bufferyard,scaler", Flavour.FIDELITY).orElseThrow();
    for (String model : List.of("test,scaler", "test,screen")) {
      bench.kinds.add(DeviceKind.class, model, drm(hardware));
    }
    bench.kinds.add(DmaBufOpsKind.class, MovingOps.NAME, MovingOps::new);
    yard = bench.yards.open(Bench.yard("moving"));
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private static PipelineSpec moving(String name, List<String> keepMapped, String... importers) {
    return new PipelineSpec(
        name,
        "cam0",
        List.of(importers),
        MemoryKind.CMA,
        OpsPolicy.MAINLINE,
        Optional.of(MovingOps.NAME),
        Bench.SIZE,
        3,
        0,
        CpuUse.NONE,
        keepMapped,
        List.of(),
        List.of(),
        List.of());
  }

  private void assertWhole(String name) {
    PipelineStatus p = Bench.pipeline(yard, name);
    assertEquals(State.STREAMING, p.state(), p + " " + yard.timeline(0));
    assertEquals(0, p.framesDropped() + p.wrongChecksums() + p.faults(), p + " " + yard.timeline(0));
    Bench.assertBalanced(yard.status());
  }

  private void assertNothingLeft(String name) {
    yard.stop(name);
    assertTrue(yard.status().balance().isClean(), yard.status().balance() + " " + yard.timeline(0));
  }

  @Test
  void importersThatKeepTheirMappingsFollowEachMove() {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("moving buffers: -Dbufferyard.seed=" + seed);
    Random random = new Random(seed);
    yard.add(moving("p", List.of("scaler", "screen"), "scaler", "screen"));
    for (int i = 0; i < 20; i++) {
      yard.move("p");
      Bench.untilFrames(yard, "p", random.nextInt(4));
    }
    Bench.untilFrames(yard, "p", 10);
    assertWhole("p");
    assertNothingLeft("p");
  }

  @Test
  void betweenTheirFramesImportersWithoutOpsAreMovedToo() {
    // Nobody describes cam1's driver: videobuf2, which pins while it has a buffer mapped.
    yard.add(moving("p", List.of(), "scaler", "cam1"));
    for (int i = 0; i < 10; i++) {
      yard.move("p");
      Bench.untilFrames(yard, "p", 2);
    }
    assertWhole("p");
    assertNothingLeft("p");
  }

  @Test
  void whoKeepsABufferPinnedKeepsItWhereItIs() {
    yard.add(moving("p", List.of("cam1"), "cam1"));
    Bench.untilFrames(yard, "p", 6);
    BadInputException pinned = assertThrows(BadInputException.class, () -> yard.move("p"));
    assertTrue(pinned.getMessage().contains("-EBUSY"), pinned.getMessage());
    Bench.untilFrames(yard, "p", 6);
    assertWhole("p");
    assertNothingLeft("p");
  }

  @Test
  void opsWithoutPinCannotMove() {
    yard.add(Bench.pipeline("p", MemoryKind.CMA, "cam0", "screen"));
    Bench.untilFrames(yard, "p", 6);
    BadInputException fixed = assertThrows(BadInputException.class, () -> yard.move("p"));
    assertTrue(fixed.getMessage().contains("-EINVAL"), fixed.getMessage());
    Bench.untilFrames(yard, "p", 6);
    assertWhole("p");
    yard.stop("p");
    assertThrows(BadInputException.class, () -> yard.move("p"));
  }
}
