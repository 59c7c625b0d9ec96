package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformRequest;
import org.bufferyard.platform.conform.Conformance;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every boot said of each device when it was fresh: masks, limits, domain, aperture, page
 * sizes. The environments are read as cases of one {@code dev} command a device.
 */
class DeviceConstantsTest {
  @TempDir Path directory;

  private static final long MASK_32 = 0xffff_ffffL;

  @Test
  void everyDeviceOfEveryBootIsAsItSaidItself() throws IOException {
    Path cases = directory.resolve("constants.jsonl");
    int written = 0;
    try (BufferedReader lines = RecordFile.carried("environments.jsonl.gz").open();
        var out = Files.newBufferedWriter(cases)) {
      for (String line : lines.lines().toList()) {
        JsonObject boot = JsonParser.parseString(line).getAsJsonObject();
        for (JsonElement element : boot.getAsJsonArray("devices")) {
          JsonObject device = element.getAsJsonObject();
          if (isFresh(device)) {
            out.write(asCase(boot, device) + "\n");
            written++;
          }
        }
      }
    }
    ConformReport report;
    try (PlainWiring wiring = PlainWiring.wire()) {
      report =
          wiring
              .get(Conformance.class)
              .run(
                  new ConformRequest(
                      List.of(cases), List.of(), Optional.empty(), Optional.empty(), 2, line -> {}));
    }
    assertTrue(written > 300, written + " devices");
    assertEquals(List.of(), report.differences(), () -> report.differences().size() + " differ");
    assertEquals(written, report.total().agree() + report.total().advisory());
    System.out.println("device constants: " + report.total());
  }

  /** Some had been used before the recorder wrote the environment down: their masks show it (A5). */
  private static boolean isFresh(JsonObject device) {
    long limit = hex(device, "bus_dma_limit");
    long fresh = limit == 0 ? MASK_32 : Math.min(MASK_32, -1L >>> Long.numberOfLeadingZeros(limit));
    return hex(device, "dma_mask") == fresh
        && hex(device, "coherent_mask") == fresh
        && device.get("min_align_mask").getAsLong() == 0;
  }

  private static long hex(JsonObject device, String field) {
    return Long.parseUnsignedLong(device.get(field).getAsString().substring(2), 16);
  }

  private static JsonObject asCase(JsonObject boot, JsonObject device) {
    String name = device.get("name").getAsString();
    JsonObject answer = device.deepCopy();
    answer.addProperty("rc", 0);
    JsonArray ops = new JsonArray();
    ops.add(
        "par %s %d %s -"
            .formatted(
                name, device.get("max_seg").getAsLong(), device.get("boundary").getAsString()));
    ops.add("dev " + name);
    JsonArray results = new JsonArray();
    JsonObject set = new JsonObject();
    set.addProperty("rc", 0);
    results.add(set);
    results.add(answer);
    JsonObject input = new JsonObject();
    input.add("ops", ops);
    JsonObject output = new JsonObject();
    output.add("results", results);
    JsonObject recorded = new JsonObject();
    recorded.addProperty("scenario", "constants");
    recorded.addProperty("id", name);
    for (String key : List.of("run", "kernel", "arch", "config")) {
      recorded.add(key, boot.get(key));
    }
    recorded.add("input", input);
    recorded.add("output", output);
    return recorded;
  }
}
