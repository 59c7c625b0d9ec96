package org.bufferyard.shell.running;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bufferyard.platform.feature.StateFolder;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYards;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Keeps which yards run and what is wanted of their pipelines, and brings them back. Whoever changes a
 * yard, shell or page, does so past this, and is answered when the change is on disk: a process that is
 * killed then loses nothing. A yard whose board lacks a plug-in stays kept, and is tried again once in
 * {@link #PERIOD_MILLIS}.
 */
@Component(service = SavedYards.class)
public final class SavedYards {
  private static final String FILE = "yards.json";
  private static final long PERIOD_MILLIS = 500;

  private final Gson gson =
      new GsonBuilder()
          .registerTypeAdapterFactory(new OptionalAdapter())
          .serializeNulls()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .create();

  private final StateFolder folder;
  private final Arrivals arrivals;
  private final YardOpener opener;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("kept yards").daemon().factory());

  /** Yards that could not be opened yet. */
  private final List<SavedYard> due = new ArrayList<>();

  private String written = "";

  /** Whose changes are heard of. */
  private Optional<LiveYards> heard = Optional.empty();

  /** Yards are being brought back: half of one is not to be kept. */
  private boolean retrying;

  private final Runnable listener = this::changed;

  @Activate
  public SavedYards(
      @Reference StateFolder folder, @Reference Arrivals arrivals, @Reference YardOpener opener) {
    this.folder = folder;
    this.arrivals = arrivals;
    this.opener = opener;
  }

  @Deactivate
  void close() {
    clock.shutdownNow();
    hear(Optional.empty());
  }

  /**
   * Opens what ran when the folder was last used.
   *
   * @return a line for each yard that does not run again
   */
  public synchronized List<String> bringBack() {
    folder.read(FILE).ifPresent(text -> due.addAll(parse(text)));
    return retry();
  }

  private List<SavedYard> parse(String text) {
    try {
      SavedYard[] yards = gson.fromJson(text, SavedYard[].class);
      return yards == null ? List.of() : List.of(yards);
    } catch (JsonParseException e) {
      throw new BadInputException(
          "is not what was written there", FILE + " of the state folder", "mend or remove it");
    }
  }

  private List<String> retry() {
    List<String> lines = new ArrayList<>();
    retrying = true;
    try {
      reopenDue(lines);
    } finally {
      retrying = false;
    }
    return lines;
  }

  private void reopenDue(List<String> lines) {
    for (SavedYard yard : List.copyOf(due)) {
      try {
        opener.reopen(yard);
        due.remove(yard);
      } catch (BadInputException e) {
        lines.add("yard " + yard.name() + " waits: " + e.getMessage());
      }
    }
  }

  /** From now on every change is kept. */
  public synchronized void keep() {
    hear(arrivals.yards());
    look();
    clock.scheduleWithFixedDelay(
        this::lookAgain, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private synchronized void hear(Optional<LiveYards> yards) {
    if (!heard.equals(yards)) {
      heard.ifPresent(before -> before.removeListener(listener));
      yards.ifPresent(now -> now.addListener(listener));
      heard = yards;
    }
  }

  private synchronized void look() {
    retry();
    save();
  }

  private void lookAgain() {
    try {
      hear(arrivals.yards());
      look();
    } catch (UncheckedIOException full) {
      // Who made the change was told; it is tried again with the next look.
    }
  }

  /** Somebody wants something else, and waits for the answer. */
  private synchronized void changed() {
    if (retrying) {
      return;
    }
    try {
      save();
    } catch (UncheckedIOException e) {
      throw new BadInputException(
          "what was asked for is done, but cannot be kept: " + e.getCause(),
          FILE + " of the state folder",
          "make room there; it is tried again");
    }
  }

  /** When yards go because the framework stops, their service has gone first: then nothing is kept. */
  private void save() {
    Optional<LiveYards> yards = arrivals.yards();
    if (yards.isEmpty()) {
      return;
    }
    List<SavedYard> now =
        Stream.concat(yards.get().all().stream().map(SavedYard::of), due.stream()).toList();
    String text = gson.toJson(now);
    if (!text.equals(written) && arrivals.yards().equals(yards)) {
      folder.write(FILE, text);
      written = text;
    }
  }

  /** Whether a yard of that file runs, or would if it could. */
  public synchronized boolean has(String source) {
    return Stream.concat(
            arrivals.yards().stream().flatMap(y -> y.all().stream()).map(y -> y.spec().source()),
            due.stream().map(SavedYard::source))
        .anyMatch(source::equals);
  }
}
