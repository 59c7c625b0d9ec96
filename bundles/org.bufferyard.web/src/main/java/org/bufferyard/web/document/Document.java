package org.bufferyard.web.document;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.topology.edit.BoardModel;
import org.bufferyard.topology.edit.Inspection;
import org.bufferyard.topology.model.board.Topology;
import org.bufferyard.web.schema.ClassNames;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;
import org.eclipse.emf.ecore.EObject;

/**
 * One open board. Every method may be called from any thread; the model is touched by its own
 * alone, and checked by none: copies of it are, elsewhere.
 */
public final class Document implements AutoCloseable {
  /** Markers that are told in full; all are counted. */
  public static final int MOST_MARKERS = Markers.MOST;

  private final String id;
  private final Surroundings around;
  private final ModelThread thread;
  private final Checking checking;

  // Touched by the thread only.
  private final BoardFile file;
  private final Pins pins;
  private EditSession session;
  private long rev = 1;
  private String announced = "";

  private volatile JsonObject summary = new JsonObject();

  /**
   * @param file with what is known to be on disk
   * @param text of the board, which may differ from that
   * @throws Failure when no sense can be made of the text
   */
  static Document open(String id, BoardFile file, byte[] text, Surroundings around) {
    Document document = new Document(id, file, around);
    try {
      document.thread.call(
          () -> {
            document.start(text, 1);
            document.pins.read(file.path());
            document.announceState();
            return null;
          });
    } catch (RuntimeException e) {
      document.close();
      throw e;
    }
    return document;
  }

  private Document(String id, BoardFile file, Surroundings around) {
    this.id = id;
    this.file = file;
    this.around = around;
    this.pins = new Pins(around.workspace());
    this.thread = new ModelThread("document " + file.path());
    this.checking = new Checking(new Subject(), around, thread);
  }

  public String id() {
    return id;
  }

  public String path() {
    return summary.get("path").getAsString();
  }

  private ClassNames names() {
    return new ClassNames(around.models().packages());
  }

  /** Reads a text; what was there before, the history too, is dropped. Or throws, and changes nothing. */
  private void start(byte[] text, long newRev) {
    String name = file.path().substring(file.path().lastIndexOf('/') + 1);
    BoardModel model = around.models().read(text, name);
    if (model.root().isEmpty()) {
      Inspection.Found first = model.inspection().problems().getFirst();
      String line = first.line() > 0 ? ":" + first.line() : "";
      String remedy = first.remedy().isEmpty() ? "" : "; " + first.remedy();
      throw Failure.refused(file.path() + line + ": " + first.what() + remedy);
    }
    session = new EditSession(model, text);
    rev = newRev;
    checking.begin(
        Markers.of(id, rev, model.inspection(), session.called(), around.checks()));
  }

  private void announceState() {
    around.hub().publish("markers", checking.markers().json());
    summarize();
  }

  // What it is

  /** The DOC of the protocol. */
  public JsonObject summary() {
    return summary;
  }

  private boolean isUnsaved() {
    return session.isEdited()
        || file.known().map(k -> !Arrays.equals(k, session.cleanText())).orElse(true);
  }

  private void summarize() {
    JsonObject json = new JsonObject();
    Markers now = checking.markers();
    json.addProperty("doc", id);
    json.addProperty("path", file.path());
    json.addProperty("name", file.name());
    json.addProperty("unsaved", isUnsaved());
    json.addProperty("onDisk", file.isOnDisk());
    json.addProperty("disk", file.diskState());
    json.add("readOnly", orNull(session.readOnly()));
    json.addProperty("errors", now.errors());
    json.addProperty("warnings", now.warnings());
    String tells = json.toString();
    json.addProperty("rev", rev);
    json.add("undo", orNull(session.undoLabel()));
    json.add("redo", orNull(session.redoLabel()));
    summary = json;
    if (!tells.equals(announced)) {
      announced = tells;
      around.documentsChanged();
    }
  }

