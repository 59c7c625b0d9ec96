package org.bufferyard.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.scenario.InjectedFault;
import org.bufferyard.platform.scenario.InjectedFault.Kind;
import org.bufferyard.platform.scenario.RunReport;
import org.bufferyard.platform.scenario.RunReport.Dropped;
import org.bufferyard.platform.scenario.RunReport.PipelineReport;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.ScenarioSpec.CpuUse;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.scenario.SyncChange;
import org.bufferyard.platform.scenario.SyncChange.Point;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.wiring.PlainWiring;
import org.bufferyard.platform.yard.Yards;
import org.bufferyard.scenario.explain.ShareExplainer;
import org.bufferyard.scenario.run.PipelineRunner;
import org.junit.jupiter.api.Test;

/** Syncs that are left out and things that break: what a run says, and that its frames add up. */
class DisturbedPipelinesTest {
  private static final int FRAMES = 6;

  private final DrawnBoard board = new DrawnBoard();
  private MemoryKind memory = MemoryKind.NONCONTIG;
  private Optional<String> ops = Optional.empty();
  private CpuUse cpu = CpuUse.NONE;
  private boolean keepMapped;
  private final List<SyncChange> syncs = new ArrayList<>();
  private final List<InjectedFault> faults = new ArrayList<>();

  DisturbedPipelinesTest() {
    board.codecHasPool = false;
  }

  private PipelineReport run() {
    Yards yards = PlainWiring.wire().get(Yards.class);
    PipelineSpec pipeline =
        new PipelineSpec(
            "p",
            board.exporter,
            List.of(board.importer),
            memory,
            board.policy,
            ops,
            64 << 10,
            2,
            FRAMES,
            cpu,
            keepMapped ? List.of(board.importer) : List.of(),
            List.of(),
            syncs,
            faults);
    RunReport report =
        new PipelineRunner(yards, new ShareExplainer(yards), new NothingFound())
            .run(
                new ScenarioSpec("s", "b", KernelProfile.DEFAULT, List.of(pipeline)),
                board.spec());
    PipelineReport p = report.pipelines().getFirst();
    assertEquals(
        FRAMES, p.framesOut() + p.dropped().stream().mapToLong(Dropped::frames).sum(), "frames");
    return p;
  }

  private void leaveOut(Point point) {
    syncs.add(new SyncChange(point, Optional.empty()));
  }

  private void breaks(Kind kind, String device, long frame) {
    faults.add(new InjectedFault(kind, device, frame, 1, 4096));
  }

  private void expect(Verdict importer, Verdict user) {
    PipelineReport p = run();
    assertEquals(importer, p.importers().getFirst().verdict(), p.toString());
    assertEquals(user, p.cpu().orElseThrow().observed().verdict(), p.toString());
  }

  private PipelineReport expect(Verdict importer) {
    PipelineReport p = run();
    assertEquals(importer, p.importers().getFirst().verdict(), p.toString());
    return p;
  }

  private void userReads() {
    cpu = new CpuUse(true, false, Optional.empty());
  }

  private void userWrites() {
    cpu = new CpuUse(false, true, Optional.empty());
  }

  @Test
  void rightSyncsShowTheFrameToEverybody() {
    userReads();
    expect(Verdict.SHARED, Verdict.SHARED);
  }

  @Test
  void withoutTheInvalidateUserSpaceReadsOldBytes() {
    userReads();
    leaveOut(Point.EXPORTER_FINISH);
    expect(Verdict.SHARED, Verdict.STALE);
  }

  @Test
  void aSyncToDeviceInvalidatesNothing() {
    userReads();
    syncs.add(new SyncChange(Point.EXPORTER_FINISH, Optional.of(DmaDirection.TO_DEVICE)));
    expect(Verdict.SHARED, Verdict.STALE);
  }

  @Test
  void aCoherentExporterNeedsNoSync() {
    userReads();
    board.codecCoherent = true;
    leaveOut(Point.EXPORTER_PREPARE);
    leaveOut(Point.EXPORTER_FINISH);
    assertEquals(Verdict.SHARED, run().cpu().orElseThrow().observed().verdict());
  }

  @Test
  void beginOnLiveMappingsHealsWhatTheDriverForgot() {
    userReads();
    ops = Optional.of("streaming");
    keepMapped = true;
    leaveOut(Point.EXPORTER_FINISH);
    PipelineReport p = run();
    // The first frame of each buffer comes before anything is mapped.
    assertEquals(2, p.wrongChecksums(), p.toString());
  }

  @Test
  void whatUserSpaceDrawsReachesAKeptMappingByTheEndSync() {
    userWrites();
    ops = Optional.of("streaming");
    keepMapped = true;
    expect(Verdict.SHARED);
    leaveOut(Point.CPU_END);
    expect(Verdict.STALE);
  }

