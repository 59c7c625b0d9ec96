package org.bufferyard.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bufferyard.topology.TestHouse;
import org.eclipse.emf.ecore.EPackage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Device bundles that come and go while pages look. */
final class PackagesTest {
  private static final int COLLECTIONS = 200;

  @TempDir Path folder;
  private TestServer server;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    file = Files.writeString(folder.resolve("npu.topology"), TestHouse.npuBoard());
    server = new TestServer(folder);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private JsonObject npu(String doc) throws Exception {
    return server.model(doc).getAsJsonObject("elements").getAsJsonObject("soc/npu");
  }

  @Test
  void aTypeThatArrivesIsInThePaletteOfAnOpenPage() throws Exception {
    EventReader events = server.events(Map.of());
    assertFalse(server.ok(server.get("/api/schema")).toString().contains("npu:NpuDevice"));
    server.house.npuArrives();
    JsonObject told = events.await("schema").data();
    assertEquals(TestHouse.NPU, told.getAsJsonArray("added").get(0).getAsString());
    JsonObject schema = server.ok(server.get("/api/schema"));
    assertEquals(told.get("schemaRev").getAsLong(), schema.get("schemaRev").getAsLong());
    JsonObject classes = schema.getAsJsonObject("classes");
    assertEquals("device", classes.getAsJsonObject("npu:NpuDevice").get("role").getAsString());
    assertTrue(classes.getAsJsonObject("topology:Bus").get("children").toString().contains("npu:NpuDevice"));
    server.house.npuLeaves();
    assertEquals(
        TestHouse.NPU, events.await("schema").data().getAsJsonArray("removed").get(0).getAsString());
  }

  @Test
  void whatNobodyExplainsIsNamedAndReadOnlyUntilItsBundleComes() throws Exception {
    EventReader events = server.events(Map.of());
    String doc = server.open("npu.topology");
    JsonObject unknown = npu(doc);
    assertFalse(unknown.has("class"));
    assertEquals("npu", unknown.get("label").getAsString());
    assertEquals("soc", unknown.get("parent").getAsString());
    assertEquals(
        "org.example.npu", unknown.getAsJsonObject("unknown").get("bundle").getAsString());
    assertEquals("512K", unknown.getAsJsonObject("attrs").get("localMemory").getAsString());
    assertTrue(
        server.model(doc).getAsJsonObject("elements").getAsJsonObject("soc")
            .getAsJsonObject("children").get("components").toString().contains("soc/npu"));
    TestServer.Said said = server.command(doc, "'op':'delete','elements':['soc/npu']");
    assertEquals(422, said.status());
    assertTrue(said.line().contains("install bundle org.example.npu"), said.line());
    assertEquals(422, server.save(doc, "").status());

    server.house.npuArrives();
    assertTrue(
        events.await("reset").data().get("reason").getAsString().contains("org.example.npu arrived"));
    assertEquals("npu:NpuDevice", npu(doc).get("class").getAsString());
    assertTrue(server.summary(doc).get("readOnly").isJsonNull());
    server.ok(server.command(doc, "'op':'set','element':'soc/npu','feature':'cores','value':'8'"));
    server.ok(server.command(doc, "'op':'set','element':'soc/npu','feature':'cores','value':'4'"));
    server.ok(server.save(doc, ""));
    assertEquals(TestHouse.npuBoard(), Files.readString(file));
  }

  @Test
  void changesThatNobodySavedSurviveABundleThatLeavesAndReturns() throws Exception {
    server.house.npuArrives();
    String doc = server.open("npu.topology");
    server.ok(server.command(doc, "'op':'set','element':'soc/npu','feature':'cores','value':'16'"));
    server.ok(
        server.command(
            doc, "'op':'create','parent':'soc','feature':'components','class':'npu:NpuDevice'"));
    EventReader events = server.events(Map.of());
    server.house.npuLeaves();
    events.await("reset");
    assertEquals("16", npu(doc).getAsJsonObject("attrs").get("cores").getAsString());
    assertFalse(npu(doc).has("class"));
    assertTrue(server.summary(doc).get("unsaved").getAsBoolean());
    assertTrue(server.summary(doc).get("readOnly").getAsString().contains("org.example.npu"));
    server.house.npuArrives();
    events.await("reset");
    assertEquals("16", npu(doc).getAsJsonObject("attrs").get("cores").getAsString());
    assertTrue(server.model(doc).getAsJsonObject("elements").has("soc/npudevice"));
    server.ok(server.save(doc, ""));
    assertTrue(Files.readString(file).contains("bundle=\"org.example.npu\" version=\"1.2.0\""));
  }

  @Test
  void aBundleThatLeftIsNotHeldByHistoryOrCheck() throws Exception {
    server.house.npuArrives();
    String doc = server.open("npu.topology");
    server.ok(server.get("/api/schema"));
    server.ok(server.command(doc, "'op':'delete','elements':['soc/npu']"));
    server.ok(server.get("/api/docs/" + doc + "/markers"));
    WeakReference<EPackage> left = new WeakReference<>(server.house.npuLeaves());
    server.model(doc);
    for (int i = 0; i < COLLECTIONS && !left.refersTo(null); i++) {
      System.gc();
    }
    assertTrue(left.refersTo(null), "the package is still held");
  }
}
