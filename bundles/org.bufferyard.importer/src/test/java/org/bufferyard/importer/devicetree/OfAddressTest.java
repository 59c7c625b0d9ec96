package org.bufferyard.importer.devicetree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.platform.draft.AddressTree;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The constants of the kernel's own unit test of {@code drivers/of/address.c}, on a tree of ours
 * with the same properties.
 */
class OfAddressTest {
  private static final DeviceTree TREE = UnitTestTree.write().tree();

  static JsonArray facts() {
    try (InputStream in = OfAddressTest.class.getResourceAsStream("of-address.json");
        InputStreamReader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(reader).getAsJsonArray();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void everyFactOfTheGroupIsAsked() {
    assertEquals(14, facts().size());
  }

  /** A plain conform asks the same tree; after a change, copy the file that this test leaves. */
  @Test
  void conformCarriesThisTree() throws IOException {
    byte[] blob = UnitTestTree.write().blob();
    Path fresh = Path.of("target", "of-address.dtb");
    Files.write(fresh, blob);
    Path carried =
        Path.of(
            "../org.bufferyard.conform/src/main/resources/org/bufferyard/conform/recorded",
            "of-address.dtb");
    assertArrayEquals(blob, Files.readAllBytes(carried), "copy " + fresh + " to " + carried);
  }

  @TestFactory
  Stream<DynamicTest> kernelConstants() {
    return StreamSupport.stream(facts().spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .map(f -> DynamicTest.dynamicTest(f.get("id").getAsString(), () -> check(f, TREE)));
  }

  static void check(JsonObject fact, DeviceTree tree) {
    JsonObject input = fact.getAsJsonObject("input");
    String node = input.get("node").getAsString();
    JsonObject answer =
        answer(fact.get("op").getAsString(), input, node, BlobAddresses.of(tree));
    assertEquals(fact.getAsJsonObject("expected"), answer);
  }

  private static JsonObject answer(String op, JsonObject input, String node, AddressTree tree) {
    int index = input.has("index") ? input.get("index").getAsInt() : 0;
    return switch (op) {
      case "of_dma_get_range then dma_to_phys", "of_dma_get_range then phys_to_dma" ->
          converted(input, tree.dmaRanges(node));
      case "for_each pci dma-range" -> range(tree.windows(node, true).get(0));
      case "of_range_to_resource" -> resource(tree.windows(node, false).get(index));
      case "of_range_count(ranges)" -> {
        JsonObject count = new JsonObject();
        count.addProperty("count", tree.rangeCount(node));
        yield count;
      }
      case "for_each ranges" -> flagged(tree.windows(node, false).get(index));
      case "of_address_to_resource" -> register(tree.register(node, index));
      default -> throw new IllegalArgumentException(op);
    };
  }

  private static JsonObject converted(JsonObject input, List<DmaRange> regions) {
    assertFalse(regions.isEmpty());
    DmaRangeMap map = new DmaRangeMap(regions);
    JsonObject answer = new JsonObject();
    answer.addProperty("rc", 0);
    if (input.has("dma")) {
      answer.addProperty("phys", hex(map.toPhys(Long.decode(input.get("dma").getAsString()))));
    } else {
      answer.addProperty("dma", hex(map.toDma(Long.decode(input.get("phys").getAsString()))));
    }
    return answer;
  }

  private static JsonObject range(AddressTree.Window entry) {
    JsonObject answer = new JsonObject();
    answer.addProperty("size", hex(entry.size()));
    answer.addProperty("cpu", hex(entry.cpu()));
    answer.addProperty("pci", hex(entry.bus()));
    return answer;
  }

  private static JsonObject flagged(AddressTree.Window entry) {
    JsonObject answer = new JsonObject();
    answer.addProperty("flags", hex(entry.flags()));
    answer.addProperty("size", hex(entry.size()));
    answer.addProperty("cpu", hex(entry.cpu()));
    answer.addProperty("bus", hex(entry.bus()));
    return answer;
  }

  private static JsonObject resource(AddressTree.Window entry) {
    JsonObject answer = new JsonObject();
    answer.addProperty("rc", 0);
    answer.addProperty("type", "MEM");
    answer.addProperty("start", hex(entry.cpu()));
    answer.addProperty("size", hex(entry.size()));
    return answer;
  }

  private static JsonObject register(Optional<PhysRange> window) {
    JsonObject answer = new JsonObject();
    answer.addProperty("rc", window.isPresent() ? 0 : -22);
    window.ifPresent(w -> answer.addProperty("start", hex(w.base())));
    window.ifPresent(w -> answer.addProperty("size", hex(w.size())));
    return answer;
  }

  private static String hex(OptionalLong number) {
    return number.isPresent() ? hex(number.getAsLong()) : "bad";
  }

  private static String hex(long number) {
    return "0x" + Long.toHexString(number);
  }
}