  private static JsonElement orNull(Optional<String> text) {
    return text.<JsonElement>map(JsonPrimitive::new).orElse(JsonNull.INSTANCE);
  }

  /** The answer of {@code GET …/model}. */
  public String model() {
    return thread.call(
        () -> {
          JsonObject json = new JsonObject();
          json.addProperty("doc", id);
          json.addProperty("rev", rev);
          json.addProperty("schemaRev", around.schema().rev());
          json.addProperty("root", session.rootKey());
          json.add("undo", orNull(session.undoLabel()));
          json.add("redo", orNull(session.redoLabel()));
          json.add("readOnly", orNull(session.readOnly()));
          json.addProperty("unsaved", isUnsaved());
          json.add("elements", session.elements(names()));
          return json.toString();
        });
  }

  public byte[] text() {
    return thread.call(() -> session.text());
  }

  public JsonObject candidates(String element, String feature) {
    return thread.call(() -> Candidates.of(session, element, feature, names()));
  }

  /** Copies of elements, without ids, to be put into another document. */
  List<EObject> parcel(List<String> elements, boolean keepsOthers) {
    return thread.call(() -> Parcel.of(found(elements), keepsOthers));
  }

  private List<EObject> found(List<String> elements) {
    return elements.stream()
        .map(
            key ->
                session
                    .keys()
                    .find(key)
                    .orElseThrow(() -> Failure.notFound("there is no element '" + key + "'")))
        .toList();
  }

  // Changing it

  /**
   * Carries out one command.
   *
   * @param client the page that asks
   * @param parcels copies from other documents, by document
   */
  public JsonObject command(
      Message command, String client, Map<String, Map<List<String>, List<EObject>>> parcels) {
    return thread.call(
        () -> {
          checkRev(command);
          EditSession.Change change =
              session.run(
                  command,
                  client,
                  names(),
                  (from, elements) ->
                      from.isEmpty() || from.equals(id)
                          ? Parcel.of(found(elements), true)
                          : parcels.getOrDefault(from, Map.of()).getOrDefault(elements, List.of()));
          return changed(change, client);
        });
  }

  private void checkRev(Message message) {
    if (message.whole("baseRev", -1) != rev) {
      throw Failure.stale(file.path(), rev);
    }
  }

  private JsonObject changed(EditSession.Change change, String client) {
    JsonObject event = new JsonObject();
    event.addProperty("doc", id);
    event.addProperty("baseRev", rev);
    rev++;
    event.addProperty("rev", rev);
    event.addProperty("client", client);
    event.addProperty("label", change.label());
    event.add("changed", change.changed());
    event.add("removed", change.removed());
    event.add("undo", orNull(session.undoLabel()));
    event.add("redo", orNull(session.redoLabel()));
    event.addProperty("unsaved", isUnsaved());
    around.hub().publish("change", event);
    summarize();
    checking.later();
    JsonObject answer = new JsonObject();
    answer.addProperty("rev", rev);
    answer.addProperty("label", change.label());
    JsonArray created = new JsonArray();
    change.created().forEach(created::add);
    answer.add("created", created);
    answer.add("change", event);
    return answer;
  }

  // Checking it

  /** The document for whoever checks it; the thread's only. */
  private final class Subject implements Checking.Subject {
    @Override
    public String id() {
      return id;
    }

    @Override
    public long rev() {
      return rev;
    }

    @Override
    public EditSession.Snapshot snapshot() {
      keep();
      return session.snapshot();
    }

    @Override
    public void found() {
      announceState();
    }
  }

  /** What is to be said about the board as it is now. */
  private Markers markersNow() {
    CompletableFuture<Markers> future = thread.call(checking::now);
    return around.await(future);
  }

  /**
   * The board at one revision.
   *
   * @param spec empty when it has errors
   */
  public record Compiled(long rev, Optional<PlatformSpec> spec) {}

  public Compiled compiled() {
    Markers now = markersNow();
    return new Compiled(now.rev(), now.spec());
  }

