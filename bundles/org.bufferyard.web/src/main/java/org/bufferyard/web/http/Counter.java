package org.bufferyard.web.http;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.web.document.Document;
import org.bufferyard.web.document.Documents;
import org.bufferyard.web.document.Workspace;
import org.bufferyard.web.layout.ContainerLayout;
import org.bufferyard.web.live.LiveDesk;
import org.bufferyard.web.schema.SchemaDesk;
import org.bufferyard.web.verdict.VerdictDesk;
import org.bufferyard.web.wire.EventHub;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;

/**
 * Where requests are taken to whoever answers them: the table of docs/editor-protocol.md.
 *
 * @param gate who may ask
 * @param version of the product
 */
public record Counter(
    Gate gate,
    String version,
    EventHub hub,
    SchemaDesk schema,
    Workspace workspace,
    Documents documents,
    VerdictDesk verdicts,
    LiveDesk live,
    Supplier<ContainerLayout> layout) {

  Reply answer(Ask ask) throws IOException {
    List<String> path = ask.path();
    String first = path.isEmpty() ? "" : path.getFirst();
    return switch (first) {
      case "hello" -> get(ask, hello());
      case "workspace" -> get(ask, documents.files());
      case "schema" -> schema(ask);
      case "docs" -> path.size() == 1 ? docs(ask) : doc(ask, documents.find(path.get(1)));
      case "live" -> live(ask);
      default -> throw Failure.notFound("there is no /api/" + String.join("/", path));
    };
  }

  private static Reply get(Ask ask, JsonObject json) {
    require(ask, "GET");
    return Reply.of(json);
  }

  private static void require(Ask ask, String... methods) {
    if (!List.of(methods).contains(ask.method())) {
      throw new Failure(
          Failure.Kind.METHOD, "/api/" + String.join("/", ask.path()) + " has no " + ask.method());
    }
  }

  private Reply schema(Ask ask) {
    require(ask, "GET");
    return Reply.tagged(schema.text(), "\"" + hub.boot() + "-" + schema.rev() + "\"");
  }

  private JsonObject hello() {
    JsonObject json = new JsonObject();
    json.addProperty("product", "Bufferyard");
    json.addProperty("version", version);
    json.addProperty("boot", hub.boot());
    json.addProperty("workspace", workspace.name());
    json.add("kernels", texts(KernelProfile.ALL.stream().map(KernelProfile::name).toList()));
    json.addProperty("kernel", KernelProfile.DEFAULT.name());
    json.add("memory", texts(Arrays.stream(MemoryKind.values()).map(MemoryKind::word).toList()));
    json.add("policies", texts(List.of("mainline", "proposal")));
    json.add("verdicts", texts(Arrays.stream(Verdict.values()).map(Verdict::name).toList()));
    JsonObject limits = new JsonObject();
    limits.addProperty("bodyBytes", Ask.LARGEST);
    limits.addProperty("markers", Document.MOST_MARKERS);
    json.add("limits", limits);
    json.addProperty("live", live.isThere());
    json.addProperty("page", PageFiles.areBuilt());
    return json;
  }

  private static JsonArray texts(List<String> texts) {
    JsonArray array = new JsonArray();
    texts.forEach(array::add);
    return array;
  }

  private Reply docs(Ask ask) throws IOException {
    require(ask, "GET", "POST");
    if (ask.method().equals("GET")) {
      return Reply.of(documents.list());
    }
    Optional<String> dropped = ask.query("import");
    return Reply.of(
        dropped.isPresent()
            ? documents.take(dropped.get(), ask.body(), "")
            : documents.open(ask.message()));
  }

  private Reply doc(Ask ask, Document document) throws IOException {
    if (ask.path().size() == 2) {
      require(ask, "DELETE");
      documents.close(document.id(), ask.query("discard").equals(Optional.of("true")));
      return Reply.of(new JsonObject());
    }
    if (ask.path().size() != 3) {
      throw Failure.notFound("there is no /api/" + String.join("/", ask.path()));
    }
    String what = ask.path().get(2);
    return switch (what) {
      case "model", "xmi", "candidates", "markers", "addressmap" -> look(ask, document, what);
      case "layout" -> layout(ask, document);
      case "command", "save", "reload", "arrange", "explain", "matrix", "diff" -> {
        require(ask, "POST");
        yield Reply.of(act(ask, document, what, ask.message()));
      }
      default -> throw Failure.notFound("there is no /api/" + String.join("/", ask.path()));
    };
  }

  private Reply look(Ask ask, Document document, String what) {
    require(ask, "GET");
    return switch (what) {
      case "model" -> Reply.of(document.model());
      case "xmi" -> Reply.xml(document.text());
      case "candidates" ->
          Reply.of(document.candidates(ask.needed("element"), ask.needed("feature")));
      case "markers" -> Reply.of(document.markersJson());
      default -> Reply.of(verdicts.addressMap(document, ask.needed("device")));
    };
  }

  private static Reply layout(Ask ask, Document document) throws IOException {
    require(ask, "GET", "PUT", "PATCH");
    if (ask.method().equals("GET")) {
      return Reply.of(document.layout());
    }
    document.layout(ask.message(), ask.method().equals("PATCH"), ask.client());
    return Reply.of(new JsonObject());
  }

  private JsonObject act(Ask ask, Document document, String what, Message message) {
    return switch (what) {
      case "command" -> documents.command(document.id(), message, ask.client());
      case "save" -> documents.save(document.id(), message);
      case "reload" -> document.reload(message.flag("discard"));
      case "arrange" -> layout.get().arrange(message);
      case "explain" -> verdicts.explain(document, message);
      case "matrix" -> verdicts.matrix(document, message);
      default -> verdicts.diff(document, message, documents::find);
    };
  }

  private Reply live(Ask ask) throws IOException {
    List<String> path = ask.path();
    if (path.size() == 1) {
      require(ask, "GET", "POST");
      return Reply.of(
          ask.method().equals("GET")
              ? live.state()
              : live.act(ask.message(), documents::find));
    }
    if (path.size() == 2 && path.get(1).equals("timeline")) {
      require(ask, "GET");
      return Reply.of(live.timeline(ask.query("seconds").orElse("10")));
    }
    throw Failure.notFound("there is no /api/" + String.join("/", path));
  }
}
