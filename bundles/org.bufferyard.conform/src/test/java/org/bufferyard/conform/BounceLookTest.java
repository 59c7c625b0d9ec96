package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.conform.ConformRequest;
import org.bufferyard.platform.conform.Conformance;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a case may leave in the bounce pools, and what it only finds there. */
class BounceLookTest {
  @TempDir Path folder;

  /** Slots of the first restricted pool as each look of the case shows them. */
  private static void look(JsonObject json, int atStart, int atEnd) {
    JsonArray ops = json.getAsJsonObject("input").getAsJsonArray("ops");
    JsonArray results = json.getAsJsonObject("output").getAsJsonArray("results");
    boolean first = true;
    for (int i = 0; i < ops.size(); i++) {
      if (ops.get(i).getAsString().equals("!swiotlb")) {
        results
            .get(i)
            .getAsJsonObject()
            .getAsJsonObject("used")
            .addProperty("rdp0", first ? atStart : atEnd);
        first = false;
      }
    }
  }

  /** The first recorded allocations of a device with a restricted pool, altered. */
  private ConformReport replay(Consumer<JsonObject> change) throws IOException {
    Path file = folder.resolve("restricted_pool.jsonl");
    try (BufferedReader reader = RecordFile.carried("restricted_pool.jsonl.gz").open()) {
      String line =
          reader
              .lines()
              .filter(l -> l.contains("\"restricted_pool-alloc-0\""))
              .findFirst()
              .orElseThrow();
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      change.accept(json);
      Files.writeString(file, json + "\n");
    }
    try (PlainWiring wiring = PlainWiring.wire()) {
      return wiring
          .get(Conformance.class)
          .run(
              new ConformRequest(
                  List.of(file), List.of(), Optional.empty(), Optional.empty(), 1, line -> {}));
    }
  }

  @Test
  void slotsThatTheCaseFoundTakenStayTaken() throws IOException {
    ConformReport report = replay(json -> look(json, 38, 38));
    assertEquals(List.of(), report.differences());
    assertEquals(1, report.total().agree());
  }

  @Test
  void resetGivesBackAllThatTheCaseTook() throws IOException {
    ConformReport report = replay(json -> look(json, 0, 2));
    assertEquals(
        List.of("used"), report.differences().stream().map(Difference::field).toList());
  }
}
