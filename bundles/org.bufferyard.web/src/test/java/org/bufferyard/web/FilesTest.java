package org.bufferyard.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bufferyard.topology.TestHouse;
import org.bufferyard.topology.model.board.BoardPackage;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.common.util.URI;
import org.eclipse.emf.ecore.resource.ResourceSet;
import org.eclipse.emf.ecore.resource.impl.ResourceSetImpl;
import org.eclipse.emf.ecore.xmi.impl.XMIResourceFactoryImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening, saving, and what becomes of a file that somebody else changes. */
final class FilesTest {
  private static final Path BLOB =
      Path.of("../org.bufferyard.conform/src/main/resources/org/bufferyard/conform/recorded/of-address.dtb");

  @TempDir Path folder;

  private static final String SIZE = "'op':'set','element':'dram','feature':'size','value':'2G'";

  private Path npuBoard() throws Exception {
    return Files.writeString(folder.resolve("npu.topology"), TestHouse.npuBoard());
  }

  private TestServer server() throws Exception {
    TestServer server = new TestServer(folder);
    server.house.npuArrives();
    return server;
  }

  @Test
  void aFileThatChangedOnDiskIsNotOverwrittenUnasked() throws Exception {
    Path file = npuBoard();
    try (TestServer server = server()) {
      String doc = server.open("npu.topology");
      server.ok(server.command(doc, SIZE));
      String other = TestHouse.npuBoard().replace("cores=\"4\"", "cores=\"2\"");
      Files.writeString(file, other);
      EventReader events = server.events(Map.of());
      events.await("docs", d -> d.toString().contains("\"disk\":\"changed\""));
      TestServer.Said said = server.save(doc, "");
      assertEquals("disk", said.code());
      assertEquals(other, Files.readString(file));
      assertEquals("unsaved", server.post("/api/docs/" + doc + "/reload", "{}").code());
      server.ok(server.post("/api/docs/" + doc + "/reload", "{'discard':true}"));
      assertFalse(server.summary(doc).get("unsaved").getAsBoolean());
      server.ok(server.command(doc, SIZE));
      Files.delete(file);
      assertEquals("disk", server.save(doc, "").code());
      server.ok(server.save(doc, ",'overwrite':true"));
      assertTrue(Files.readString(file).contains("size=\"2G\""));
    }
  }

  @Test
  void savingElsewhereLeavesTheOldFileAlone() throws Exception {
    Path file = npuBoard();
    try (TestServer server = server()) {
      String doc = server.open("npu.topology");
      server.ok(server.command(doc, SIZE));
      Files.writeString(folder.resolve("there.topology"), "mine");
      assertEquals("exists", server.save(doc, ",'path':'there.topology'").code());
      JsonObject saved = server.ok(server.save(doc, ",'path':'sub/new.topology'"));
      assertEquals("sub/new.topology", saved.get("path").getAsString());
      assertEquals(doc, saved.get("doc").getAsString());
      assertEquals(TestHouse.npuBoard(), Files.readString(file));
      assertTrue(Files.readString(folder.resolve("sub/new.topology")).contains("size=\"2G\""));
    }
  }

  @Test
  void changesThatNobodySavedSurviveTheServer() throws Exception {
    Path file = npuBoard();
    try (TestServer server = server()) {
      String doc = server.open("npu.topology");
      server.ok(server.command(doc, SIZE));
      server.ok(server.post("/api/docs", "{'new':'fresh.topology'}"));
      server.ok(server.get("/api/docs/" + doc + "/markers")); // looked at, and therefore kept
      TestServer.Said closing = server.post("/api/docs/" + doc, "{}");
      assertEquals(405, closing.status());
    }
    assertEquals(TestHouse.npuBoard(), Files.readString(file));
    try (TestServer server = server()) {
      String doc = server.open("npu.topology");
      assertTrue(server.summary(doc).get("unsaved").getAsBoolean());
      assertEquals("same", server.summary(doc).get("disk").getAsString());
      server.ok(server.save(doc, ""));
      assertTrue(Files.readString(file).contains("size=\"2G\""));
    }
    try (TestServer server = server()) {
      assertFalse(server.summary(server.open("npu.topology")).get("unsaved").getAsBoolean());
    }
  }

  @Test
  void closingDropsChangesOnlyWhenTold() throws Exception {
    Path file = npuBoard();
    try (TestServer server = server()) {
      String doc = server.open("npu.topology");
      server.ok(server.command(doc, SIZE));
      HttpResponse<String> kept =
          server.send(server.request("/api/docs/" + doc).DELETE().build());
      assertEquals(409, kept.statusCode());
      HttpResponse<String> closed =
          server.send(server.request("/api/docs/" + doc + "?discard=true").DELETE().build());
      assertEquals(200, closed.statusCode());
      assertEquals(404, server.get("/api/docs/" + doc + "/model").status());
      assertEquals(TestHouse.npuBoard(), Files.readString(file));
    }
  }