  @Test
  void videobufSyncsNothingForUserSpace() {
    userWrites();
    PipelineReport p = expect(Verdict.STALE);
    String text = p.importers().getFirst().observed().text();
    assertTrue(text.contains("offset 0x0") && text.contains("never cleaned"), text);
  }

  @Test
  void aStrayAccessSaysWhatBecameOfIt() {
    AccessAttributes words = AccessAttributes.PLAIN.withPasid(5).asPrivileged().asInstruction();
    for (boolean write : new boolean[] {false, true}) {
      faults.add(
          new InjectedFault(
              Kind.STRAY_ACCESS, DrawnBoard.SCALER, 1, 1, 0, 0x10, 0, write, words));
    }
    List<String> said = expect(Verdict.SHARED).incidents();
    assertTrue(said.getFirst().contains("fetches from 0x10 with PASID 5, privileged"), said.toString());
    assertTrue(said.getLast().contains("writes to 0x10 with PASID 5, privileged"), said.toString());
    assertTrue(said.stream().allMatch(s -> s.contains("is stopped: ")), said.toString());
  }

  @Test
  void memoryThatRunsOutRefuses() {
    board.codecHasPool = true;
    memory = MemoryKind.POOL;
    faults.add(new InjectedFault(Kind.NO_MEMORY, "", -1, 2, 0));
    PipelineReport p = expect(Verdict.REFUSED);
    assertTrue(p.dropped().getFirst().reason().contains("-ENOMEM"), p.toString());
  }

  @Test
  void aTableWithoutMemoryRefusesTheMap() {
    memory = MemoryKind.DEFAULT;
    breaks(Kind.NO_MEMORY, "", 1);
    // The second buffer needs no table of its own: the first one's serves it.
    assertEquals(Verdict.SHARED, run().importers().getFirst().verdict());
    faults.clear();
    breaks(Kind.NO_MEMORY, "", 0);
    PipelineReport p = expect(Verdict.REFUSED);
    assertEquals(0, p.framesOut(), p.toString());
  }

  @Test
  void addressesThatRunOutRefuseFromThatFrameOn() {
    memory = MemoryKind.DEFAULT;
    breaks(Kind.NO_IOVA, DrawnBoard.SCALER, 1);
    PipelineReport p = expect(Verdict.REFUSED);
    assertEquals(1, p.framesOut(), p.toString());
  }

  @Test
  void aLateWriteShowsTheFrameBefore() {
    memory = MemoryKind.DEFAULT;
    breaks(Kind.LATE_WRITE, "", 3);
    PipelineReport p = expect(Verdict.CORRUPT);
    assertEquals(FRAMES - 1, p.framesOut(), p.toString());
  }

  @Test
  void driversOfDrmWaitForALateWriterThatSaysSo() {
    memory = MemoryKind.DEFAULT;
    ops = Optional.of("prime");
    breaks(Kind.LATE_WRITE, "", 3);
    assertEquals(FRAMES - 1, expect(Verdict.CORRUPT).framesOut(), "videobuf2 looks at no fence");
    board.scalerModel = "samsung,exynos5250-g2d";
    assertEquals(FRAMES, expect(Verdict.SHARED).framesOut(), "DRM waits for the writer");
    ops = Optional.empty();
    assertEquals(FRAMES - 1, expect(Verdict.CORRUPT).framesOut(), "videobuf2 tells of no write");
  }

  @Test
  void aTransferThatRunsOnHitsTheNextBuffer() {
    board.codecHasPool = true;
    memory = MemoryKind.POOL;
    breaks(Kind.OUT_OF_RANGE_WRITE, "", 1);
    PipelineReport p = expect(Verdict.CORRUPT);
    assertTrue(p.incidents().getFirst().contains("over the buffer"), p.toString());
  }

  @Test
  void anUnpluggedImporterLosesItsFramesOnly() {
    memory = MemoryKind.DEFAULT;
    breaks(Kind.UNPLUGGED, DrawnBoard.SCALER, 2);
    PipelineReport p = expect(Verdict.REFUSED);
    assertEquals(2, p.framesOut(), p.toString());
    assertEquals("scaler was unplugged", p.dropped().getFirst().reason());
  }

  @Test
  void anUnpluggedExporterEndsTheStream() {
    memory = MemoryKind.DEFAULT;
    breaks(Kind.UNPLUGGED, DrawnBoard.CODEC, 2);
    PipelineReport p = expect(Verdict.REFUSED);
    assertEquals(2, p.framesOut(), p.toString());
  }

  @Test
  void aFenceThatNeverSignalsEndsInASignal() {
    memory = MemoryKind.DEFAULT;
    ops = Optional.of("streaming");
    breaks(Kind.FENCE_NEVER_SIGNALS, "", 4);
    PipelineReport p = expect(Verdict.REFUSED);
    assertEquals(4, p.framesOut(), p.toString());
    assertTrue(p.incidents().getFirst().contains("unsignaled"), p.toString());
  }
}
