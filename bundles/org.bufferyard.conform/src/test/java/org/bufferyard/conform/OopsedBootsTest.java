package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bufferyard.conform.record.OopsedBoots;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformRequest;
import org.bufferyard.platform.conform.Conformance;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Slots are missing only where an oops can have taken them. */
class OopsedBootsTest {
  @TempDir Path folder;

  @Test
  void aBootIsKnownByAnyOfItsCases() throws IOException {
    Path file =
        Files.write(
            folder.resolve("a.jsonl"),
            List.of("{\"run\": \"mine\", \"oops\": true}", "{\"run\":\"fine\",\"oops\":false}"));
    OopsedBoots boots = new OopsedBoots(RecordFile.at(file));
    assertTrue(boots.in("mine"));
    assertFalse(boots.in("fine"));
    assertTrue(boots.in("x86-6.1-direct"), "the product carries an oops of that boot");
    assertFalse(boots.in("x86-7.3-swiotlb-small-force"));
  }

  @Test
  void inABootWithoutAnOopsEveryLaterAddressIsExact() throws IOException {
    ConformReport report = replayWithAlteredAddress("x86-7.3-swiotlb-small-force");
    assertEquals(1, report.total().differ());
    assertEquals("dma", report.differences().getFirst().field());
  }

  @Test
  void anAddressThatNoLeakExplainsDiffersEverywhere() throws IOException {
    assertEquals(1, replayWithAlteredAddress("x86-7.3-swiotlb-force").total().differ());
  }

  /** The first list of the run, with its last bounce given one byte further on. */
  private ConformReport replayWithAlteredAddress(String run) throws IOException {
    JsonObject recorded;
    try (BufferedReader lines = RecordFile.carried("swiotlb_slots.jsonl.gz").open()) {
      String line =
          lines.lines().filter(l -> l.contains("\"" + run + "\"")).findFirst().orElseThrow();
      recorded = JsonParser.parseString(line).getAsJsonObject();
    }
    var results = recorded.getAsJsonObject("output").getAsJsonArray("results");
    JsonObject last = null;
    for (var result : results) {
      JsonObject o = result.getAsJsonObject();
      if (o.has("dma") && o.get("rc").getAsInt() == 0) {
        last = o;
      }
    }
    long address = Long.parseUnsignedLong(last.get("dma").getAsString().substring(2), 16);
    last.addProperty("dma", "0x" + Long.toHexString(address + 1));
    Path file = Files.write(folder.resolve("b.jsonl"), List.of(recorded.toString()));
    try (PlainWiring wiring = PlainWiring.wire()) {
      return wiring
          .get(Conformance.class)
          .run(
              new ConformRequest(
                  List.of(file), List.of(), Optional.empty(), Optional.empty(), 2, l -> {}));
    }
  }
}