  @Test
  void aBoardIsDrawnFromNothingAndOpensInPlainEmf() throws Exception {
    try (TestServer server = server()) {
      JsonObject made =
          server.ok(
              server.post(
                  "/api/docs", "{'new':'drawn.topology','name':'drawn','architecture':'arm'}"));
      String doc = made.get("doc").getAsString();
      assertFalse(Files.exists(folder.resolve("drawn.topology")));
      server.ok(
          server.command(
              doc,
              "'op':'batch','commands':["
                  + "{'op':'create','parent':'drawn','feature':'components','class':'topology:Memory',"
                  + "'attrs':{'name':'dram','base':'0x4000_0000','size':'1G'}},"
                  + "{'op':'create','parent':'$0','feature':'pools','class':'topology:ReservedPool',"
                  + "'attrs':{'name':'pool','base':'0x50000000','size':'16M'}},"
                  + "{'op':'create','parent':'drawn','feature':'components','class':'topology:Bus',"
                  + "'attrs':{'name':'soc','emptyDmaRanges':'true'}},"
                  + "{'op':'create','parent':'$2','feature':'components','class':'topology:Device',"
                  + "'attrs':{'name':'cam','model':'acme,cam'},'refs':{'memoryRegions':['dram/pool']}}]"));
      server.ok(server.save(doc, ""));
      byte[] text = Files.readAllBytes(folder.resolve("drawn.topology"));

      ResourceSet set = new ResourceSetImpl();
      set.getPackageRegistry().put(BoardPackage.eNS_URI, BoardPackage.eINSTANCE);
      set.getResourceFactoryRegistry()
          .getExtensionToFactoryMap()
          .put("topology", new XMIResourceFactoryImpl());
      var resource =
          set.getResource(URI.createFileURI(folder.resolve("drawn.topology").toString()), true);
      Topology board = (Topology) resource.getContents().getFirst();
      assertTrue(resource.getErrors().isEmpty());
      assertEquals(2, board.getComponents().size());
      assertEquals(1L << 30, ((org.bufferyard.topology.model.board.Memory) board.getComponents().getFirst()).getSize());

      // As plain EMF writes it: other line breaks, the same board. Opened and saved, not a byte changes.
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      resource.save(plain, Map.of());
      Files.write(folder.resolve("plain.topology"), plain.toByteArray());
      String other = server.open("plain.topology");
      assertFalse(server.summary(other).get("unsaved").getAsBoolean());
      server.ok(server.command(other, SIZE));
      server.ok(server.command(other, "'op':'undo'"));
      server.ok(server.save(other, ""));
      assertEquals(
          plain.toString(StandardCharsets.UTF_8), Files.readString(folder.resolve("plain.topology")));
      JsonObject diff =
          server.ok(server.post("/api/docs/" + doc + "/diff", "{'other':'" + other + "'}"));
      assertEquals("{\"added\":[],\"removed\":[],\"changed\":[],\"moved\":[]}", diff.toString());
      assertTrue(text.length > 0);
    }
  }

  @Test
  void aDroppedDevicetreeBecomesAnUnsavedBoard() throws Exception {
    try (TestServer server = server()) {
      HttpRequest request =
          server
              .request("/api/docs?import=rock.dtb")
              .header("Content-Type", "application/octet-stream")
              .POST(BodyPublishers.ofFile(BLOB))
              .build();
      HttpResponse<String> answer = server.send(request);
      assertEquals(200, answer.statusCode(), answer.body());
      assertTrue(answer.body().contains("\"path\":\"rock.topology\""), answer.body());
      assertTrue(answer.body().contains("\"understood\""));
      assertFalse(Files.exists(folder.resolve("rock.topology")));
      // Once more: it does not get in the way of the first.
      assertTrue(server.send(request).body().contains("\"path\":\"rock-2.topology\""));
    }
  }

  @Test
  void pinsStandBesideTheBoardAndComeBack() throws Exception {
    npuBoard();
    try (TestServer server = server()) {
      String doc = server.open("npu.topology");
      EventReader events = server.events(Map.of());
      HttpResponse<String> pinned =
          server.send(
              server
                  .request("/api/docs/" + doc + "/layout")
                  .header("Content-Type", "application/json")
                  .method(
                      "PATCH",
                      BodyPublishers.ofString("{\"pins\":{\"soc/npu\":[12,40.5]},\"collapsed\":[\"dram\"]}"))
                  .build());
      assertEquals(200, pinned.statusCode(), pinned.body());
      assertEquals("page1", events.await("layout").data().get("client").getAsString());
      assertFalse(server.summary(doc).get("unsaved").getAsBoolean());
    }
    assertEquals(
        "{\n  \"pins\": {\n    \"soc/npu\": [12, 40.5]\n  },\n  \"collapsed\": [\"dram\"]\n}\n",
        Files.readString(folder.resolve("npu.layout")));
    try (TestServer server = server()) {
      JsonObject layout =
          server.ok(server.get("/api/docs/" + server.open("npu.topology") + "/layout"));
      assertEquals(12.0, layout.getAsJsonObject("pins").getAsJsonArray("soc/npu").get(0).getAsDouble());
    }
  }
}
