package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.conform.ConformRequest;
import org.bufferyard.platform.conform.Conformance;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** dma-debug remembers, over the end of a case, what was never given back. */
class BootSequenceTest {
  private static final String RUN = "arm64-7.3dbg-noswiotlb";

  /** Maps one page once, and is told of an overlap: a case of another file left it mapped. */
  private static final String HEIR = "dmabuf_debug-d846200f95";

  /** Of the same pages, and the kernel had nothing to say: its place in the boot is not known. */
  private static final String SILENT = "dmabuf_debug-f9352b06f1";

  private static final long SEED = 20261126;

  @TempDir Path folder;

  @Test
  void aCaseAloneFindsWhatTheBootLeftIt() throws IOException {
    ConformReport report = replay(write(lines("dmabuf_debug", HEIR)));
    assertEquals(List.of(), report.differences());
    assertEquals(1, report.total().agree(), "what came before is replayed but not counted");
  }

  @Test
  void aScenarioAloneFindsWhatAnotherLeftIt() {
    ConformReport report = replay(List.of(), List.of("dmabuf_debug"), RUN);
    assertEquals(List.of(), report.differences());
    assertEquals(55, report.total().agree());
  }

  @Test
  void theOrderOfTheBootCountsAndNotThatOfTheFile() throws IOException {
    List<String> lines = lines("dma_debug", "");
    lines.addAll(lines("dmabuf_debug", ""));
    System.out.println("theOrderOfTheBootCounts: seed " + SEED);
    Collections.shuffle(lines, new Random(SEED));
    assertEquals(List.of(), replay(write(lines)).differences());
  }

  @Test
  void aMessageThatTheBooksDoNotExplainDiffers() throws IOException {
    String line = lines("dmabuf_debug", HEIR).getFirst();
    String altered = line.replaceFirst("\"dbg\":\\s*1", "\"dbg\":2");
    List<Difference> found = replay(write(List.of(altered))).differences();
    assertEquals(List.of("dbg"), found.stream().map(Difference::field).toList());
  }

  /** In a boot before the one that left the page mapped, nothing overlaps. */
  @Test
  void whatComesLaterLeavesNothingToWhatCameBefore() throws IOException {
    String line = lines("dmabuf_debug", HEIR).getFirst();
    String first = line.replaceAll("runner/\\d+", "runner/1");
    List<Difference> found = replay(write(List.of(first))).differences();
    assertEquals(List.of("dbg", "kmsg"), found.stream().map(Difference::field).toList());
  }

  @Test
  void aCaseWithoutAPlaceBeginsWithEmptyBooks() throws IOException {
    assertEquals(1, replay(write(lines("dmabuf_debug", SILENT))).total().agree());
  }

  private static List<String> lines(String scenario, String id) throws IOException {
    try (BufferedReader reader = RecordFile.carried(scenario + ".jsonl.gz").open()) {
      return new ArrayList<>(
          reader
              .lines()
              .filter(l -> l.contains('"' + RUN + '"') && l.contains('"' + scenario + "-"))
              .filter(l -> l.contains(id))
              .toList());
    }
  }

  private Path write(List<String> lines) throws IOException {
    return Files.write(folder.resolve("some.jsonl"), lines);
  }

  private static ConformReport replay(Path file) {
    return replay(List.of(file), List.of(), null);
  }

  private static ConformReport replay(List<Path> files, List<String> scenarios, String run) {
    try (PlainWiring wiring = PlainWiring.wire()) {
      return wiring
          .get(Conformance.class)
          .run(
              new ConformRequest(
                  files, scenarios, Optional.ofNullable(run), Optional.empty(), 2, l -> {}));
    }
  }
}
