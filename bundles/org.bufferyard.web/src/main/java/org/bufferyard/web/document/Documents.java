package org.bufferyard.web.document;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bufferyard.platform.board.BoardImport;
import org.bufferyard.platform.board.BoardImports;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.topology.edit.BoardModels;
import org.bufferyard.web.schema.SchemaDesk;
import org.bufferyard.web.wire.EventHub;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;
import org.eclipse.emf.ecore.EObject;

/** The open documents of a workspace. Safe for any thread. */
public final class Documents implements AutoCloseable {
  private static final int MOST = 64;
  private static final long DISK_MILLIS = 2000;

  private final Workspace workspace;
  private final BoardImports imports;
  private final SchemaDesk schema;
  private final EventHub hub;
  private final Surroundings around;
  private final Runnable unlisten;

  // Guarded by itself; opening holds it, so that a path is opened once.
  private final Map<String, Document> open = new LinkedHashMap<>();

  public Documents(
      Workspace workspace,
      BoardModels models,
      BoardImports imports,
      Supplier<Optional<Checks>> checks,
      SchemaDesk schema,
      EventHub hub) {
    this.workspace = workspace;
    this.imports = imports;
    this.schema = schema;
    this.hub = hub;
    this.around = new Surroundings(models, schema, hub, workspace, checks, this::announce);
    this.unlisten = models.listen(nsUri -> packageChanged(nsUri, models));
    around
        .clock()
        .scheduleWithFixedDelay(
            () -> all().forEach(Document::lookAtDisk),
            DISK_MILLIS,
            DISK_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private void packageChanged(String nsUri, BoardModels models) {
    Optional<String> bundle =
        models.packages().stream()
            .filter(p -> p.ePackage().getNsURI().equals(nsUri))
            .map(p -> p.bundle())
            .findFirst();
    schema.changed();
    String reason =
        bundle
            .map(b -> "the bundle " + b + " arrived")
            .orElse("the bundle that brings " + nsUri + " left");
    all().forEach(d -> d.packageChanged(nsUri, reason));
  }

  private List<Document> all() {
    synchronized (open) {
      return List.copyOf(open.values());
    }
  }

  /** Tells the pages; never waits for a document. */
  private void announce() {
    around.clock().execute(() -> hub.publish("docs", list()));
  }

  /** The answer of {@code GET /api/docs}. */
  public JsonObject list() {
    JsonArray docs = new JsonArray();
    all().forEach(d -> docs.add(d.summary()));
    JsonObject json = new JsonObject();
    json.add("docs", docs);
    return json;
  }

  /** The answer of {@code GET /api/workspace}. */
  public JsonObject files() {
    Map<String, String> ids = new HashMap<>();
    all().forEach(d -> ids.put(d.path(), d.id()));
    return workspace.list(
        path -> ids.getOrDefault(path, ""), around.recovery().paths());
  }

  public Document find(String id) {
    synchronized (open) {
      Document document = open.get(id);
      if (document == null) {
        throw Failure.notFound("there is no open document '" + id + "'");
      }
      return document;
    }
  }

  private Optional<Document> byPath(String path) {
    return all().stream().filter(d -> d.path().equals(path)).findFirst();
  }

  private boolean isOpen(String path) {
    return byPath(path).isPresent();
  }

  /** Opens, makes or imports, as the message says. */
  public JsonObject open(Message message) {
    if (message.has("new")) {
      return create(message);
    }
    String path = workspace.relative(workspace.resolve(message.text("open")));
    if (path.endsWith(Workspace.DEVICETREE)) {
      return take(path.substring(path.lastIndexOf('/') + 1), workspace.read(path), folder(path));
    }
    synchronized (open) {
      Optional<Document> there = byPath(path);
      if (there.isPresent()) {
        return there.get().summary();
      }
      requireBoard(path);
      Optional<Recovery.Kept> kept = around.recovery().find(path);
      if (kept.isPresent()) {
        BoardFile file = new BoardFile(workspace, path, kept.get().base());
        return enter(file, kept.get().text()).summary();
      }
      BoardFile file = new BoardFile(workspace, path, Optional.empty());
      return enter(file, file.read()).summary();
    }
  }

  private static String folder(String path) {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }

  private static void requireBoard(String path) {
    if (!path.endsWith(Workspace.BOARD)) {
      throw Failure.refused(
          path + ": is no board; give a " + Workspace.BOARD + " or a " + Workspace.DEVICETREE);
    }
  }

  private Document enter(BoardFile file, byte[] text) {
    if (open.size() >= MOST) {
      throw Failure.refused("there are " + MOST + " open documents; close some");
    }
    String id = id(file.path());
    Document document = Document.open(id, file, text, around);
    open.put(id, document);
    announce();
    return document;
  }

  /** The same after a restart of the server, unless one that was saved under another name has it. */
  private String id(String path) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(path.getBytes(StandardCharsets.UTF_8));
      String id = "d" + HexFormat.of().formatHex(digest, 0, 5);
      String free = id;
      for (int n = 2; open.containsKey(free); n++) {
        free = id + Integer.toHexString(n);
      }
      return free;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private JsonObject create(Message message) {
    String path = workspace.relative(workspace.resolve(message.text("new")));
    requireBoard(path);
    String file = path.substring(path.lastIndexOf('/') + 1);
    String stem = file.substring(0, file.length() - Workspace.BOARD.length());
    String name = message.text("name", stem);
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9,._+@\\-]*")) {
      throw Failure.refused(
          "'" + name + "' is no name for a board: use letters, digits and , . _ + - @");
    }
    byte[] text;
    try {
      text = around.models().blank(name, message.text("architecture", "arm64"));
    } catch (IllegalArgumentException e) {
      throw Failure.refused(e.getMessage());
    }
    synchronized (open) {
      requireFree(path);
      return enter(new BoardFile(workspace, path, Optional.empty()), text).summary();
    }
  }

