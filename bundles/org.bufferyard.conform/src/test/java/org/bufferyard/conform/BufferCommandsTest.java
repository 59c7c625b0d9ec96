package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.conform.ConformRequest;
import org.bufferyard.platform.conform.Conformance;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the model answers to dma-buf and fence commands that no record has. Each list is replayed
 * against empty answers, so that every field of the model's shows as a difference.
 */
class BufferCommandsTest {
  private static final String UNTIL_6 = "arm64-6.12-direct";
  private static final String SINCE_7 = "arm64-7.3-direct";
  private static final String DEBUG_7 = "arm64-7.3dbg-direct+all";

  @TempDir Path folder;

  /** The model's answer to the last command, fields in order of their names. */
  private Map<String, String> last(String run, String... ops) throws IOException {
    JsonArray texts = new JsonArray();
    JsonArray results = new JsonArray();
    for (String op : ops) {
      texts.add(op);
      results.add(new JsonObject());
    }
    JsonObject input = new JsonObject();
    input.add("ops", texts);
    JsonObject output = new JsonObject();
    output.add("results", results);
    JsonObject line = new JsonObject();
    line.addProperty("scenario", "dmabuf");
    line.addProperty("id", "made-up");
    line.addProperty("kernel", run.contains("7.3") ? "7.3.4" : "6.12.95");
    line.addProperty("arch", "arm64");
    line.addProperty("config", "direct");
    line.addProperty("run", run);
    line.add("input", input);
    line.add("output", output);
    Path file = folder.resolve("made-up.jsonl");
    Files.writeString(file, line + "\n");
    Map<String, String> fields = new TreeMap<>();
    String command = ops.length - 1 + " " + ops[ops.length - 1];
    for (Difference difference : replay(file).differences()) {
      if (difference.op().equals(command)) {
        fields.put(difference.field(), difference.actual());
      }
    }
    return fields;
  }

  private static ConformReport replay(Path file) {
    try (PlainWiring wiring = PlainWiring.wire()) {
      return wiring
          .get(Conformance.class)
          .run(
              new ConformRequest(
                  List.of(file), List.of(), Optional.empty(), Optional.empty(), 1, text -> {}));
    }
  }

  @Test
  void anExporterThatRefusesLeavesNoAttachment() throws IOException {
    assertEquals(
        Map.of("rc", "-19", "cb", "[\"attach\"]"),
        last(UNTIL_6, "fresh A B", "bexport A b 8192 64 -", "batt B t b"));
    assertEquals(
        Map.of("err", "noobj"),
        last(UNTIL_6, "fresh A B", "bexport A b 8192 64 -", "batt B t b", "bmap t b"));
  }

  @Test
  void withoutVmapThereIsNoKernelMapping() throws IOException {
    assertEquals(
        Map.of("counter", "0", "is_null", "1", "rc", "-22"),
        last(SINCE_7, "fresh A", "bexport A b 8192 2 -", "bvmap b"));
    assertEquals(
        Map.of("counter", "0", "rc", "-9998"),
        last(SINCE_7, "fresh A", "bexport A b 8192 2 -", "bvmap b", "bvunmap b"));
  }

  @Test
  void aCachedTableIsTheSameAgainUntil6() throws IOException {
    String[] ops = {
      "fresh A B", "bexport A b 8192 32 -", "batt B t b", "bmap t b", "bmap t b"
    };
    assertEquals("1", last(UNTIL_6, ops).get("again"));
    assertEquals("0", last(SINCE_7, ops).get("again"));
  }

  @Test
  void aTableThatTheCoreUnmapsAtDetachIsNoLeak() throws IOException {
    String[] ops = {
      "fresh A B", "bexport A b 8192 0 -", "batt B t b dyn", "bmap t t", "bdet t"
    };
    assertEquals(Map.of("rc", "0", "cb", "[\"unmap:0\",\"detach\"]"), last(UNTIL_6, ops));
    assertEquals(
        Map.of("rc", "0", "leaked_map", "1", "cb", "[\"detach\"]"), last(SINCE_7, ops));
    assertEquals(Map.of("rc", "0", "cb", "[\"detach\"]"), last(DEBUG_7, ops));
  }

  @Test
  void aDebugKernelHidesPagesFromTheImporter() throws IOException {
    assertEquals(
        "[[\"0x0\",0,0]]",
        last(DEBUG_7, "fresh A B", "bexport A b 8192 0 -", "batt B t b", "bmap t t").get("sg"));
  }

  @Test
  void theThreadDiesMappingInNoDirection() throws IOException {
    assertEquals(
        Map.of("oops", "11"),
        last(SINCE_7, "fresh A B", "bexport A b 8192 0 -", "batt B t b", "bmap t n"));
  }

  @Test
  void theThreadDiesReleasingAKernelMapping() throws IOException {
    assertEquals(
        Map.of("oops", "11"),
        last(SINCE_7, "fresh A B", "bexport A b 8192 0 -", "bvmap b", "bput b"));
  }

  @Test
  void impossibleSizesFailAsTheAllocationDoes() throws IOException {
    for (String size : List.of("0", "0x7fffffffffffffff", "0xffffffffffffffff", "-1")) {
      assertEquals(
          Map.of("rc", "-12"), last(SINCE_7, "fresh A", "bexport A b " + size + " 0 -"), size);
    }
  }

  @Test
  void aReferenceThatIsGoneCannotBeGivenBackAgain() throws IOException {
    assertEquals(
        Map.of("err", "noobj"),
        last(SINCE_7, "fresh A", "bexport A b 8192 0 -", "bput b", "bput b"));
  }

  @Test
  void defectsOfAnExportAreRefused() throws IOException {
    for (String kind :
        List.of("noops", "nopriv", "nomap", "nounmap", "norelease", "pinonly", "cachepin")) {
      assertEquals(Map.of("rc", "-22"), last(UNTIL_6, "fresh A", "bexportbad " + kind), kind);
    }
    assertEquals(Map.of("err", "nocache"), last(SINCE_7, "fresh A", "bexportbad cachepin"));
  }

  @Test
  void fencesAreComparedIn32BitAndAnErrorIsTheirStatus() throws IOException {
    assertEquals(
        Map.of("fences", "[[0,0,3]]", "rc", "0"),
        last(
            SINCE_7,
            "fresh A",
            "bexport A b 8192 0 -",
            "fnew f 0 0xffffffff",
            "fnew g 0 0",
            "fadd b f 3",
            "fadd b g 3",
            "flist b 3"));
    assertEquals(
        Map.of("status", "-5", "rc", "-22"),
        last(SINCE_7, "fresh A", "fnew f 0 1", "fsig f 5", "fsig f 7"));
    assertEquals(
        Map.of("status", "0", "signaled", "0", "refs", "1", "rc", "0"),
        last(SINCE_7, "fresh A", "fnew f 0 1", "fstat f"));
  }

  @Test
  void aBrokenCommandIsBadInput() {
    for (String op :
        List.of(
            "bexport A",
            "bexport A b x 0 -",
            "bexportbad nothing",
            "flist b 9",
            "fsig f -5",
            "fsig f 5000",
            "bmap")) {
      BadInputException complaint =
          assertThrows(
              BadInputException.class,
              () -> last(SINCE_7, "fresh A", "bexport A b 4096 0 -", "fnew f 0 1", op),
              op);
      assertTrue(complaint.getMessage().contains(op), complaint.getMessage());
    }
  }
}
