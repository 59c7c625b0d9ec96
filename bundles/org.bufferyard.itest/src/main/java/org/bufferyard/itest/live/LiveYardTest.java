package org.bufferyard.itest.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.Models;
import org.bufferyard.itest.dynamics.Terminal;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYardSpec;
import org.bufferyard.platform.live.LiveYards;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.PipelineStatus.State;
import org.bufferyard.platform.live.Soak;
import org.bufferyard.platform.live.SoakReport;
import org.bufferyard.platform.live.YardStatus;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.Scenarios;
import org.example.broken.BrokenPlugIns;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** Pipelines stream in the real house while its bundles come and go, and a soak that must fail does. */
public final class LiveYardTest {
  private static final long SECONDS = 60;
  private static final List<String> OPS = List.of("vb2-contig");

  @InjectBundleContext BundleContext context;
  @InjectService LiveYards yards;
  @InjectService Kinds kinds;
  @InjectService Scenarios scenarios;
  @InjectService Boards boards;
  @InjectService Soak soak;

  private Path home;
  private Optional<ServiceRegistration<?>> planted = Optional.empty();

  @BeforeEach
  void setUp() {
    home = Terminal.home(context);
    System.setProperty("bufferyard.repository", home.resolve("launch/target/repository").toString());
    System.setProperty("bufferyard.features", home.resolve("features").toString());
  }

  @AfterEach
  void allIsAsBefore() throws BundleException {
    planted.ifPresent(ServiceRegistration::unregister);
    yards.all().forEach(LiveYard::close);
    for (Bundle bundle : context.getBundles()) {
      if (isProvider(bundle)) {
        bundle.start(Bundle.START_TRANSIENT);
      }
    }
  }

  private static boolean isProvider(Bundle bundle) {
    String name = bundle.getSymbolicName();
    return name.equals("org.bufferyard.allocator")
        || name.startsWith("org.bufferyard.iommu.")
        || name.startsWith("org.bufferyard.device.")
        || name.equals("org.bufferyard.dmabuf.ops");
  }

  private LiveYard open(String scenario) {
    Path file = home.resolve("launch/yards").resolve(scenario);
    ScenarioSpec spec = scenarios.open(file);
    return yards.open(
        new LiveYardSpec(
            spec.name(),
            spec.board(),
            boards.open(file.resolveSibling(spec.board()), List.of()).spec(),
            spec.kernel(),
            Flavour.FIDELITY,
            spec.pipelines()));
  }