  private void requireFree(String path) {
    if (isOpen(path)
        || Files.exists(workspace.resolve(path))
        || around.recovery().find(path).isPresent()) {
      throw new Failure(Failure.Kind.EXISTS, path + ": there is such a board already");
    }
  }

  /**
   * Makes an unsaved board of a devicetree.
   *
   * @param name of the file that was dropped
   * @param folder where its board would go: empty, or a path that ends in a slash
   */
  public JsonObject take(String name, byte[] blob, String folder) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9,._+@\\-]*\\.dtb")) {
      throw Failure.refused("'" + name + "' is no devicetree: give a .dtb with a plain name");
    }
    String stem = name.substring(0, name.length() - Workspace.DEVICETREE.length());
    Imported imported = read(name, blob);
    synchronized (open) {
      String path = folder + stem + Workspace.BOARD;
      for (int n = 2; isTaken(path); n++) {
        path = folder + stem + "-" + n + Workspace.BOARD;
      }
      Document document =
          enter(new BoardFile(workspace, path, Optional.empty()), imported.text());
      JsonObject json = document.summary().deepCopy();
      json.add("report", ReportJson.of(imported.report()));
      return json;
    }
  }

  private boolean isTaken(String path) {
    try {
      requireFree(path);
      return false;
    } catch (Failure e) {
      return true;
    }
  }

  private record Imported(byte[] text, BoardImport report) {}

  private Imported read(String name, byte[] blob) {
    try {
      Path folder = Files.createTempDirectory("bufferyard-import");
      Path file = folder.resolve(name);
      Path board = folder.resolve("board" + Workspace.BOARD);
      try {
        Files.write(file, blob);
        BoardImport report = imports.write(file, List.of(), List.of(), board);
        return new Imported(Files.readAllBytes(board), report);
      } catch (BadInputException e) {
        throw Failure.refused(e.getMessage().replace(folder + "/", ""));
      } finally {
        Files.deleteIfExists(file);
        Files.deleteIfExists(board);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new Failure(Failure.Kind.INTERNAL, "no room to import " + name);
    }
  }

  /** One command to one document; copies are fetched from others before it is waited for. */
  public JsonObject command(String id, Message command, String client) {
    Document document = find(id);
    Map<String, Map<List<String>, List<EObject>>> parcels = new HashMap<>();
    fetch(id, command, parcels);
    return document.command(command, client, parcels);
  }

  private void fetch(
      String id, Message command, Map<String, Map<List<String>, List<EObject>>> parcels) {
    String from = command.text("from", id);
    if (command.text("op").equals("copy") && !from.equals(id)) {
      List<String> elements = command.texts("elements");
      parcels
          .computeIfAbsent(from, f -> new HashMap<>())
          .put(elements, find(from).parcel(elements, false));
    }
    command.messages("commands").forEach(c -> fetch(id, c, parcels));
  }

  public JsonObject save(String id, Message message) {
    return find(id).save(message, this::isOpen);
  }

  public void close(String id, boolean discard) {
    Document document = find(id);
    document.checkClosable(discard);
    synchronized (open) {
      open.remove(id);
    }
    document.close();
    announce();
  }

  @Override
  public void close() {
    unlisten.run();
    all().forEach(Document::leave);
    around.close();
  }
}
