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
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bufferyard.topology.edit.BoardModel;
import org.bufferyard.topology.edit.Inspection;
import org.bufferyard.topology.model.board.Topology;
import org.bufferyard.web.schema.ClassNames;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;
import org.eclipse.emf.ecore.EObject;

/**
 * A document's board as its thread has it: the model with its history, the file, the pins, and the
 * revision. Only that thread calls it, but for {@link #id}. Whatever pages have to hear of goes to the
 * hub.
 */
final class OpenBoard implements Checking.Subject {
  private final String id;
  private final BoardFile file;
  private final Surroundings around;
  private final Checking checking;
  private final Pins pins;
  private final Consumer<JsonObject> told;
  private EditSession session;
  private long rev = 1;
  private String announced = "";

  private JsonObject summary = new JsonObject();

  /**
   * @param told is given each new summary, the DOC of the protocol
   */
  OpenBoard(
      String id,
      BoardFile file,
      Surroundings around,
      ModelThread thread,
      Consumer<JsonObject> told) {
    this.id = id;
    this.file = file;
    this.around = around;
    this.told = told;
    this.pins = new Pins(around.workspace());
    this.checking = new Checking(this, around, thread);
  }

  /**
   * The first text.
   *
   * @throws Failure when no sense can be made of it
   */
  void begin(byte[] text) {
    start(text, 1);
    pins.read(file.path());
    found();
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

  private void reset(byte[] text, String reason) {
    start(text, rev + 1);
    JsonObject event = new JsonObject();
    event.addProperty("doc", id);
    event.addProperty("rev", rev);
    event.addProperty("reason", reason);
    around.hub().publish("reset", event);
    found();
  }

  // What it is

  Topology root() {
    return session.root();
  }

  byte[] text() {
    return session.text();
  }

  private boolean isUnsaved() {
    return session.isEdited()
        || file.known().map(k -> !Arrays.equals(k, session.cleanText())).orElse(true);
  }

  /** Looks at the file too, and tells when a page's list of documents is out of date. */
  void summarize() {
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
    told.accept(json);
    if (!tells.equals(announced)) {
      announced = tells;
      around.documentsChanged();
    }
  }

  private static JsonElement orNull(Optional<String> text) {
    return text.<JsonElement>map(JsonPrimitive::new).orElse(JsonNull.INSTANCE);
  }

  /** The answer of {@code GET …/model}. */
  JsonObject model() {
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
    return json;
  }

  JsonObject candidates(String element, String feature) {
    return Candidates.of(session, element, feature, names());
  }

  private ClassNames names() {
    return new ClassNames(around.models().packages());
  }

  /** Copies of elements, without ids. */
  List<EObject> parcel(List<String> elements, boolean keepsOthers) {
    return Parcel.of(elements.stream().map(this::element).toList(), keepsOthers);
  }

  private EObject element(String key) {
    return session
        .keys()
        .find(key)
        .orElseThrow(() -> Failure.notFound("there is no element '" + key + "'"));
  }

  // Changing it

  /**
   * Carries out one command.
   *
   * @param client the page that asks
   * @param parcels copies from other documents, by document
   */
  JsonObject command(
      Message command, String client, Map<String, Map<List<String>, List<EObject>>> parcels) {
    checkRev(command);
    EditSession.Change change =
        session.run(
            command,
            client,
            names(),
            (from, elements) ->
                from.isEmpty() || from.equals(id)
                    ? parcel(elements, true)
                    : parcels.getOrDefault(from, Map.of()).getOrDefault(elements, List.of()));
    return changed(change, client);
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
    around.hub().publish("markers", checking.markers().json());
    summarize();
  }

  /** What is to be said about the board as it is now. */
  CompletableFuture<Markers> markers() {
    return checking.now();
  }

  // Saving it

  /** Keeps unsaved changes for the case that the server dies. */
  void keep() {
    if (isUnsaved()) {
      around.recovery().keep(file.path(), session.text(), file.known());
    } else {
      around.recovery().forget(file.path());
    }
  }

  /** Writes the file; see the protocol. */
  JsonObject save(Message message, Predicate<String> isOpen) {
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
  }

  private void saveAs(
      String target, byte[] text, boolean overwrite, Predicate<String> isOpen) {
    if (!target.endsWith(Workspace.BOARD)) {
      throw Failure.refused(target + ": a board file ends in " + Workspace.BOARD);
    }
    if (isOpen.test(target)) {
      throw Failure.refused(target + ": is open; close it first");
    }
    file.writeAs(target, text, overwrite);
  }

  /** Reads the file again. */
  JsonObject reload(boolean discard) {
    checkClosable(discard);
    reset(file.read(), "read from disk again");
    around.recovery().forget(file.path());
    return summary;
  }

  /** Throws when changes would be lost that may not be. */
  void checkClosable(boolean discard) {
    if (isUnsaved() && !discard) {
      throw new Failure(
          Failure.Kind.UNSAVED, file.path() + ": has unsaved changes; drop them?");
    }
  }

  /** Nobody will want this document's unsaved changes back. */
  void forget() {
    around.recovery().forget(file.path());
  }

  // Packages

  /** What uses a package that came or went is read again from its text. */
  void packageChanged(String nsUri, String reason) {
    if (session.uses(nsUri)) {
      byte[] text = session.text();
      reset(text, reason);
      keep();
    }
  }

  // Pins

  JsonObject layout() {
    return pins.json();
  }

  void layout(Message message, boolean merge, String client) {
    pins.take(message, merge);
    if (file.isOnDisk()) {
      pins.write(file.path());
    }
    JsonObject event = pins.json();
    event.addProperty("doc", id);
    event.addProperty("client", client);
    around.hub().publish("layout", event);
  }
}
