package org.bufferyard.importer.devicetree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.importer.devicetree.tree.BlobReader;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.platform.draft.ImportedBoard;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Real boards against what somebody else counted in them. Their blobs are not ours to ship: give the
 * folder with {@code -Dbufferyard.boards=DIR}; it holds the .dtb files, {@code counts.json} and
 * {@code dma-range-maps.json}. On generated trees the same code is tested in {@link
 * AddressMeaningTest} and its neighbours.
 */
@EnabledIfSystemProperty(named = BoardFolderTest.FOLDER, matches = ".+")
class BoardFolderTest {
  static final String FOLDER = "bufferyard.boards";

  private static final Gson GSON = new Gson();

  private static Path folder() {
    return Path.of(System.getProperty(FOLDER));
  }

  private static JsonElement json(String name) throws IOException {
    return JsonParser.parseString(Files.readString(folder().resolve(name)));
  }

  private static ImportedBoard read(String name) throws IOException {
    return new DevicetreeImporter().read(folder().resolve(name), List.of(), List.of());
  }

  @TestFactory
  Stream<DynamicTest> countsAreEqual() throws IOException {
    return StreamSupport.stream(json("counts.json").getAsJsonArray().spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .map(
            wanted ->
                DynamicTest.dynamicTest(wanted.get("file").getAsString(), () -> counts(wanted)));
  }

  private static void counts(JsonObject wanted) throws IOException {
    JsonObject counts =
        GSON.toJsonTree(read(wanted.get("file").getAsString()).report().counts())
            .getAsJsonObject();
    assertEquals(wanted.keySet(), counts.keySet());
    for (String key : wanted.keySet()) {
      assertEquals(wanted.get(key), counts.get(key), key);
    }
  }

  @TestFactory
  Stream<DynamicTest> rangeMapsAreEqual() throws IOException {
    JsonObject boards = json("dma-range-maps.json").getAsJsonObject();
    assertFalse(boards.isEmpty());
    return boards.keySet().stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    file, () -> assertEquals(boards.get(file), maps(read(file)))));
  }

  private static JsonObject maps(ImportedBoard board) {
    JsonObject maps = new JsonObject();
    board.report().dmaRangeMaps().forEach((path, regions) -> maps.add(path, map(regions)));
    return maps;
  }

  private static JsonElement map(List<DmaRange> regions) {
    if (regions.stream().allMatch(r -> r.cpu() == r.dma())) {
      return new JsonPrimitive(
          "identity "
              + String.join(",", regions.stream().map(r -> hex(r.cpu() + r.size() - 1)).toList()));
    }
    JsonArray array = new JsonArray();
    for (DmaRange region : regions) {
      JsonObject entry = new JsonObject();
      entry.addProperty("cpu", hex(region.cpu()));
      entry.addProperty("dma", hex(region.dma()));
      entry.addProperty("size", hex(region.size()));
      array.add(entry);
    }
    return array;
  }

  @TestFactory
  Stream<DynamicTest> factsAgreeOnTheKernelsOwnTree() throws IOException {
    DeviceTree tree =
        BlobReader.read(
            Files.readAllBytes(folder().resolve("of-unittest-address.dtb")),
            "of-unittest-address.dtb");
    return StreamSupport.stream(OfAddressTest.facts().spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        // This one's node is in another file of the kernel's.
        .filter(f -> tree.at(f.getAsJsonObject("input").get("node").getAsString()).isPresent())
        .map(
            f ->
                DynamicTest.dynamicTest(
                    f.get("id").getAsString(), () -> OfAddressTest.check(f, tree)));
  }

  private static String hex(long number) {
    return "0x" + Long.toHexString(number);
  }
}
