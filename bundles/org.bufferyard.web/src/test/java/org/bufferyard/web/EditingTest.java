package org.bufferyard.web;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bufferyard.topology.TestHouse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EditingTest {
  @TempDir Path folder;
  private TestServer server;
  private Path file;
  private String doc;

  @BeforeEach
  void open() throws Exception {
    file = Files.writeString(folder.resolve("npu.topology"), TestHouse.npuBoard());
    server = new TestServer(folder);
    server.house.npuArrives();
    doc = server.open("npu.topology");
  }

  @AfterEach
  void close() throws Exception {
    server.close();
  }

  private JsonObject element(String key) throws Exception {
    return server.model(doc).getAsJsonObject("elements").getAsJsonObject(key);
  }

  private String attribute(String key, String name) throws Exception {
    return element(key).getAsJsonObject("attrs").get(name).getAsString();
  }

  private JsonObject done(String members) throws Exception {
    return server.ok(server.command(doc, members));
  }

  @Test
  void whatWasNotChangedIsNotUnsavedAndIsWrittenAsItWas() throws Exception {
    assertFalse(server.summary(doc).get("unsaved").getAsBoolean());
    done("'op':'set','element':'dram','feature':'size','value':'2G'");
    assertTrue(server.summary(doc).get("unsaved").getAsBoolean());
    JsonObject undone = done("'op':'undo'");
    assertEquals("undo set size of dram", undone.get("label").getAsString());
    assertFalse(server.summary(doc).get("unsaved").getAsBoolean());
    server.ok(server.save(doc, ""));
    assertEquals(TestHouse.npuBoard(), Files.readString(file));
  }

  @Test
  void aFileThatWasChangedAndChangedBackByHandIsTheSameToTheByte() throws Exception {
    done("'op':'set','element':'dram','feature':'size','value':'2G'");
    done("'op':'create','parent':'soc','feature':'components','class':'npu:NpuDevice'");
    server.ok(server.save(doc, ""));
    assertFalse(Files.readString(file).equals(TestHouse.npuBoard()));
    done("'op':'delete','elements':['soc/npudevice']");
    done("'op':'set','element':'dram','feature':'size','value':'1G'");
    server.ok(server.save(doc, ""));
    assertArrayEquals(
        TestHouse.npuBoard().getBytes(java.nio.charset.StandardCharsets.UTF_8),
        Files.readAllBytes(file));
  }

  @Test
  void numbersAreReadAsPeopleWriteThem() throws Exception {
    done("'op':'set','element':'dram','feature':'base','value':'0x8000_0000'");
    assertEquals("0x80000000", attribute("dram", "base"));
    done("'op':'set','element':'dram','feature':'size','value':'0x4000_0000'");
    assertEquals("1G", attribute("dram", "size"));
    done("'op':'set','element':'soc/npu','feature':'dmaMaskBits','value':'0x20'");
    assertEquals("32", attribute("soc/npu", "dmaMaskBits"));
    TestServer.Said said =
        server.command(doc, "'op':'set','element':'dram','feature':'size','value':'lots'");
    assertEquals(422, said.status());
    assertEquals("size: 'lots' is not a size: write bytes, or 4K, 16M, 2G", said.line());
  }

  @Test
  void clearingGoesBackToTheDefault() throws Exception {
    done("'op':'set','element':'soc/npu','feature':'cores','value':'8'");
    JsonObject cleared = done("'op':'set','element':'soc/npu','feature':'cores','value':null");
    assertEquals("clear cores of npu", cleared.get("label").getAsString());
    assertFalse(element("soc/npu").getAsJsonObject("attrs").has("cores"));
    done("'op':'undo'");
    assertEquals("8", attribute("soc/npu", "cores"));
  }

  @Test
  void aNewElementGetsANameAndAnIdFromItsPlace() throws Exception {
    JsonObject made = done("'op':'create','parent':'soc','feature':'components','class':'topology:Device'");
    assertEquals("soc/device", made.getAsJsonArray("created").get(0).getAsString());
    assertEquals("device", attribute("soc/device", "name"));
    JsonObject second = done("'op':'create','parent':'soc','feature':'components','class':'topology:Device'");
    assertEquals("soc/device2", second.getAsJsonArray("created").get(0).getAsString());
    assertTrue(made.getAsJsonObject("change").getAsJsonObject("changed").has("soc"));
  }

  @Test
  void nobodyNestsDeeperThanAFileCanHold() throws Exception {
    StringBuilder commands = new StringBuilder();
    for (int i = 0; i < 70; i++) {
      commands
          .append(i == 0 ? "" : ",")
          .append("{'op':'create','parent':'")
          .append(i == 0 ? "soc" : "$" + (i - 1))
          .append("','feature':'components','class':'topology:Bus'}");
    }
    TestServer.Said said =
        server.command(doc, "'op':'batch','commands':[" + commands + "]");
    assertEquals("elements are nested at most 64 deep", said.line());
    assertFalse(server.summary(doc).get("unsaved").getAsBoolean());
  }

  @Test
  void onlyLegalChildrenAreMade() throws Exception {
    TestServer.Said said =
        server.command(doc, "'op':'create','parent':'dram','feature':'pools','class':'topology:Device'");
    assertEquals(422, said.status());
    assertEquals("no Device goes into 'pools' of dram", said.line());
    assertEquals(
        422,
        server
            .command(doc, "'op':'create','parent':'soc','feature':'components','class':'topology:Component'")
            .status());
  }

  @Test
  void deletingTakesReferencesAndLinksAlong() throws Exception {
    JsonObject gone = done("'op':'delete','elements':['soc/mmu','dram/pool']");
    assertEquals("delete 2 elements", gone.get("label").getAsString());
    assertFalse(element("soc/npu").getAsJsonObject("children").has("iommus"));
    assertFalse(element("soc/gpu").getAsJsonObject("refs").has("memoryRegions"));
    done("'op':'undo'");
    assertTrue(element("soc/npu").getAsJsonObject("children").has("iommus"));
    assertEquals(
        "dram/pool",
        element("soc/gpu").getAsJsonObject("refs").getAsJsonArray("memoryRegions").get(0).getAsString());
    server.ok(server.save(doc, ""));
    assertEquals(TestHouse.npuBoard(), Files.readString(file));
  }

  @Test
  void connectingMakesALinkWhereOneIsNeeded() throws Exception {
    done("'op':'create','parent':'soc','feature':'components','class':'topology:Device','attrs':{'name':'isp'}");
    JsonObject connected = done("'op':'connect','source':'soc/isp','target':'soc/mmu'");
    assertEquals("connect isp to mmu", connected.get("label").getAsString());
    String link = connected.getAsJsonArray("created").get(0).getAsString();
    assertEquals("soc/mmu", element(link).getAsJsonObject("refs").get("iommu").getAsString());
    done("'op':'connect','source':'soc/isp','target':'dram/pool'");
    assertTrue(element("soc/isp").getAsJsonObject("refs").has("memoryRegions"));
    done("'op':'disconnect','source':'soc/isp','target':'soc/mmu','feature':'iommus'");
    assertFalse(element("soc/isp").getAsJsonObject("children").has("iommus"));
    TestServer.Said said = server.command(doc, "'op':'connect','source':'dram','target':'soc/mmu'");
    assertEquals("a Memory is not connected to a Iommu", said.line());
  }

  @Test
  void movingKeepsIdsAndCopyingMakesNewOnes() throws Exception {
    done("'op':'create','parent':'npu-board','feature':'components','class':'topology:Bus','attrs':{'name':'apb'}");
    done("'op':'move','elements':['soc/npu'],'parent':'apb','feature':'components'");
    assertEquals("apb", element("soc/npu").get("parent").getAsString());
    assertEquals(
        422,
        server
            .command(doc, "'op':'move','elements':['soc'],'parent':'soc','feature':'components'")
            .status());
    JsonObject copied = done("'op':'copy','elements':['soc/npu'],'parent':'soc'");
    String copy = copied.getAsJsonArray("created").get(0).getAsString();
    assertEquals("npu", attribute(copy, "name"));
    assertFalse(copy.equals("soc/npu"));
    assertEquals("soc/display", element(copy).getAsJsonObject("refs").get("feeds").getAsString());
  }

  @Test
  void aBatchIsOneStepOrNothing() throws Exception {
    JsonObject done =
        done(
            "'op':'batch','label':'add camera','commands':["
                + "{'op':'create','parent':'soc','feature':'components','class':'topology:Device','attrs':{'name':'cam'}},"
                + "{'op':'connect','source':'$0','target':'soc/mmu'}]");
    assertEquals("add camera", done.getAsJsonObject("change").get("undo").getAsString());
    done("'op':'undo'");
    assertFalse(server.model(doc).getAsJsonObject("elements").has("soc/cam"));
    long rev = server.model(doc).get("rev").getAsLong();
    TestServer.Said failed =
        server.command(
            doc,
            "'op':'batch','commands':["
                + "{'op':'set','element':'dram','feature':'size','value':'2G'},"
                + "{'op':'delete','elements':['nothing']}]");
    assertEquals(404, failed.status());
    assertEquals(rev, server.model(doc).get("rev").getAsLong());
    assertEquals("1G", attribute("dram", "size"));
    assertFalse(server.summary(doc).get("unsaved").getAsBoolean());
  }

  @Test
  void aStaleCommandIsRefusedAndSaysWhereTheDocumentIs() throws Exception {
    long rev = server.model(doc).get("rev").getAsLong();
    done("'op':'set','element':'dram','feature':'size','value':'2G'");
    TestServer.Said said =
        server.post(
            "/api/docs/" + doc + "/command",
            "{'baseRev':" + rev + ",'op':'set','element':'dram','feature':'size','value':'4G'}");
    assertEquals(409, said.status());
    assertEquals("stale", said.code());
    assertEquals(rev + 1, said.json().getAsJsonObject("error").get("rev").getAsLong());
  }

  @Test
  void anotherPagesChangeIsNotUndoneUnasked() throws Exception {
    done("'op':'set','element':'dram','feature':'size','value':'2G'");
    long rev = server.model(doc).get("rev").getAsLong();
    String path = "/api/docs/" + doc + "/command";
    TestServer.Said said = server.post(path, "{'baseRev':" + rev + ",'op':'undo'}", "page2");
    assertEquals("not-yours", said.code());
    assertTrue(said.line().contains("set size of dram"), said.line());
    server.ok(server.post(path, "{'baseRev':" + rev + ",'op':'undo','force':true}", "page2"));
    assertEquals("1G", attribute("dram", "size"));
  }

  @Test
  void twoPagesSeeEachOthersChanges() throws Exception {
    EventReader events = server.events(Map.of());
    events.await("hello");
    done("'op':'set','element':'dram','feature':'size','value':'2G'");
    JsonObject change = events.await("change").data();
    assertEquals("page1", change.get("client").getAsString());
    assertEquals(
        "2G",
        change
            .getAsJsonObject("changed")
            .getAsJsonObject("dram")
            .getAsJsonObject("attrs")
            .get("size")
            .getAsString());
    assertEquals(change.get("baseRev").getAsLong() + 1, change.get("rev").getAsLong());
  }

  @Test
  void whatAPageMissedIsSentWhenItComesBack() throws Exception {
    EventReader first = server.events(Map.of());
    String last = first.await("hello").id();
    done("'op':'set','element':'dram','feature':'size','value':'2G'");
    EventReader second = server.events(Map.of("Last-Event-ID", last));
    assertEquals("set size of dram", second.await("change").data().get("label").getAsString());
    EventReader third = server.events(Map.of("Last-Event-ID", "other-7"));
    third.await("resync");
  }

  @Test
  void markersFollowAndPointAtElementAndFeature() throws Exception {
    EventReader events = server.events(Map.of());
    done("'op':'set','element':'dram','feature':'base','value':null");
    JsonObject markers =
        events
            .await("markers", m -> m.getAsJsonObject("total").get("error").getAsInt() > 0)
            .data();
    JsonObject first = markers.getAsJsonArray("markers").get(0).getAsJsonObject();
    assertEquals("dram", first.get("element").getAsString());
    assertEquals("base", first.get("feature").getAsString());
    done("'op':'undo'");
    events.await("markers", m -> m.getAsJsonObject("total").get("error").getAsInt() == 0);
  }

  @Test
  void referencesComeWithWhatTheyMayName() throws Exception {
    JsonObject found =
        server.ok(
            server.get(
                "/api/docs/" + doc + "/candidates?element=soc%2Fnpu&feature=memoryRegions"));
    assertEquals(
        "dram/pool",
        found.getAsJsonArray("candidates").get(0).getAsJsonObject().get("key").getAsString());
    found =
        server.ok(server.get("/api/docs/" + doc + "/candidates?element=soc%2Fnpu&feature=iommus"));
    assertEquals(
        "soc/mmu",
        found.getAsJsonArray("candidates").get(0).getAsJsonObject().get("key").getAsString());
  }
}
