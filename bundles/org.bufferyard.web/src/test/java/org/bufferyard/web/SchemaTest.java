package org.bufferyard.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bufferyard.topology.TestHouse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a page learns of the types, and a diff of two boards in their terms. */
final class SchemaTest {
  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(folder.resolve("npu.topology"), TestHouse.npuBoard());
    server = new TestServer(folder);
    server.house.npuArrives();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private JsonObject eClass(String name) throws Exception {
    return server.ok(server.get("/api/schema")).getAsJsonObject("classes").getAsJsonObject(name);
  }

  private static Set<String> children(JsonObject eClass, String feature) {
    Set<String> classes = new TreeSet<>();
    for (JsonElement child : eClass.getAsJsonArray("children")) {
      if (child.getAsJsonObject().get("feature").getAsString().equals(feature)) {
        classes.add(child.getAsJsonObject().get("class").getAsString());
      }
    }
    return classes;
  }

  private static JsonObject feature(JsonObject eClass, String name) {
    for (JsonElement feature : eClass.getAsJsonArray("features")) {
      if (feature.getAsJsonObject().get("name").getAsString().equals(name)) {
        return feature.getAsJsonObject();
      }
    }
    throw new AssertionError("no feature " + name);
  }

  @Test
  void aPaletteHasLegalChildrenAndNothingElse() throws Exception {
    assertEquals(
        Set.of(
            "npu:NpuDevice",
            "topology:Bus",
            "topology:Device",
            "topology:Iommu",
            "topology:Memory",
            "topology:ReservedPool"),
        children(eClass("topology:Bus"), "components"));
    assertEquals(
        Set.of("topology:ReservedPool"), children(eClass("topology:Memory"), "pools"));
    assertTrue(eClass("topology:Component").get("abstract").getAsBoolean());
    // What a save or an import writes is for nobody to draw.
    assertEquals(Set.of(), children(eClass("topology:Topology"), "requires"));
    assertEquals(Set.of(), children(eClass("topology:Device"), "provenance"));
  }

  @Test
  void aSheetHasDocsUnitsDefaultsAndFacets() throws Exception {
    JsonObject memory = eClass("topology:Memory");
    assertEquals("address", feature(memory, "base").get("type").getAsString());
    assertEquals("First CPU address.", feature(memory, "base").get("doc").getAsString());
    assertEquals("bytes", feature(memory, "size").get("unit").getAsString());
    assertTrue(feature(memory, "base").get("required").getAsBoolean());
    assertTrue(feature(memory, "id").get("readOnly").getAsBoolean());
    JsonObject npu = eClass("npu:NpuDevice");
    assertEquals("64", feature(npu, "cores").get("max").getAsString());
    assertEquals("4", feature(npu, "cores").get("default").getAsString());
    assertEquals("npu:Precision", feature(npu, "precision").get("enum").getAsString());
    assertEquals("4K", feature(eClass("topology:Topology"), "pageSize").get("default").getAsString());
    assertEquals(
        List.of("topology:Device", "topology:Component"),
        npu.getAsJsonArray("supers").asList().stream().map(JsonElement::getAsString).toList());
  }

  @Test
  void edgesAreReferencesAndLinks() throws Exception {
    String edges = eClass("topology:Device").get("edges").toString();
    assertTrue(
        edges.contains("\"feature\":\"iommus\",\"via\":\"iommu\",\"link\":\"topology:IommuLink\""),
        edges);
    assertTrue(edges.contains("\"feature\":\"memoryRegions\""), edges);
    assertFalse(edges.contains("registers"), edges);
  }

  @Test
  void aSchemaThatDidNotChangeIsNotSentAgain() throws Exception {
    HttpResponse<String> first = server.send(server.request("/api/schema").GET().build());
    String tag = first.headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> second =
        server.send(server.request("/api/schema").header("If-None-Match", tag).GET().build());
    assertEquals(304, second.statusCode());
    server.house.npuLeaves();
    HttpResponse<String> third =
        server.send(server.request("/api/schema").header("If-None-Match", tag).GET().build());
    assertEquals(200, third.statusCode());
  }

  @Test
  void aDiffNamesWhatIsOtherInTwoBoards() throws Exception {
    String left = server.open("npu.topology");
    server.ok(server.save(left, ",'path':'copy.topology'"));
    String right = left;
    left = server.open("npu.topology");
    server.ok(server.command(right, "'op':'set','element':'dram','feature':'size','value':'2G'"));
    server.ok(server.command(right, "'op':'delete','elements':['soc/gpu']"));
    server.ok(
        server.command(
            right,
            "'op':'create','parent':'npu-board','feature':'components','class':'topology:Bus','attrs':{'name':'apb'}"));
    server.ok(
        server.command(right, "'op':'move','elements':['soc/display'],'parent':'apb','feature':'components'"));
    server.ok(
        server.command(right, "'op':'disconnect','source':'soc/npu','target':'soc/mmu','feature':'iommus'"));
    JsonObject diff =
        server.ok(server.post("/api/docs/" + left + "/diff", "{'other':'" + right + "'}"));
    assertEquals("[\"apb\"]", diff.get("added").toString());
    assertEquals("[\"soc/gpu\"]", diff.get("removed").toString());
    assertEquals(
        "[{\"element\":\"soc/display\",\"left\":\"soc\",\"right\":\"apb\"}]",
        diff.get("moved").toString());
    String changed = diff.get("changed").toString();
    assertTrue(
        changed.contains("{\"element\":\"dram\",\"feature\":\"size\",\"left\":\"1G\",\"right\":\"2G\"}"),
        changed);
    assertTrue(changed.contains("\"element\":\"soc/npu\",\"feature\":\"iommus\""), changed);
  }
}
