package org.bufferyard.web.document;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.topology.model.board.Topology;
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

  private final Surroundings around;
  private final ModelThread thread;

  /** The thread's only, but for its id. */
  private final OpenBoard board;

  private volatile JsonObject summary = new JsonObject();

  /**
   * @param file with what is known to be on disk
   * @param text of the board, which may differ from that
   * @throws Failure when no sense can be made of the text
   */
  static Document open(String id, BoardFile file, byte[] text, Surroundings around) {
    Document document = new Document(id, file, around);
    try {
      document.run(() -> document.board.begin(text));
    } catch (RuntimeException e) {
      document.close();
      throw e;
    }
    return document;
  }

  private Document(String id, BoardFile file, Surroundings around) {
    this.around = around;
    this.thread = new ModelThread("document " + file.path());
    this.board = new OpenBoard(id, file, around, thread, newest -> summary = newest);
  }

  private void run(Runnable task) {
    thread.call(
        () -> {
          task.run();
          return null;
        });
  }

  public String id() {
    return board.id();
  }

  public String path() {
    return summary().get("path").getAsString();
  }

  // What it is

  /** The DOC of the protocol. */
  public JsonObject summary() {
    return summary;
  }

  /** The answer of {@code GET …/model}. */
  public String model() {
    return thread.call(() -> board.model().toString());
  }

  public byte[] text() {
    return thread.call(board::text);
  }

  public JsonObject candidates(String element, String feature) {
    return thread.call(() -> board.candidates(element, feature));
  }

  /** Copies of elements, without ids, to be put into another document. */
  List<EObject> parcel(List<String> elements, boolean keepsOthers) {
    return thread.call(() -> board.parcel(elements, keepsOthers));
  }

  /** Lets somebody look at the model, who must not keep or change anything of it. */
  public <T> T look(Function<Topology, T> look) {
    return thread.call(() -> look.apply(board.root()));
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
    return thread.call(() -> board.command(command, client, parcels));
  }

  // Checking it

  /** What is to be said about the board as it is now. */
  private Markers markersNow() {
    CompletableFuture<Markers> future = thread.call(board::markers);
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

  public JsonObject markersJson() {
    return markersNow().json();
  }

  // Saving it

  /** Writes the file; see the protocol. */
  public JsonObject save(Message message, Predicate<String> isOpen) {
    return thread.call(() -> board.save(message, isOpen));
  }

  /** Reads the file again. */
  public JsonObject reload(boolean discard) {
    return thread.call(() -> board.reload(discard));
  }

  /** Whether changes would be lost; throws then unless they may be. */
  void checkClosable(boolean discard) {
    run(
        () -> {
          board.checkClosable(discard);
          board.forget();
        });
  }

  /** Looks whether somebody else changed the file. */
  void lookAtDisk() {
    thread.post(board::summarize);
  }

  // Packages

  /**
   * A package came or went: what uses it is read again from its text, so that nothing of a package
   * that left is held. Waits for that, a bounded time.
   */
  void packageChanged(String nsUri, String reason) {
    thread.callWithin(
        () -> {
          board.packageChanged(nsUri, reason);
          return null;
        });
  }

  // Pins

  public JsonObject layout() {
    return thread.call(board::layout);
  }

  public void layout(Message message, boolean merge, String client) {
    run(() -> board.layout(message, merge, client));
  }

  /** The server ends: the changes of this moment are kept, for the check has not seen them yet. */
  void leave() {
    run(board::keep);
    close();
  }

  @Override
  public void close() {
    thread.close();
  }
}
