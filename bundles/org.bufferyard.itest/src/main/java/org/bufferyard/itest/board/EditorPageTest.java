package org.bufferyard.itest.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bufferyard.itest.dynamics.Terminal;
import org.bufferyard.platform.web.PageOptions;
import org.bufferyard.platform.web.PageServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** The editor in the running house, asked as its page asks it. */
public final class EditorPageTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  // The server holds the folder until the framework ends.
  @TempDir(cleanup = CleanupMode.NEVER)
  static Path outside;

  private static Path workspace;
  private static String address;

  @InjectBundleContext BundleContext context;

  @BeforeAll
  static void open(@InjectService PageServer page) throws IOException {
    workspace = Files.createDirectory(outside.resolve("boards"));
    Files.writeString(outside.resolve("secret.topology"), "THE-SECRET");
    address = page.open(new PageOptions("127.0.0.1", 0, workspace));
  }

  @BeforeEach
  void boards() throws IOException {
    Files.writeString(workspace.resolve("npu.topology"), NpuBundle.board());
    Files.copy(
        Terminal.home(context).resolve("launch/yards/thread-2017/board.topology"),
        workspace.resolve("thread.topology"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private record Said(int status, JsonObject json) {
    String code() {
      return json.getAsJsonObject("error").get("code").getAsString();
    }

    JsonObject ok() {
      assertEquals(200, status, json.toString());
      return json;
    }
  }

  private static Said send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
    return new Said(
        response.statusCode(), JsonParser.parseString(response.body()).getAsJsonObject());
  }

  private static HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(address + "api/" + path));
  }

  private static Said get(String path) throws IOException, InterruptedException {
    return send(to(path));
  }

  private static Said post(String path, String json) throws IOException, InterruptedException {
    return send(
        to(path)
            .header("X-Bufferyard", "page1")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json.replace('\'', '"'))));
  }

  private static String open(String path) throws IOException, InterruptedException {
    return post("docs", "{'open':'" + path + "'}").ok().get("doc").getAsString();
  }

  private static Said command(String doc, String members)
      throws IOException, InterruptedException {
    return post(
        "docs/" + doc + "/command", "{'baseRev':" + rev(doc) + "," + members + "}");
  }

  private static long rev(String doc) throws IOException, InterruptedException {
    return get("docs/" + doc + "/model").ok().get("rev").getAsLong();
  }

  private static void close(String doc) throws IOException, InterruptedException {
    send(to("docs/" + doc + "?discard=true").header("X-Bufferyard", "page1").DELETE()).ok();
  }

  @Test
  void aBoardIsEditedUndoneAndSavedToTheByte() throws Exception {
    String before = Files.readString(workspace.resolve("thread.topology"));
    String doc = open("thread.topology");
    long rev = rev(doc);
    String set = "'op':'set','element':'soc/codec','feature':'width','value':'1280'";
    command(doc, set).ok();
    Said stale = post("docs/" + doc + "/command", "{'baseRev':" + rev + "," + set + "}");
    assertEquals("stale", stale.code());
    assertEquals(409, stale.status());
    command(doc, "'op':'connect','source':'soc/display','target':'soc/sysmmu_gsc'").ok();
    command(doc, "'op':'undo'").ok();
    JsonObject undone = command(doc, "'op':'undo'").ok();
    assertEquals("undo set width of codec", undone.get("label").getAsString());
    post("docs/" + doc + "/save", "{'baseRev':" + rev(doc) + "}").ok();
    assertEquals(before, Files.readString(workspace.resolve("thread.topology")));
    command(doc, set).ok();
    post("docs/" + doc + "/save", "{'baseRev':" + rev(doc) + "}").ok();
    assertEquals(
        before.replace("width=\"1920\"", "width=\"1280\""),
        Files.readString(workspace.resolve("thread.topology")));
    close(doc);
  }

  @Test
  void theVerdictIsOfTheBoardAsItIsOnThePage() throws Exception {
    String doc = open("thread.topology");
    String question = "{'exporter':'soc/codec','importers':['soc/scaler'],'policy':'mainline'}";
    JsonObject shared = result(doc, question);
    assertEquals("SHARED", shared.get("verdict").getAsString());
    assertTrue(shared.get("path").toString().contains("dram/codec-pool"), shared.toString());
    // Without its SysMMU's link the scaler reaches the pool directly: another path, no mapping.
    command(doc, "'op':'disconnect','source':'soc/scaler','target':'soc/sysmmu_gsc','feature':'iommus'").ok();
    assertFalse(result(doc, question).get("path").toString().contains("sysmmu"));
    JsonObject map = get("docs/" + doc + "/addressmap?device=soc%2Fdisplay").ok();
    assertTrue(map.get("memory").toString().contains("\"bounce\""), map.toString());
    JsonObject matrix = post("docs/" + doc + "/matrix", "{'memory':['default']}").ok();
    assertTrue(matrix.getAsJsonArray("cells").size() > 4);
    close(doc);
  }

  private static JsonObject result(String doc, String question) throws Exception {
    return post("docs/" + doc + "/explain", question)
        .ok()
        .getAsJsonArray("results")
        .get(0)
        .getAsJsonObject();
  }

  @Test
  void aDeviceBundleArrivesAndLeavesUnderAnOpenPage() throws Exception {
    try (Events events = new Events()) {
      String doc = open("npu.topology");
      assertFalse(npu(doc).has("class"));
      Bundle bundle = context.installBundle("npu-on-the-page", NpuBundle.jar());
      bundle.start();
      assertTrue(events.await("schema").get("added").toString().contains(NpuBundle.NS_URI));
      events.await("reset");
      assertTrue(get("schema").ok().getAsJsonObject("classes").has("npu:NpuDevice"));
      assertEquals("npu:NpuDevice", npu(doc).get("class").getAsString());
      command(doc, "'op':'set','element':'soc/npu','feature':'cores','value':'8'").ok();
      bundle.uninstall();
      events.await("reset");
      assertFalse(npu(doc).has("class"));
      assertEquals("8", npu(doc).getAsJsonObject("attrs").get("cores").getAsString());
      assertEquals(422, command(doc, "'op':'delete','elements':['soc/npu']").status());
      bundle = context.installBundle("npu-on-the-page", NpuBundle.jar());
      bundle.start();
      events.await("reset");
      command(doc, "'op':'set','element':'soc/npu','feature':'cores','value':'4'").ok();
      post("docs/" + doc + "/save", "{'baseRev':" + rev(doc) + "}").ok();
      assertEquals(NpuBundle.board(), Files.readString(workspace.resolve("npu.topology")));
      close(doc);
      bundle.uninstall();
      context
          .getBundle(0)
          .adapt(FrameworkWiring.class)
          .refreshBundles(java.util.List.of(bundle), (FrameworkEvent event) -> {});
    }
  }

  private static JsonObject npu(String doc) throws Exception {
    return get("docs/" + doc + "/model")
        .ok()
        .getAsJsonObject("elements")
        .getAsJsonObject("soc/npu");
  }

  @Test
  void pipelinesAreStartedFromThePageAndFollowAService() throws Exception {
    String doc = open("thread.topology");
    JsonObject state =
        post(
                "live",
                "{'action':'start','doc':'"
                    + doc
                    + "','pipelines':[{'exporter':'soc/codec','importers':['soc/scaler'],'framesPerSecond':200}]}")
            .ok();
    assertEquals(doc, state.get("doc").getAsString());
    JsonObject sysmmu = null;
    for (JsonElement one : state.getAsJsonArray("services")) {
      if (one.getAsJsonObject().get("elements").toString().contains("soc/sysmmu_gsc")) {
        sysmmu = one.getAsJsonObject();
      }
    }
    String id = sysmmu.get("id").getAsString();
    try (Events events = new Events()) {
      events.await("live", "\"state\":\"streaming\"");
      post("live", "{'action':'service-stop','service':'" + id + "'}").ok();
      events.await("live", "\"state\":\"parked\"");
      assertTrue(get("live").ok().get("services").toString().contains("\"STOPPED\""));
      post("live", "{'action':'service-start','service':'" + id + "'}").ok();
      events.await("live", "\"state\":\"streaming\"");
      post("live", "{'action':'service-swap','service':'" + id + "'}").ok();
      events.await("live", "\"state\":\"streaming\"");
    }
    assertTrue(get("live/timeline?seconds=60").ok().getAsJsonArray("events").size() > 0);
    JsonObject stopped = post("live", "{'action':'stop'}").ok();
    assertEquals("idle", stopped.get("state").getAsString());
    close(doc);
  }

  @Test
  void strangersAndHostileFilesGetALineAndNothingElse() throws Exception {
    Said foreign =
        send(
            to("docs")
                .header("X-Bufferyard", "page1")
                .header("Origin", "http://evil.example")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"open\":\"npu.topology\"}")));
    assertEquals("origin", foreign.code());
    assertEquals("path", post("docs", "{'open':'../secret.topology'}").code());
    String hostile =
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE x [<!ENTITY s SYSTEM "%s">]>
        <topology:Topology xmlns:topology="http://bufferyard.org/topology/1.0" id="b" name="&s;"/>
        """
            .formatted(outside.resolve("secret.topology").toUri());
    Files.writeString(workspace.resolve("hostile.topology"), hostile);
    Said refused = post("docs", "{'open':'hostile.topology'}");
    assertEquals(422, refused.status());
    assertFalse(refused.json().toString().contains("THE-SECRET"));
    assertEquals(hostile, Files.readString(workspace.resolve("hostile.topology")));
    HttpResponse<String> page =
        CLIENT.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
    assertEquals(200, page.statusCode());
    assertTrue(page.headers().firstValue("Content-Security-Policy").isPresent());
  }

  @Test
  void aContainerIsLaidOut() throws Exception {
    String doc = open("thread.topology");
    JsonObject laid =
        post(
                "docs/" + doc + "/arrange",
                "{'containers':[{'id':'soc','nodes':[{'id':'a','w':100,'h':50},{'id':'b','w':100,'h':50}],"
                    + "'edges':[{'id':'e','source':'a','target':'b'}]}]}")
            .ok();
    assertTrue(laid.toString().contains("\"layered\""), laid.toString());
    close(doc);
  }

  /** The stream of events. */
  private static final class Events implements AutoCloseable {
    private final BufferedReader lines;
    private final InputStream in;

    Events() throws IOException, InterruptedException {
      in = CLIENT.send(to("events?client=page1").build(), BodyHandlers.ofInputStream()).body();
      lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    JsonObject await(String type) throws IOException {
      return await(type, "");
    }

    /** Reads on to an event; the stream's own beat keeps this from waiting for ever on a dead one. */
    JsonObject await(String type, String text) throws IOException {
      String current = "";
      String line = lines.readLine();
      while (line != null) {
        if (line.startsWith("event: ")) {
          current = line.substring(7);
        } else if (line.startsWith("data: ") && current.equals(type) && line.contains(text)) {
          return JsonParser.parseString(line.substring(6)).getAsJsonObject();
        }
        line = lines.readLine();
      }
      throw new AssertionError("the stream ended before a " + type + " event with " + text);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
