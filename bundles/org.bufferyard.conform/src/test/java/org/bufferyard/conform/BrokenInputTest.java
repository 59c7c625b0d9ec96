package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformRequest;
import org.bufferyard.platform.conform.Conformance;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that people give: broken ones, and ones that need something we have not. */
class BrokenInputTest {
  @TempDir Path folder;
  private String line;

  @BeforeEach
  void readOneCase() throws IOException {
    try (BufferedReader lines = RecordFile.carried("map_resource.jsonl.gz").open()) {
      line = lines.lines().filter(l -> l.contains("\"arm64-6.12-direct\"")).findFirst().orElseThrow();
    }
  }

  private static ConformReport replay(Path file) {
    try (PlainWiring wiring = PlainWiring.wire()) {
      return wiring
          .get(Conformance.class)
          .run(
              new ConformRequest(
                  List.of(file), List.of(), Optional.empty(), Optional.empty(), 2, l -> {}));
    }
  }

  private Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private static void complains(Path file, String where, String what) {
    String message =
        assertThrows(BadInputException.class, () -> replay(file)).getMessage();
    assertTrue(message.startsWith(where), message);
    assertTrue(message.contains(what), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void brokenLineIsNamedByFileAndNumber() throws IOException {
    Path file = file("cases.jsonl", line, "", line.substring(0, 200), line);
    complains(file, file + ":3: ", "no JSON");
  }

  @Test
  void brokenCommandIsNamed() throws IOException {
    String word = line.replaceFirst("\"mapres [^\"]*\"", "\"mapres N1\"");
    complains(file("a.jsonl", line, word), folder.resolve("a.jsonl") + ":2: ", "ends before word");
    String number = line.replaceFirst("\"mapres [^\"]*\"", "\"mapres N1 m0 0xzz 1 t -\"");
    complains(file("b.jsonl", number), folder.resolve("b.jsonl") + ":1: ", "where a number belongs");
  }

  @Test
  void unknownBootIsNamedWithTheRemedy() throws IOException {
    Path file = file("c.jsonl", line.replace("arm64-6.12-direct", "arm64-6.12-mine"));
    complains(file, file + ":1: ", "env/arm64-6.12-mine.json");
  }

  @Test
  void runIsNoPath() throws IOException {
    Path file = file("d.jsonl", line.replace("arm64-6.12-direct", "../../secret"));
    complains(file, file + ":1: ", "\"run\" is no name");
  }

  @Test
  void environmentBesideTheFileIsTaken() throws IOException {
    Files.createDirectories(folder.resolve("env"));
    String environment;
    try (BufferedReader lines = RecordFile.carried("environments.jsonl.gz").open()) {
      environment =
          lines.lines().filter(l -> l.contains("\"arm64-6.12-direct\"")).findFirst().orElseThrow();
    }
    Files.writeString(
        folder.resolve("env/arm64-6.12-mine.json"),
        environment.replace("arm64-6.12-direct", "arm64-6.12-mine"));
    Path file = file("e.jsonl", line.replace("arm64-6.12-direct", "arm64-6.12-mine"));
    assertEquals(1, replay(file).total().agree());
  }

  @Test
  void filesThatAreNoneOfOursAreRefused() throws IOException {
    complains(folder.resolve("missing.jsonl"), folder.resolve("missing.jsonl") + ": ", "no such");
    complains(file("notes.txt", "x"), folder.resolve("notes.txt") + ": ", "neither vectors");
    complains(file("plain.jsonl.gz", line), folder.resolve("plain.jsonl.gz") + ": ", "no gzip");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    complains(empty, empty + ": ", "neither vectors");
    complains(file("f.json", "{\"kernel\":\"7.3\"}"), folder.resolve("f.json") + ": ", "cases");
  }

  @Test
  void unknownCommandSkipsItsCaseWithTheReason() throws IOException {
    Path file = file("g.jsonl", line, line.replaceFirst("\"mapres ", "\"teleport "));
    ConformReport report = replay(file);
    assertEquals(new ConformReport.Tally(2, 1, 0, 1, 0), report.total());
    assertEquals(Map.of("unknown command teleport", 1L), report.skipReasons());
  }

  @Test
  void lazyRunsAreAdvisory() throws IOException {
    ConformReport report =
        replay(file("h.jsonl", line.replaceFirst("\"direct\"", "\"smmu-lazy\"")));
    assertEquals(new ConformReport.Tally(1, 0, 0, 0, 1), report.total());
  }

  @Test
  void recordedLogLineThatTheModelDoesNotRaiseDiffers() throws IOException {
    JsonObject json = JsonParser.parseString(line).getAsJsonObject();
    JsonArray log = new JsonArray();
    log.add("swiotlb buffer is full (sz: 1 bytes)");
    json.getAsJsonObject("output").add("kmsg", log);
    String more = json.toString();
    ConformReport report = replay(file("i.jsonl", more));
    assertEquals(1, report.differences().size(), () -> report.differences().toString());
    assertEquals("kmsg", report.differences().getFirst().field());
    assertEquals("bounce-full", report.differences().getFirst().expected());
  }

  @Test
  void answersOfAnotherShapeDifferAndNothingElseBreaks() throws IOException {
    String allocation;
    try (BufferedReader lines = RecordFile.carried("coherent_alloc.jsonl.gz").open()) {
      allocation =
          lines.lines().filter(l -> l.contains("\"arm64-6.12-direct\"")).findFirst().orElseThrow();
    }
    for (String shape : List.of("null", "7", "\"x\"", "[]", "[[]]", "[[\"0xzz\",1]]", "[{}]", "{}")) {
      String odd = allocation.replaceFirst("\"pages\":\\[\\[[^\\]]*\\]\\]", "\"pages\":" + shape);
      ConformReport report = replay(file("j.jsonl", odd));
      assertEquals(1, report.total().differ(), shape);
      assertTrue(
          report.differences().stream().anyMatch(d -> d.field().equals("pages")),
          () -> report.differences().toString());
      assertTrue(
          report.differences().stream().noneMatch(d -> d.field().equals("exception")),
          () -> report.differences().toString());
    }
  }
}