  private <K> void plant(Class<K> type, List<String> models, K kind) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(Models.KEY, models.toArray(String[]::new));
    properties.put(Constants.SERVICE_RANKING, 1000);
    planted = Optional.of(context.registerService(type, kind, properties));
  }

  private <K> K whole(Class<K> type, String model) {
    return kinds.choose(type, model, Flavour.FIDELITY).orElseThrow();
  }

  private static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + SECONDS + " s: " + what);
      }
      Thread.yield();
    }
  }

  private static void streamsOn(LiveYard yard) {
    List<PipelineStatus> before = yard.status().pipelines();
    until(
        "frames in " + before,
        () -> {
          List<PipelineStatus> now = yard.status().pipelines();
          for (int i = 0; i < before.size(); i++) {
            if (now.get(i).framesOut() < before.get(i).framesOut() + 5) {
              return false;
            }
          }
          return true;
        });
  }

  private static void nothingLost(YardStatus status) {
    for (PipelineStatus p : status.pipelines()) {
      assertEquals(
          p.framesIn(), p.framesOut() + p.framesInFlight() + p.framesDropped(), p.toString());
      assertEquals(0, p.wrongChecksums(), p.toString());
      assertEquals(0, p.framesDropped(), p.toString());
    }
  }

  @Test
  void everyProviderBundleMayLeaveAndReturn() throws BundleException {
    LiveYard yard = open("camera-display/camera.scenario");
    streamsOn(yard);
    for (Bundle bundle : context.getBundles()) {
      if (isProvider(bundle)) {
        bundle.stop(Bundle.STOP_TRANSIENT);
        nothingLost(yard.status());
        bundle.start(Bundle.START_TRANSIENT);
        streamsOn(yard);
        nothingLost(yard.status());
      }
    }
    assertEquals(List.of(), yard.status().waiting());
    assertTrue(yard.status().swaps() > 0);
    yard.status().pipelines().forEach(p -> yard.stop(p.name()));
    assertTrue(yard.status().balance().isClean(), yard.status().balance().toString());
  }

  @Test
  void aDeviceTypeThatLeftParksItsPipelinesWithTheReason() throws BundleException {
    LiveYard yard = open("camera-display/camera.scenario");
    streamsOn(yard);
    Bundle camera =
        Arrays.stream(context.getBundles())
            .filter(b -> b.getSymbolicName().equals("org.bufferyard.device.camera"))
            .findFirst()
            .orElseThrow();
    camera.stop(Bundle.STOP_TRANSIENT);
    for (PipelineStatus p : yard.status().pipelines()) {
      assertEquals(State.PARKED, p.state(), p.toString());
      assertTrue(p.reason().contains("DeviceKind"), p.reason());
    }
    assertFalse(yard.status().waiting().isEmpty());
    camera.start(Bundle.START_TRANSIENT);
    streamsOn(yard);
    nothingLost(yard.status());
  }

  @Test
  void whoLeavesInMidCallIsWaitedForAndReplaced() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    LiveYard yard = open("camera-display/camera.scenario");
    streamsOn(yard);
    DmaBufOpsKind whole = whole(DmaBufOpsKind.class, "vb2-contig");
    plant(
        DmaBufOpsKind.class,
        OPS,
        new PlantedPlugIns.BeforeMapping(whole, PlantedPlugIns.waiting(inside, goOn)));
    assertTrue(inside.await(SECONDS, TimeUnit.SECONDS));
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> leaving = threads.submit(() -> planted.orElseThrow().unregister());
      goOn.countDown();
      leaving.get(SECONDS, TimeUnit.SECONDS);
      planted = Optional.empty();
    }
    streamsOn(yard);
    assertEquals(0, yard.status().abandonedThreads());
    for (PipelineStatus p : yard.status().pipelines()) {
      assertEquals(0, p.wrongChecksums(), p.toString());
      assertEquals(State.STREAMING, p.state(), p.toString());
    }
  }

  @Test
  void theBundleStopsWithItsPipelinesStreaming() throws BundleException {
    open("camera-display/camera.scenario");
    LiveYard other = open("offset-bus/offset.scenario");
    streamsOn(other);
    Bundle live =
        Arrays.stream(context.getBundles())
            .filter(b -> b.getSymbolicName().equals("org.bufferyard.live"))
            .findFirst()
            .orElseThrow();
    long from = System.nanoTime();
    live.stop(Bundle.STOP_TRANSIENT);
    System.out.println(
        "two streaming yards stopped in " + (System.nanoTime() - from) / 1_000_000 + " ms");
    until(
        "the end of the yards' threads",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("yard ")));
    live.start(Bundle.START_TRANSIENT);
  }

  private SoakReport soakIt() {
    Path exporters = home.resolve("launch/yards/exporters");
    long seed = System.nanoTime();
    System.out.println("LiveYardTest seed " + seed);
    SoakReport report =
        soak.run(
            new Soak.Plan(
                12,
                3,
                seed,
                Optional.empty(),
                List.of(
                    exporters.resolve("vb2-contig.scenario"),
                    exporters.resolve("system-heap.scenario")),
                List.of(),
                false),
            line -> {});
    assertTrue(report.addsUp(), report.toString());
    return report;
  }

  @Test
  void aSoakWithoutPlantedPlugInsIsClean() {
    SoakReport report = soakIt();
    assertTrue(report.isClean(), report.toString());
    assertEquals(12, report.swaps());
  }

  @Test
  void aLeakIsReported() {
    plant(
        AllocatorKind.class,
        List.of("cma"),
        new PlantedPlugIns.Leaks(whole(AllocatorKind.class, "cma")));
    SoakReport report = soakIt();
    assertTrue(report.leaks().pages() > 0, report.toString());
    assertFalse(report.isClean());
  }

  @Test
  void overlappingMemoryIsReported() {
    plant(
        AllocatorKind.class,
        List.of("buddy"),
        new BrokenPlugIns.Overlaps(whole(AllocatorKind.class, "buddy")));
    SoakReport report = soakIt();
    assertTrue(tells(report, "overlap"), report.toString());
  }

  private static boolean tells(SoakReport report, String word) {
    return report.troubles().stream().anyMatch(line -> line.contains(word));
  }

  @Test
  void corruptionIsReported() {
    String camera = PlantedPlugIns.CAMERA.getFirst();
    plant(
        DeviceKind.class,
        PlantedPlugIns.CAMERA,
        new PlantedPlugIns.Corrupts(whole(DeviceKind.class, camera)));
    SoakReport report = soakIt();
    assertTrue(report.wrongChecksums() > 0, report.toString());
  }

  @Test
  void throwingIsReported() {
    plant(
        DmaBufOpsKind.class,
        OPS,
        new PlantedPlugIns.BeforeMapping(
            whole(DmaBufOpsKind.class, "vb2-contig"), PlantedPlugIns.throwing()));
    SoakReport report = soakIt();
    assertTrue(tells(report, "ArrayIndexOutOfBoundsException"), report.toString());
    assertTrue(report.framesDropped() > 0, report.toString());
    assertEquals(0, report.wrongChecksums(), report.toString());
  }

  @Test
  void hangingIsReported() {
    AtomicBoolean over = new AtomicBoolean();
    try {
      plant(
          DmaBufOpsKind.class,
          OPS,
          new PlantedPlugIns.BeforeMapping(
              whole(DmaBufOpsKind.class, "vb2-contig"), PlantedPlugIns.hanging(over)));
      SoakReport report = soakIt();
      assertTrue(report.abandonedThreads() > 0, report.toString());
      assertTrue(tells(report, "hung"), report.toString());
    } finally {
      over.set(true);
    }
  }
}
