package org.bufferyard.web;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.topology.TestHouse;
import org.bufferyard.web.document.Documents;
import org.bufferyard.web.document.Workspace;
import org.bufferyard.web.http.Counter;
import org.bufferyard.web.http.Endpoint;
import org.bufferyard.web.http.EventStream;
import org.bufferyard.web.http.Gate;
import org.bufferyard.web.http.MetricsPage;
import org.bufferyard.web.http.PageFiles;
import org.bufferyard.web.layout.ContainerLayout;
import org.bufferyard.web.live.LiveDesk;
import org.bufferyard.web.schema.SchemaDesk;
import org.bufferyard.web.verdict.VerdictDesk;
import org.bufferyard.web.wire.EventHub;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The servlets of the running yard on a port of their own, without a framework, and a page's view of them. */
final class TestServer implements AutoCloseable {
  final TestHouse house = new TestHouse();
  private final Server server = new Server();
  private final EventHub hub;
  private final Documents documents;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<EventReader> readers = new ArrayList<>();
  private final int port;

  TestServer(Path folder) throws Exception {
    this(folder, Optional.empty());
  }

  TestServer(Path folder, Optional<String> token) throws Exception {
    Workspace workspace = new Workspace(folder);
    hub = new EventHub("boot" + System.nanoTime());
    var models = house.models();
    SchemaDesk schema = new SchemaDesk(models, hub);
    documents =
        new Documents(workspace, models, house.imports(), Optional::empty, schema, hub);
    ContainerLayout layout = new ContainerLayout();
    Optional<Counter> counter =
        Optional.of(
            new Counter(
                new Gate(token),
                "0",
                hub,
                schema,
                workspace,
                documents,
                new VerdictDesk(Optional::empty),
                new LiveDesk(LiveDesk.Services.none(), hub),
                () -> layout));
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    context.addServlet(new ServletHolder(new Endpoint(() -> counter)), "/api/*");
    context.addServlet(new ServletHolder(new EventStream(() -> counter)), "/api/events");
    context.addServlet(
        new ServletHolder(new MetricsPage(() -> counter, () -> "bufferyard_up 1\n")), "/metrics");
    context.addServlet(new ServletHolder(new PageFiles(() -> counter)), "/*");
    server.setHandler(context);
    server.start();
    port = connector.getLocalPort();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  int port() {
    return port;
  }

  static String encoded(String key) {
    return URLEncoder.encode(key, StandardCharsets.UTF_8);
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).header("X-Bufferyard", "page1");
  }

  /** What it answered, whatever the status. */
  record Said(int status, JsonObject json) {
    String code() {
      return json.getAsJsonObject("error").get("code").getAsString();
    }

    String line() {
      return json.getAsJsonObject("error").get("line").getAsString();
    }
  }

  private Said said(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = send(request);
    return new Said(
        response.statusCode(), JsonParser.parseString(response.body()).getAsJsonObject());
  }

  Said get(String path) throws IOException, InterruptedException {
    return said(request(path).GET().build());
  }

  Said post(String path, String json) throws IOException, InterruptedException {
    return post(path, json, "page1");
  }

  /** Single quotes read as double ones. */
  Said post(String path, String json, String page) throws IOException, InterruptedException {
    return said(
        HttpRequest.newBuilder(uri(path))
            .header("X-Bufferyard", page)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json.replace('\'', '"')))
            .build());
  }

  JsonObject ok(Said said) {
    if (said.status() != 200) {
      throw new AssertionError(said.status() + " " + said.json());
    }
    return said.json();
  }

  /** Opens a board; returns the doc. */
  String open(String path) throws IOException, InterruptedException {
    return ok(post("/api/docs", "{'open':'" + path + "'}")).get("doc").getAsString();
  }

  JsonObject model(String doc) throws IOException, InterruptedException {
    return ok(get("/api/docs/" + doc + "/model"));
  }

  /** A command on the document as it is now. */
  Said command(String doc, String members) throws IOException, InterruptedException {
    long rev = model(doc).get("rev").getAsLong();
    return post("/api/docs/" + doc + "/command", "{'baseRev':" + rev + "," + members + "}");
  }

  JsonObject summary(String doc) throws IOException, InterruptedException {
    for (JsonElement one : ok(get("/api/docs")).getAsJsonArray("docs")) {
      if (one.getAsJsonObject().get("doc").getAsString().equals(doc)) {
        return one.getAsJsonObject();
      }
    }
    throw new AssertionError("not open: " + doc);
  }

  Said save(String doc, String more) throws IOException, InterruptedException {
    long rev = model(doc).get("rev").getAsLong();
    return post("/api/docs/" + doc + "/save", "{'baseRev':" + rev + more + "}");
  }

  EventReader events(Map<String, String> headers) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri("/api/events?client=page1"));
    headers.forEach(request::header);
    EventReader reader =
        new EventReader(client.send(request.build(), BodyHandlers.ofInputStream()).body());
    readers.add(reader);
    return reader;
  }

  @Override
  public void close() throws Exception {
    hub.close();
    for (EventReader reader : readers) {
      reader.close();
    }
    server.stop();
    documents.close();
    client.close();
  }
}
