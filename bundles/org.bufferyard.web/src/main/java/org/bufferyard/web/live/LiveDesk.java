package org.bufferyard.web.live;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYardSpec;
import org.bufferyard.platform.live.LiveYards;
import org.bufferyard.platform.live.TimelineEntry;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.web.document.Document;
import org.bufferyard.web.wire.EventHub;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;

/**
 * The running yards on the page. While one runs and a page looks, its state is told twice a second.
 * Safe for any thread.
 */
public final class LiveDesk implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LiveDesk.class.getName());
  private static final long EVERY_MILLIS = 500;
  private static final int MOST_ENTRIES = 2000;
  private static final double NANOS_A_MILLI = 1e6;

  private final Services services;
  private final EventHub hub;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "editor live");
            thread.setDaemon(true);
            return thread;
          });

  /** Documents by the name of the yard that was started from them. */
  private final Map<String, String> origins = new HashMap<>();

  /** When yards were opened, in ms, as their timelines let us think; by name. */
  private final Map<String, Double> opened = new HashMap<>();

  private volatile boolean wasThere;

  /** Whoever is there at the moment. */
  public record Services(
      Supplier<Optional<LiveYards>> yards,
      Supplier<Optional<Kinds>> kinds,
      Supplier<Optional<Explainer>> explainer,
      Optional<ServiceSwitch> toggle) {
    /** Where nothing runs. */
    public static Services none() {
      return new Services(Optional::empty, Optional::empty, Optional::empty, Optional.empty());
    }
  }

  public LiveDesk(Services services, EventHub hub) {
    this.services = services;
    this.hub = hub;
  }

  /** Starts to tell. */
  public void start() {
    clock.scheduleWithFixedDelay(this::tell, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void tell() {
    try {
      Optional<LiveYards> yards = services.yards().get();
      if (yards.isEmpty()) {
        if (wasThere) {
          wasThere = false;
          JsonObject gone = new JsonObject();
          gone.addProperty("state", "gone");
          hub.publish("live", gone);
        }
        return;
      }
      boolean first = !wasThere;
      wasThere = true;
      if (hub.listeners() > 0 && (first || !yards.get().all().isEmpty())) {
        hub.publish("live", state());
      }
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "the state of the running yards is not told", e);
    }
  }

  public boolean isThere() {
    return services.yards().get().isPresent();
  }

  private LiveYards yards() {
    return services
        .yards()
        .get()
        .orElseThrow(
            () -> new Failure(Failure.Kind.NO_LIVE, "no pipelines run in this framework"));
  }

  /** The yard of that name; the last that was opened when there is no name. */
  private Optional<LiveYard> yard(Optional<String> name) {
    List<LiveYard> all = yards().all();
    if (name.isPresent()) {
      return Optional.of(
          yards()
              .find(name.get())
              .orElseThrow(() -> Failure.notFound("no yard '" + name.get() + "' runs")));
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  private LiveYard running(Message message) {
    return yard(message.optionalText("yard"))
        .orElseThrow(() -> Failure.refused("no yard runs; start one"));
  }

  /** The answer of {@code GET /api/live}. */
  public JsonObject state() {
    Optional<LiveYard> yard = yard(Optional.empty());
    JsonObject json =
        yard.map(LiveJson::of)
            .orElseGet(
                () -> {
                  JsonObject idle = new JsonObject();
                  idle.addProperty("state", "idle");
                  idle.add("pipelines", new JsonArray());
                  return idle;
                });
    json.addProperty("at", System.currentTimeMillis());
    json.add("yards", LiveJson.texts(yards().all().stream().map(y -> y.spec().name()).toList()));
    json.add("doc", JsonNull.INSTANCE);
    yard.flatMap(y -> origin(y.spec().name()))
        .ifPresent(doc -> json.add("doc", new JsonPrimitive(doc)));
    yard.ifPresent(y -> json.add("services", serviceList().json(y.spec().board())));
    return json;
  }

  private Optional<String> origin(String yard) {
    synchronized (origins) {
      return Optional.ofNullable(origins.get(yard));
    }
  }

  private ServiceList serviceList() {
    Kinds kinds =
        services.kinds().get().orElseThrow(() -> Failure.refused("nobody knows the plug-ins"));
    return new ServiceList(
        kinds,
        services
            .toggle()
            .orElseThrow(() -> Failure.refused("services cannot be switched here")));
  }

  /** The answer of {@code GET /api/live/timeline}. */
  public JsonObject timeline(String seconds) {
    double millis;
    try {
      millis = Math.min(600, Double.parseDouble(seconds)) * 1000;
    } catch (NumberFormatException e) {
      throw Failure.bad("'seconds' is no number");
    }
    long now = System.currentTimeMillis();
    JsonArray events = new JsonArray();
    for (LiveYard yard : yards().all()) {
      List<TimelineEntry> entries = yard.timeline(0);
      double start = opened(yard.spec().name(), entries, now);
      List<TimelineEntry> wanted =
          entries.stream()
              .filter(e -> start + e.nanos() / NANOS_A_MILLI >= now - millis)
              .toList();
      wanted
          .subList(Math.max(0, wanted.size() - MOST_ENTRIES), wanted.size())
          .forEach(e -> events.add(entry(e, start, yard)));
    }
    JsonObject json = new JsonObject();
    json.addProperty("now", now);
    json.add("events", events);
    return json;
  }

  /** No entry is of the future: the earliest start that all of them allow is the best guess. */
  private double opened(String yard, List<TimelineEntry> entries, double now) {
    synchronized (opened) {
      double start = opened.getOrDefault(yard, now);
      for (TimelineEntry entry : entries) {
        start = Math.min(start, now - entry.nanos() / NANOS_A_MILLI);
      }
      opened.put(yard, start);
      return start;
    }
  }

  private static JsonObject entry(TimelineEntry entry, double start, LiveYard yard) {
    JsonObject json = new JsonObject();
    json.addProperty("at", Math.round(start + entry.nanos() / NANOS_A_MILLI));
    json.addProperty("kind", entry.kind().name().toLowerCase(Locale.ROOT));
    boolean pipeline =
        yard.spec().pipelines().stream().anyMatch(p -> p.name().equals(entry.element()));
    json.addProperty(pipeline ? "pipeline" : "element", entry.element());
    json.addProperty("text", entry.text());
    json.addProperty("yard", yard.spec().name());
    return json;
  }

  /** Carries out an action; the answer is the state after it. */
  public JsonObject act(Message message, Function<String, Document> find) {
    yards();
    switch (message.text("action")) {
      case "start" -> begin(message, find.apply(message.text("doc")));
      case "stop" -> running(message).close();
      case "pipeline-start" -> running(message).start(message.text("pipeline"));
      case "pipeline-stop" -> running(message).stop(message.text("pipeline"));
      case "pipeline-pace" ->
          running(message)
              .pace(message.text("pipeline"), message.number("framesPerSecond", 0));
      case "service-start" -> serviceList().start(message.text("service"));
      case "service-stop" -> serviceList().stop(message.text("service"));
      case "service-swap" ->
          serviceList().swap(message.text("service"), message.optionalText("to"));
      default -> throw Failure.bad("there is no action '" + message.text("action") + "'");
    }
    JsonObject state = state();
    hub.publish("live", state);
    return state;
  }

  private void begin(Message message, Document document) {
    PlatformSpec board =
        document
            .compiled()
            .spec()
            .orElseThrow(() -> Failure.refused(document.path() + ": has errors; mend them first"));
    List<Message> named = message.messages("pipelines");
    List<PipelineSpec> pipelines =
        named.isEmpty()
            ? BoardPipelines.suggested(
                board,
                services
                    .explainer()
                    .get()
                    .orElseThrow(() -> Failure.bad("'pipelines' is missing")))
            : BoardPipelines.of(named);
    String kernel = message.text("kernel", KernelProfile.DEFAULT.name());
    String name = board.name();
    yards().find(name).ifPresent(LiveYard::close);
    LiveYard yard =
        yards()
            .open(
                new LiveYardSpec(
                    name,
                    document.path(),
                    board,
                    KernelProfile.named(kernel)
                        .orElseThrow(() -> Failure.refused("there is no kernel '" + kernel + "'")),
                    "fidelity",
                    pipelines));
    synchronized (origins) {
      origins.put(name, document.id());
    }
    synchronized (opened) {
      opened.put(name, (double) System.currentTimeMillis());
    }
    for (int i = 0; i < pipelines.size(); i++) {
      double rate =
          named.isEmpty()
              ? BoardPipelines.USUAL_RATE
              : named.get(i).number("framesPerSecond", BoardPipelines.USUAL_RATE);
      yard.pace(pipelines.get(i).name(), rate);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    services.toggle().ifPresent(ServiceSwitch::close);
  }
}
