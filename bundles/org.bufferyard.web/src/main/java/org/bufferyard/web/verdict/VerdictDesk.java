package org.bufferyard.web.verdict;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MatrixQuestion;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.ShareReport;
import org.bufferyard.topology.model.Notation;
import org.bufferyard.web.document.Document;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;

/** Verdicts on documents as they are. Safe for any thread; a few questions at a time. */
public final class VerdictDesk {
  private static final long DEFAULT_BYTES = 64L << 10;
  private static final long MOST_BYTES = 1L << 30;
  private static final int MOST_IMPORTERS = 64;
  private static final int AT_A_TIME = 2;

  private final Supplier<Optional<Explainer>> explainer;
  private final Semaphore room = new Semaphore(AT_A_TIME, true);

  public VerdictDesk(Supplier<Optional<Explainer>> explainer) {
    this.explainer = explainer;
  }

  /** A document at one revision, compiled. */
  private record Board(long rev, PlatformSpec spec) {}

  private static Board board(Document document) {
    Document.Compiled now = document.compiled();
    return new Board(
        now.rev(),
        now.spec()
            .orElseThrow(
                () ->
                    Failure.refused(
                        document.path() + ": has errors; mend them first (the list of problems shows them)")));
  }

  private <T> T ask(Function<Explainer, T> question) {
    Explainer there =
        explainer.get().orElseThrow(() -> Failure.refused("nobody here gives verdicts"));
    try {
      room.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(Failure.Kind.INTERNAL, "the server stops");
    }
    try {
      return question.apply(there);
    } finally {
      room.release();
    }
  }

  public JsonObject explain(Document document, Message message) {
    Board board = board(document);
    ShareReport report = report(board, message, policies(message));
    JsonObject json = new JsonObject();
    json.addProperty("rev", board.rev());
    json.addProperty("board", report.board());
    json.addProperty("kernel", report.kernel());
    json.add("results", results(document, board, report.results()));
    return json;
  }

  private JsonArray results(Document document, Board board, List<Share> shares) {
    List<List<String>> paths =
        document.look(
            root -> {
              BytePath path = new BytePath(board.spec(), root);
              return shares.stream().map(path::of).toList();
            });
    JsonArray results = new JsonArray();
    for (int i = 0; i < shares.size(); i++) {
      results.add(VerdictJson.of(shares.get(i), paths.get(i)));
    }
    return results;
  }

  private ShareReport report(Board board, Message message, List<OpsPolicy> policies) {
    List<String> importers = message.texts("importers");
    if (importers.isEmpty() || importers.size() > MOST_IMPORTERS) {
      throw Failure.bad("'importers' names 1 to " + MOST_IMPORTERS + " devices");
    }
    ShareQuestion question =
        new ShareQuestion(
            board.spec(),
            kernel(message),
            device(board.spec(), message.text("exporter")).id(),
            importers.stream().map(i -> device(board.spec(), i).id()).toList(),
            memory(message.text("memory", "default")),
            size(message),
            policies,
            message.optionalText("ops").filter(o -> !o.isBlank()));
    return ask(e -> e.explain(question));
  }

  private static DeviceSpec device(PlatformSpec board, String id) {
    return board
        .device(id)
        .orElseThrow(
            () ->
                Failure.refused(
                    "'" + id + "' is no device that takes part; is it disabled or something else?"));
  }

  private static KernelProfile kernel(Message message) {
    String name = message.text("kernel", KernelProfile.DEFAULT.name());
    return KernelProfile.named(name)
        .orElseThrow(() -> Failure.refused("there is no kernel '" + name + "'"));
  }

  private static MemoryKind memory(String word) {
    return MemoryKind.of(word)
        .orElseThrow(() -> Failure.refused("there is no kind of memory '" + word + "'"));
  }

  private static final Pattern SIZE = Pattern.compile("(0[xX])?[0-9a-fA-F]+[KMGkmg]?");

  private static long size(Message message) {
    String text = message.text("size", Long.toString(DEFAULT_BYTES)).replace("_", "").strip();
    try {
      long size = SIZE.matcher(text).matches() ? Notation.parseSize(text) : -1;
      if (size > 0 && size <= MOST_BYTES) {
        return size;
      }
    } catch (IllegalArgumentException e) {
      throw Failure.refused("size: " + e.getMessage());
    }
    throw Failure.refused("size: '" + text + "' is not 1 byte to 1G; write 65536, 64K or 0x10000");
  }

