package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformRequest;
import org.bufferyard.platform.conform.Conformance;
import org.bufferyard.platform.wiring.PlainWiring;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Altered fields of recorded cases are listed as differing: exactly these and no others. */
class AlteredRecordTest {
  private static final long SEED = 20170424;

  /** What the model is told rather than asked: the page allocator's choices. */
  private static final Set<String> INPUTS = Set.of("pages");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"pool_alloc", "pool_share", "coherent_alloc", "map_resource"})
  void exactlyTheAlteredFieldsAreListed(String scenario) throws IOException {
    System.out.println("exactlyTheAlteredFieldsAreListed " + scenario + ": seed " + SEED);
    Random random = new Random(SEED);
    List<String> lines = new ArrayList<>();
    Set<String> altered = new TreeSet<>();
    try (BufferedReader reader = RecordFile.carried(scenario + ".jsonl.gz").open()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        JsonObject json = JsonParser.parseString(line).getAsJsonObject();
        if (json.get("run").getAsString().matches("arm64-[0-9.]+-direct")) {
          alter(json, random).ifPresent(altered::add);
          lines.add(json.toString());
        }
      }
    }
    Path file = folder.resolve(scenario + ".jsonl");
    Files.write(file, lines);
    ConformReport report = replay(file);
    Set<String> listed = new TreeSet<>();
    report.differences().forEach(d -> listed.add(key(d.run(), d.id(), d.op(), d.field())));
    assertTrue(altered.size() > lines.size() / 2, altered::toString);
    assertEquals(altered, listed);
    assertEquals(lines.size() - altered.size(), report.total().agree());
  }

  private static ConformReport replay(Path file) {
    try (PlainWiring wiring = PlainWiring.wire()) {
      return wiring
          .get(Conformance.class)
          .run(
              new ConformRequest(
                  List.of(file), List.of(), Optional.empty(), Optional.empty(), 2, line -> {}));
    }
  }

  private static String key(String run, String id, String op, String field) {
    return run + " " + id + " " + op + " " + field;
  }

  /** Alters one field of one answer, mostly; sometimes none. */
  private static Optional<String> alter(JsonObject json, Random random) {
    if (random.nextInt(10) == 0) {
      return Optional.empty();
    }
    JsonArray ops = json.getAsJsonObject("input").getAsJsonArray("ops");
    JsonArray results = json.getAsJsonObject("output").getAsJsonArray("results");
    for (int attempt = 0; attempt < 50; attempt++) {
      int op = random.nextInt(results.size());
      String text = ops.get(op).getAsString();
      JsonObject result = results.get(op).getAsJsonObject();
      List<String> fields = new ArrayList<>(result.keySet());
      String field = fields.get(random.nextInt(fields.size()));
      if (!isInput(text, result, field)) {
        result.add(field, altered(result.get(field)));
        return Optional.of(
            key(
                json.get("run").getAsString(),
                json.get("id").getAsString(),
                op + " " + text,
                field));
      }
    }
    return Optional.empty();
  }

  private static boolean isInput(String op, JsonObject result, String field) {
    String verb = op.substring(0, op.indexOf(' '));
    return INPUTS.contains(field)
        // Without pages the handle tells the place.
        || verb.equals("alloc") && !result.has("pages") && field.equals("dma")
        // The first bounce sets the search position; bytes behind no object are foreign.
        || verb.startsWith("mapsg") && field.equals("segs")
        || verb.equals("devr") && result.get("phys").getAsString().equals("0x40000000");
  }

  /** Another value of the same shape. */
  private static JsonElement altered(JsonElement value) {
    if (value instanceof JsonArray list) {
      JsonArray longer = list.deepCopy();
      longer.add(list.isEmpty() ? new JsonPrimitive("0x0") : list.get(0));
      return longer;
    }
    JsonPrimitive primitive = value.getAsJsonPrimitive();
    if (primitive.isNumber()) {
      return new JsonPrimitive(primitive.getAsLong() + 1);
    }
    String text = primitive.getAsString();
    return new JsonPrimitive(text.startsWith("0x") ? text + "0" : text + "x");
  }
}
