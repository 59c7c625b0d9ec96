package org.bufferyard.web.document;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What is to be said about a document, brought up to date beside its thread: a copy is looked at
 * elsewhere, some time after the last change or when somebody asks. Touched by the document's thread,
 * but for {@link #markers}.
 */
final class Checking {
  private static final System.Logger LOG = System.getLogger(Checking.class.getName());
  private static final long AFTER_MILLIS = 300;

  /** The document as its thread sees it. */
  interface Subject {
    String id();

    long rev();

    /** A copy of the board as it is. */
    EditSession.Snapshot snapshot();

    /** There is something new to be said. */
    void found();
  }

  private final Subject subject;
  private final Surroundings around;
  private final ModelThread thread;
  private volatile Markers markers;

  Checking(Subject subject, Surroundings around, ModelThread thread) {
    this.subject = subject;
    this.around = around;
    this.thread = thread;
  }

  /** The newest there are; of an older revision while a check is under way. Any thread. */
  Markers markers() {
    return markers;
  }

  /** Reading a text finds the first. */
  void begin(Markers first) {
    markers = first;
  }

  /** After every change. */
  void later() {
    long wanted = subject.rev();
    around
        .clock()
        .schedule(
            () ->
                thread.post(
                    () -> {
                      if (subject.rev() == wanted) {
                        now();
                      }
                    }),
            AFTER_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  /** What is to be said about the board as it is now. */
  CompletableFuture<Markers> now() {
    long rev = subject.rev();
    if (markers.rev() == rev) {
      return CompletableFuture.completedFuture(markers);
    }
    EditSession.Snapshot snapshot = subject.snapshot();
    return CompletableFuture.supplyAsync(
            () ->
                Markers.of(
                    subject.id(),
                    rev,
                    around.models().inspect(snapshot.board()),
                    snapshot.keys(),
                    around.checks()),
            around.checkers())
        .whenComplete(
            (found, trouble) -> {
              if (trouble == null) {
                thread.post(() -> take(found));
              } else {
                LOG.log(Level.WARNING, "a board could not be checked", trouble);
              }
            });
  }

  private void take(Markers found) {
    if (found.rev() > markers.rev()) {
      markers = found;
      subject.found();
    }
  }
}