  private static List<OpsPolicy> policies(Message message) {
    return policies(message.text("policy", "both"));
  }

  private static List<OpsPolicy> policies(String word) {
    return switch (word) {
      case "mainline" -> List.of(OpsPolicy.MAINLINE);
      case "proposal" -> List.of(OpsPolicy.PROPOSAL);
      case "both" -> List.of(OpsPolicy.MAINLINE, OpsPolicy.PROPOSAL);
      default -> throw Failure.refused("there is no policy '" + word + "'");
    };
  }

  public JsonObject matrix(Document document, Message message) {
    Board board = board(document);
    List<MemoryKind> memory =
        message.has("memory")
            ? message.texts("memory").stream().map(VerdictDesk::memory).toList()
            : List.of(MemoryKind.DEFAULT, MemoryKind.NONCONTIG);
    MatrixQuestion question =
        new MatrixQuestion(
            board.spec(), kernel(message), memory, policies(message), size(message));
    MatrixReport report = ask(e -> e.matrix(question));
    JsonObject json = new JsonObject();
    json.addProperty("rev", board.rev());
    json.addProperty("board", report.board());
    json.addProperty("kernel", report.kernel());
    Set<String> devices = new LinkedHashSet<>();
    report.cells().forEach(c -> devices.add(c.exporter()));
    report.cells().forEach(c -> devices.add(c.importer()));
    json.add("devices", VerdictJson.array(List.copyOf(devices), JsonPrimitive::new));
    json.add("cells", VerdictJson.array(report.cells(), VerdictJson::cell));
    return json;
  }

  public JsonObject addressMap(Document document, String key) {
    Board board = board(document);
    DeviceSpec device = device(board.spec(), key);
    JsonObject json = new AddressMap(board.spec(), device).json();
    json.addProperty("rev", board.rev());
    json.add("way", document.look(root -> WayJson.of(root, device.id())));
    return json;
  }

  /** Of two answers to one question, or of two boards. */
  public JsonObject diff(Document document, Message message, Function<String, Document> find) {
    Optional<Document> other = message.optionalText("other").map(find);
    if (!message.has("question")) {
      Document right =
          other.orElseThrow(() -> Failure.bad("a diff has a 'question', an 'other', or both"));
      return ModelDiff.of(model(document), model(right));
    }
    Message question = message.message("question");
    List<JsonObject> left;
    List<JsonObject> right;
    if (other.isPresent()) {
      left = answer(document, question, policies(question));
      right = answer(other.get(), question, policies(question));
    } else {
      List<String> two = message.texts("policies");
      if (two.size() != 2) {
        throw Failure.bad("'policies' names two, or there is an 'other'");
      }
      left = answer(document, question, policies(two.get(0)));
      right = answer(document, question, policies(two.get(1)));
    }
    JsonArray rows = new JsonArray();
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      rows.add(row(left.get(i), right.get(i)));
    }
    JsonObject json = new JsonObject();
    json.add("rows", rows);
    return json;
  }

  private static JsonObject model(Document document) {
    return JsonParser.parseString(document.model()).getAsJsonObject();
  }

  private List<JsonObject> answer(Document document, Message question, List<OpsPolicy> policies) {
    Board board = board(document);
    ShareReport report = report(board, question, policies);
    List<JsonObject> results = new ArrayList<>();
    results(document, board, report.results()).forEach(r -> results.add(r.getAsJsonObject()));
    return results;
  }

  private static JsonObject row(JsonObject left, JsonObject right) {
    JsonArray fields = new JsonArray();
    Set<String> names = new LinkedHashSet<>(left.keySet());
    names.addAll(right.keySet());
    names.remove("policy");
    for (String name : names) {
      if (!String.valueOf(left.get(name)).equals(String.valueOf(right.get(name)))) {
        fields.add(name);
      }
    }
    JsonObject row = new JsonObject();
    row.add("importer", left.get("importer"));
    row.add("left", left);
    row.add("right", right);
    row.addProperty("same", fields.isEmpty());
    row.add("fields", fields);
    return row;
  }
}
