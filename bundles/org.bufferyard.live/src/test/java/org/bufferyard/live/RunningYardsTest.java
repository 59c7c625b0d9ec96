package org.bufferyard.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.PipelineStatus.State;
import org.bufferyard.platform.live.TimelineEntry;
import org.bufferyard.platform.live.YardStatus;
import org.bufferyard.platform.verdict.MemoryKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Yards that stream, without anybody coming or going. */
class RunningYardsTest {
  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void allPipelinesStreamFairlyAndAddUpAtAnyMoment() {
    LiveYard yard =
        bench.yards.open(
            Bench.yard(
                "one",
                Bench.pipeline("a", "cam0", "scaler"),
                Bench.pipeline("b", "cam1", "scaler", "screen"),
                Bench.pipeline("c", MemoryKind.SYSTEM_HEAP, "cam0", "scaler")));
    for (String name : List.of("a", "b", "c")) {
      Bench.untilFrames(yard, name, 50);
      Bench.assertBalanced(yard.status());
    }
    YardStatus status = yard.status();
    long most = status.pipelines().stream().mapToLong(PipelineStatus::framesIn).max().orElseThrow();
    for (PipelineStatus p : status.pipelines()) {
      assertEquals(State.STREAMING, p.state(), p.toString());
      assertEquals(0, p.framesDropped(), p.toString());
      assertEquals(2, p.framesInFlight(), p.toString());
      assertTrue(p.framesIn() > most / 2, status.pipelines().toString());
    }
    assertTrue(status.balance().mappings() > 0);
    assertTrue(status.devices().stream().allMatch(d -> d.frames() > 0 && d.bytes() > 0));
    yard.close();
    YardStatus after = yard.status();
    Bench.assertBalanced(after);
    assertTrue(after.balance().isClean(), after.balance().toString());
    assertTrue(after.pipelines().stream().allMatch(p -> p.framesInFlight() == 0));
    assertEquals(List.of(), bench.yards.all());
  }

  @Test
  void severalYardsRunBesideEachOther() {
    LiveYard one = bench.yards.open(Bench.yard("one", Bench.pipeline("p", "cam0", "scaler")));
    LiveYard two = bench.yards.open(Bench.yard("two", Bench.pipeline("p", "cam1", "screen")));
    Bench.untilFrames(one, "p", 20);
    Bench.untilFrames(two, "p", 20);
    assertEquals(List.of(one, two), bench.yards.all());
    one.close();
    Bench.untilFrames(two, "p", 20);
    assertTrue(bench.yards.find("one").isEmpty());
  }

  @Test
  void aPacedPipelineKeepsItsPace() {
    LiveYard yard = bench.yards.open(Bench.yard("one"));
    yard.add(Bench.pipeline("p", "cam0", "screen"));
    yard.pace("p", 50);
    Bench.untilFrames(yard, "p", 5);
    long from = System.nanoTime();
    Bench.untilFrames(yard, "p", 20);
    long took = System.nanoTime() - from;
    assertTrue(took > 300_000_000L, "20 frames in " + took + " ns");
  }

  @Test
  void stoppingDrainsAndStartingGoesOn() {
    LiveYard yard = bench.yards.open(Bench.yard("one", Bench.pipeline("p", "cam0", "scaler")));
    Bench.untilFrames(yard, "p", 10);
    yard.stop("p");
    PipelineStatus stopped = Bench.pipeline(yard, "p");
    assertEquals(State.STOPPED, stopped.state());
    assertEquals(0, stopped.framesInFlight());
    assertEquals(0, stopped.framesDropped());
    assertTrue(yard.status().balance().isClean());
    yard.start("p");
    Bench.untilFrames(yard, "p", 10);
    List<String> told = yard.timeline(0).stream().map(TimelineEntry::text).toList();
    assertEquals(List.of("streams", "is stopped", "streams"), told);
    assertEquals(2, yard.timeline(yard.timeline(0).getFirst().number()).size());
  }

  @Test
  void whenTheFrameworkStopsNoFrameIsBegunAndTheWishesStay() {
    LiveYard yard = bench.yards.open(Bench.yard("one", Bench.pipeline("p", "cam0", "scaler")));
    Bench.untilFrames(yard, "p", 10);
    var wishes = yard.wishes();
    bench.yards.standStill();
    long begun = Bench.pipeline(yard, "p").framesIn();
    // Each look waits its turn in the queue in which a streaming pipeline has turns too.
    for (int look = 0; look < 50; look++) {
      assertEquals(begun, Bench.pipeline(yard, "p").framesIn());
    }
    assertEquals(wishes, yard.wishes());
    assertEquals(List.of(yard), bench.yards.all());
    yard.close();
    assertTrue(yard.status().balance().isClean(), yard.status().toString());
    Bench.assertBalanced(yard.status());
  }

  @Test
  void whatCannotStreamSaysWhy() {
    LiveYard yard =
        bench.yards.open(Bench.yard("one", Bench.pipeline("p", MemoryKind.POOL, "cam0", "scaler")));
    PipelineStatus p = Bench.pipeline(yard, "p");
    assertEquals(State.FAILED, p.state());
    assertTrue(p.reason().contains("has no coherent pool"), p.reason());
    assertTrue(yard.status().balance().isClean());
  }

  @Test
  void badNamesAreToldInOneLine() {
    LiveYard yard = bench.yards.open(Bench.yard("one"));
    assertThrows(BadInputException.class, () -> bench.yards.open(Bench.yard("one")));
    assertThrows(BadInputException.class, () -> yard.add(Bench.pipeline("p", "cam7", "scaler")));
    assertThrows(BadInputException.class, () -> yard.start("p"));
    yard.add(Bench.pipeline("p", "cam0", "scaler"));
    assertThrows(BadInputException.class, () -> yard.add(Bench.pipeline("p", "cam0", "scaler")));
  }

  @Test
  void metricsAreInTheTextFormat() {
    LiveYard yard = bench.yards.open(Bench.yard("a \"b\"\\", Bench.pipeline("p", "cam0", "scaler")));
    Bench.untilFrames(yard, "p", 3);
    String text = new PrometheusText(bench.yards).text();
    assertTrue(
        text.contains("# TYPE bufferyard_frames_out_total counter\nbufferyard_frames_out_total{"),
        text);
    assertTrue(text.contains("yard=\"a \\\"b\\\"\\\\\",pipeline=\"p\"} "), text);
    List<String> names =
        text.lines().filter(l -> l.startsWith("# TYPE")).map(l -> l.split(" ")[2]).toList();
    assertEquals(names.stream().distinct().toList(), names);
    assertTrue(text.lines().allMatch(l -> l.startsWith("# ") || l.matches(".+\\{.+} [0-9.E-]+")), text);
    assertFalse(text.isEmpty());
    assertTrue(
        text.lines()
            .anyMatch(
                l ->
                    l.matches(
                        "bufferyard_mapping_bytes_total\\{.*device=\"scaler\",kind=\".+\",access=\"read\"} [1-9].*")),
        text);
    assertFalse(text.contains("0x"), "no series of a single mapping");
    assertTrue(
        yard.status().mappings().stream().anyMatch(m -> m.bytesRead() + m.bytesWritten() > 0),
        yard.status().mappings().toString());
  }
}
