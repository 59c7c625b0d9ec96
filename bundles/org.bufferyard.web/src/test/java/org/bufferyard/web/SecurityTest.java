package org.bufferyard.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.bufferyard.topology.TestHouse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecurityTest {
  private static final String TOKEN = "0123456789abcdef";

  @TempDir Path outside;

  private Path workspace() throws IOException {
    Path folder = Files.createDirectory(outside.resolve("boards"));
    Files.writeString(folder.resolve("npu.topology"), TestHouse.npuBoard());
    Files.writeString(outside.resolve("secret.topology"), TestHouse.npuBoard());
    return folder;
  }

  private static String code(HttpResponse<String> response) {
    return JsonParser.parseString(response.body())
        .getAsJsonObject()
        .getAsJsonObject("error")
        .get("code")
        .getAsString();
  }

  private static HttpRequest.Builder opening(TestServer server) {
    return HttpRequest.newBuilder(server.uri("/api/docs"))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString("{\"open\":\"npu.topology\"}"));
  }

  @Test
  void anotherSitesPageMayNotAsk() throws Exception {
    try (TestServer server = new TestServer(workspace())) {
      HttpResponse<String> foreign =
          server.send(
              opening(server)
                  .header("X-Bufferyard", "page1")
                  .header("Origin", "http://evil.example")
                  .build());
      assertEquals(403, foreign.statusCode());
      assertEquals("origin", code(foreign));
      HttpResponse<String> looking =
          server.send(
              HttpRequest.newBuilder(server.uri("/api/docs"))
                  .header("Origin", "http://evil.example")
                  .build());
      assertEquals("origin", code(looking));
      HttpResponse<String> embedded =
          server.send(
              HttpRequest.newBuilder(server.uri("/api/docs"))
                  .header("Sec-Fetch-Site", "cross-site")
                  .build());
      assertEquals("origin", code(embedded));
      HttpResponse<String> own =
          server.send(
              opening(server)
                  .header("X-Bufferyard", "page1")
                  .header("Origin", "http://127.0.0.1:" + server.port())
                  .build());
      assertEquals(200, own.statusCode());
    }
  }

  @Test
  void metricsAreForThisMachineOrWhoHasTheToken() throws Exception {
    try (TestServer server = new TestServer(workspace())) {
      HttpResponse<String> own =
          server.send(HttpRequest.newBuilder(server.uri("/metrics")).build());
      assertEquals(200, own.statusCode());
      assertEquals("bufferyard_up 1\n", own.body());
      assertEquals(
          Optional.of("text/plain; version=0.0.4; charset=utf-8"),
          own.headers().firstValue("Content-Type").map(t -> t.toLowerCase(Locale.ROOT)));
      HttpResponse<String> foreign =
          server.send(
              HttpRequest.newBuilder(server.uri("/metrics"))
                  .header("Origin", "http://evil.example")
                  .build());
      assertEquals(403, foreign.statusCode());
      assertFalse(foreign.body().contains("bufferyard_up"), foreign.body());
    }
  }

  @Test
  void aFormCannotChangeAnything() throws Exception {
    try (TestServer server = new TestServer(workspace())) {
      HttpResponse<String> bare = server.send(opening(server).build());
      assertEquals(403, bare.statusCode());
      assertEquals("csrf", code(bare));
      HttpResponse<String> typed =
          server.send(
              HttpRequest.newBuilder(server.uri("/api/docs"))
                  .header("X-Bufferyard", "page1")
                  .header("Content-Type", "text/plain")
                  .POST(BodyPublishers.ofString("{\"open\":\"npu.topology\"}"))
                  .build());
      assertEquals(400, typed.statusCode());
    }
  }

  @Test
  void aNameThatSomebodyElseLeadsHereIsRefused() throws Exception {
    try (TestServer server = new TestServer(workspace());
        Socket socket = new Socket("127.0.0.1", server.port())) {
      // java.net.http does not let anybody choose the Host.
      socket
          .getOutputStream()
          .write(
              "GET /api/hello HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      assertTrue(in.readLine().contains("403"));
      assertTrue(in.lines().anyMatch(l -> l.contains("\"host\"")));
    }
  }

  @Test
  void beyondLoopbackOnlyTheTokenOpens() throws Exception {
    try (TestServer server = new TestServer(workspace(), Optional.of(TOKEN))) {
      assertEquals(401, server.get("/api/hello").status());
      HttpResponse<String> page = server.send(HttpRequest.newBuilder(server.uri("/")).build());
      assertEquals(401, page.statusCode());
      HttpResponse<String> wrong =
          server.send(HttpRequest.newBuilder(server.uri("/?token=wrong")).build());
      assertEquals(401, wrong.statusCode());
      HttpResponse<String> entered =
          server.send(HttpRequest.newBuilder(server.uri("/?token=" + TOKEN)).build());
      assertEquals(303, entered.statusCode());
      String cookie = entered.headers().firstValue("Set-Cookie").orElseThrow();
      assertTrue(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), cookie);
      HttpResponse<String> asked =
          server.send(
              HttpRequest.newBuilder(server.uri("/api/hello"))
                  .header("Cookie", cookie.substring(0, cookie.indexOf(';')))
                  .build());
      assertEquals(200, asked.statusCode());
      HttpResponse<String> script =
          server.send(
              HttpRequest.newBuilder(server.uri("/api/hello"))
                  .header("Authorization", "Bearer " + TOKEN)
                  .build());
      assertEquals(200, script.statusCode());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret.topology",
        "a/../../secret.topology",
        "/etc/passwd",
        "link.topology",
        "linked/secret.topology",
        ".bufferyard/x.topology",
        "..\\\\secret.topology",
        "a\\u0000.topology",
        ""
      })
  void nothingOutsideTheWorkspaceIsOpenedOrWritten(String path) throws Exception {
    Path folder = workspace();
    Files.createSymbolicLink(
        folder.resolve("link.topology"), outside.resolve("secret.topology"));
    Files.createSymbolicLink(folder.resolve("linked"), outside);
    try (TestServer server = new TestServer(folder)) {
      for (String body :
          new String[] {"{'open':'" + path + "'}", "{'new':'" + path + "','name':'x'}"}) {
        TestServer.Said said = server.post("/api/docs", body);
        assertEquals("path", said.code(), body);
      }
      String doc = server.open("npu.topology");
      TestServer.Said saved = server.save(doc, ",'overwrite':true,'path':'" + path + "'");
      assertFalse(saved.status() == 200, path);
    }
    assertEquals(TestHouse.npuBoard(), Files.readString(outside.resolve("secret.topology")));
  }

  @Test
  void whatLeadsOutIsNotListed() throws Exception {
    Path folder = workspace();
    Files.createSymbolicLink(folder.resolve("linked"), outside);
    Files.createSymbolicLink(folder.resolve("l.topology"), outside.resolve("secret.topology"));
    try (TestServer server = new TestServer(folder)) {
      String files = server.ok(server.get("/api/workspace")).get("files").toString();
      assertTrue(files.contains("npu.topology"), files);
      assertFalse(files.contains("secret") || files.contains("l.topology\""), files);
    }
  }

  @Test
  void externalEntitiesAreNotRead() throws Exception {
    Path folder = workspace();
    Files.writeString(outside.resolve("secret.txt"), "THE-SECRET");
    String hostile =
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE x [<!ENTITY s SYSTEM "%s">]>
        <topology:Topology xmlns:topology="http://bufferyard.org/topology/1.0" id="b" name="&s;"/>
        """
            .formatted(outside.resolve("secret.txt").toUri());
    Path file = Files.writeString(folder.resolve("hostile.topology"), hostile);
    try (TestServer server = new TestServer(folder)) {
      TestServer.Said said = server.post("/api/docs", "{'open':'hostile.topology'}");
      assertEquals(422, said.status());
      assertTrue(said.line().startsWith("hostile.topology"), said.line());
      assertFalse(said.json().toString().contains("THE-SECRET"));
      assertFalse(said.json().toString().contains(outside.toString()), said.line());
    }
    assertEquals(hostile, Files.readString(file));
  }

  @Test
  void aBoardThatIsNestedWithoutEndGetsALine() throws Exception {
    Path folder = workspace();
    StringBuilder text = new StringBuilder(TestHouse.npuBoard());
    int end = text.lastIndexOf("</topology:Topology>");
    String open = "<components xsi:type=\"topology:Bus\" id=\"b%d\" name=\"b\">";
    StringBuilder nested = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      nested.append(open.formatted(i));
    }
    nested.append("</components>".repeat(20_000));
    Path file = Files.writeString(folder.resolve("deep.topology"), text.insert(end, nested));
    try (TestServer server = new TestServer(folder)) {
      TestServer.Said said = server.post("/api/docs", "{'open':'deep.topology'}");
      assertEquals(422, said.status(), said.json().toString());
      assertTrue(said.line().startsWith("deep.topology:"), said.line());
      server.open("npu.topology");
    }
    assertEquals(text.toString(), Files.readString(file));
  }

  @Test
  void brokenAndOversizedBodiesAreRefusedInOneLine() throws Exception {
    try (TestServer server = new TestServer(workspace())) {
      assertEquals(400, server.post("/api/docs", "{").status());
      assertEquals(400, server.post("/api/docs", "[]").status());
      assertEquals(400, server.post("/api/docs", "{'open':7}").status());
      assertEquals(
          400, server.post("/api/docs", "{'a':" + "[".repeat(50_000)).status());
      HttpResponse<String> large =
          server.send(
              server
                  .request("/api/docs?import=x.dtb")
                  .header("Content-Type", "application/octet-stream")
                  .POST(BodyPublishers.ofByteArray(new byte[(16 << 20) + 1]))
                  .build());
      assertEquals(413, large.statusCode());
      assertEquals("too-large", code(large));
      TestServer.Said noBoard = server.post("/api/docs?import=x.dtb", "no devicetree");
      assertEquals(422, noBoard.status());
      assertTrue(noBoard.line().startsWith("x.dtb: "), noBoard.line());
      TestServer.Said named = server.post("/api/docs?import=..%2Fx.dtb", "d00dfeed");
      assertEquals(422, named.status());
    }
  }

  @Test
  void everyAnswerProtectsThePage() throws Exception {
    try (TestServer server = new TestServer(workspace())) {
      for (String path : new String[] {"/", "/api/hello", "/nothing.js"}) {
        HttpResponse<String> answer =
            server.send(HttpRequest.newBuilder(server.uri(path)).build());
        String policy = answer.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertTrue(policy.contains("default-src 'none'"), policy);
        assertFalse(policy.contains("unsafe"), policy);
        assertEquals(
            "nosniff", answer.headers().firstValue("X-Content-Type-Options").orElseThrow());
      }
      HttpResponse<String> up =
          server.send(HttpRequest.newBuilder(server.uri("/..%2fnpu.topology")).build());
      assertTrue(up.statusCode() >= 400, up.body());
    }
  }
}