  /** Lets somebody look at the model, who must not keep or change anything of it. */
  public <T> T look(Function<Topology, T> look) {
    return thread.call(() -> look.apply(session.root()));
  }

  public JsonObject markersJson() {
    return markersNow().json();
  }

  // Saving it

  private void keep() {
    if (isUnsaved()) {
      around.recovery().keep(file.path(), session.text(), file.known());
    } else {
      around.recovery().forget(file.path());
    }
  }

  /** Writes the file; see the protocol. */
  public JsonObject save(Message message, Predicate<String> isOpen) {
    return thread.call(
        () -> {
          checkRev(message);
          session
              .readOnly()
              .ifPresent(
                  why -> {
                    throw Failure.refused(file.path() + ": read-only and not saved: " + why);
                  });
          byte[] text = session.text();
          boolean overwrite = message.flag("overwrite");
          String before = file.path();
          String target = message.text("path", before);
          if (target.equals(before)) {
            file.write(text, overwrite);
          } else {
            saveAs(target, text, overwrite, isOpen);
          }
          session.saved(text);
          around.recovery().forget(before);
          if (!pins.isEmpty()) {
            pins.write(file.path());
          }
          summarize();
          return summary;
        });
  }

  private void saveAs(
      String target,
      byte[] text,
      boolean overwrite,
      Predicate<String> isOpen) {
    if (!target.endsWith(Workspace.BOARD)) {
      throw Failure.refused(target + ": a board file ends in " + Workspace.BOARD);
    }
    if (isOpen.test(target)) {
      throw Failure.refused(target + ": is open; close it first");
    }
    file.writeAs(target, text, overwrite);
  }

  /** Reads the file again. */
  public JsonObject reload(boolean discard) {
    return thread.call(
        () -> {
          if (isUnsaved() && !discard) {
            throw unsaved();
          }
          reset(file.read(), "read from disk again");
          around.recovery().forget(file.path());
          return summary;
        });
  }

  private Failure unsaved() {
    return new Failure(
        Failure.Kind.UNSAVED, file.path() + ": has unsaved changes; drop them?");
  }

  /** On the thread. */
  private void reset(byte[] text, String reason) {
    start(text, rev + 1);
    JsonObject event = new JsonObject();
    event.addProperty("doc", id);
    event.addProperty("rev", rev);
    event.addProperty("reason", reason);
    around.hub().publish("reset", event);
    announceState();
  }

  /** Whether changes would be lost; throws then unless they may be. */
  void checkClosable(boolean discard) {
    thread.call(
        () -> {
          if (isUnsaved() && !discard) {
            throw unsaved();
          }
          around.recovery().forget(file.path());
          return null;
        });
  }

  /** Looks whether somebody else changed the file. */
  void lookAtDisk() {
    thread.post(this::summarize);
  }

  // Packages

  /**
   * A package came or went: what uses it is read again from its text, so that nothing of a package
   * that left is held. Waits for that, a bounded time.
   */
  void packageChanged(String nsUri, String reason) {
    thread.callWithin(
        () -> {
          if (session.uses(nsUri)) {
            byte[] text = session.text();
            reset(text, reason);
            keep();
          }
          return null;
        });
  }

  // Pins

  public JsonObject layout() {
    return thread.call(pins::json);
  }

  public void layout(Message message, boolean merge, String client) {
    thread.call(
        () -> {
          pins.take(message, merge);
          if (file.isOnDisk()) {
            pins.write(file.path());
          }
          JsonObject event = pins.json();
          event.addProperty("doc", id);
          event.addProperty("client", client);
          around.hub().publish("layout", event);
          return null;
        });
  }

  /** The server ends: the changes of this moment are kept, for the check has not seen them yet. */
  void leave() {
    thread.call(
        () -> {
          keep();
          return null;
        });
    close();
  }

  @Override
  public void close() {
    thread.close();
  }
}
