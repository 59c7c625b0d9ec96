package org.bufferyard.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYardSpec;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.YardStatus;
import org.bufferyard.platform.pipeline.Pipelines;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.scenario.ScenarioSpec.CpuUse;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.DeviceSpec.Limits;
import org.bufferyard.platform.spec.DeviceSpec.Reach;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.spec.MachineSpec.Bounce;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.spec.MachineSpec.IommuMode;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Yards;

/** Running yards over the real engine: two cameras of a sort, two readers, one behind a SysMMU. */
final class Bench implements AutoCloseable {
  static final long SIZE = 16 << 10;

  final PlainWiring wiring = PlainWiring.wire();
  final KindsBell bell = new KindsBell();
  final ChangingKinds kinds;
  final RunningYards yards;

  Bench() {
    // The engine's components must have ours from the start.
    kinds = new ChangingKinds(wiring.get(Kinds.class), bell);
    wiring.with(Kinds.class, kinds, Map.of("service.ranking", 1000));
    yards =
        new RunningYards(
            new Bounds(300, 5000, 1000, 1000, 4096, 12, true),
            wiring.get(Yards.class),
            wiring.get(Pipelines.class),
            wiring.get(Checks.class),
            bell);
  }

  static LiveYardSpec yard(String name, PipelineSpec... pipelines) {
    return new LiveYardSpec(
        name, "test", board(), KernelProfile.DEFAULT, Flavour.FIDELITY, List.of(pipelines));
  }

  static PipelineSpec pipeline(String name, String from, String... to) {
    return pipeline(name, MemoryKind.NONCONTIG, from, to);
  }

  static PipelineSpec pipeline(String name, MemoryKind memory, String from, String... to) {
    return new PipelineSpec(
        name,
        from,
        List.of(to),
        memory,
        OpsPolicy.MAINLINE,
        Optional.empty(),
        SIZE,
        3,
        0,
        CpuUse.NONE,
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  static PlatformSpec board() {
    PhysRange ram = new PhysRange(0x4000_0000L, 256 << 20);
    MachineSpec machine =
        new MachineSpec(
            Architecture.ARM64,
            0xffff_ffffL,
            true,
            false,
            Optional.of(new PhysRange(0x4800_0000L, 16 << 20)),
            new Bounce(BounceMode.AUTO, Optional.of(new PhysRange(0x4600_0000L, 4 << 20)), 1),
            new IommuMode(false, true, false));
    List<DeviceSpec> devices = new ArrayList<>();
    devices.add(device("cam0", false, 0xffff_ffffL));
    devices.add(device("cam1", false, 0xffff_ffffL));
    devices.add(device("scaler", true, 0xffff_ffffL));
    devices.add(device("screen", false, 0xffff_ffffL));
    return new PlatformSpec(
        "bench",
        machine,
        List.of(new MemorySpec("ram", ram)),
        List.of(),
        List.of(new IommuSpec("sysmmu", "sysmmu", "samsung,exynos-sysmmu", true, Map.of())),
        devices);
  }

  private static DeviceSpec device(String name, boolean translated, long mask) {
    return new DeviceSpec(
        name,
        name,
        "/" + name,
        "test," + name,
        "test#Device",
        new Reach(OptionalLong.of(mask), mask, 0, DmaRangeMap.IDENTITY, false, true),
        Limits.DEFAULT,
        false,
        translated ? List.of(new StreamId("sysmmu", List.of())) : List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.of(false),
        Map.of());
  }

  static PipelineStatus pipeline(LiveYard yard, String name) {
    return yard.status().pipelines().stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Waits until it is so, for at most ten seconds. */
  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within 10 s: " + what);
      }
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  static void untilFrames(LiveYard yard, String pipeline, long more) {
    long from = pipeline(yard, pipeline).framesOut();
    try {
      until(
          more + " frames of " + pipeline,
          () -> pipeline(yard, pipeline).framesOut() >= from + more);
    } catch (AssertionError late) {
      StringBuilder told = new StringBuilder(late.getMessage());
      yard.status().pipelines().forEach(p -> told.append("\n").append(p));
      yard.timeline(0).forEach(e -> told.append("\n").append(e));
      throw new AssertionError(told.toString(), late);
    }
  }

  static void assertBalanced(YardStatus status) {
    for (PipelineStatus p : status.pipelines()) {
      if (p.framesIn() != p.framesOut() + p.framesInFlight() + p.framesDropped()) {
        throw new AssertionError("frames do not add up: " + p);
      }
    }
  }

  @Override
  public void close() {
    yards.close();
    wiring.close();
  }
}
