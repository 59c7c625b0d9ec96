package org.bufferyard.live;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYardSpec;
import org.bufferyard.platform.live.PipelineWish;
import org.bufferyard.platform.live.TimelineEntry;
import org.bufferyard.platform.live.TimelineEntry.Kind;
import org.bufferyard.platform.live.YardStatus;
import org.bufferyard.platform.pipeline.FrameEnd;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.yard.Balance;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardListener;
import org.bufferyard.platform.yard.YardState;

/**
 * A yard with its pipelines. What streams and what is exchanged belongs to the engine thread; other
 * threads post to it and wait a bounded time. Safe for any thread.
 */
final class StreamingYard implements LiveYard, YardListener, PipelineActor.Host {
  /** What only the engine thread knows, as of some moment. */
  private record View(Balance balance, Map<String, Integer> mappings) {
    static final View EMPTY = new View(new Balance(0, 0, 0, 0, 0, 0), Map.of());
  }

  /** How an entry of the timeline begins that should not be there. */
  static final String BUG = "this is a bug of bufferyard: ";

  private final LiveYardSpec spec;
  private final Yard yard;
  private final Workshop workshop;
  private final Timeline timeline;
  private final DeviceTallies devices;
  private final MappingTallies mappings = new MappingTallies();
  private final EventReader reader;
  private final Recovery recovery;
  private final List<PipelineActor> actors = new CopyOnWriteArrayList<>();
  private final Object adding = new Object();
  private final AtomicLong swaps = new AtomicLong();
  private final AtomicLong longestGap = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean standing;
  private volatile View view = View.EMPTY;
  private volatile List<String> waiting = List.of();

  private StreamingYard(LiveYardSpec spec, Yard yard, Workshop workshop) {
    this.spec = spec;
    this.yard = yard;
    this.workshop = workshop;
    this.timeline = new Timeline(workshop.bounds().timelineEntries());
    this.devices = new DeviceTallies(spec.board());
    this.reader = new EventReader(() -> workshop.session(spec), devices, mappings, timeline);
    this.recovery = new Recovery(yard, actors, timeline);
  }

  /** Pipelines stream when it returns, or say why they do not. */
  static StreamingYard open(LiveYardSpec spec, Workshop workshop) {
    StreamingYard opened = new StreamingYard(spec, workshop.yard(spec), workshop);
    try {
      opened.yard.addListener(opened);
      opened.yard.call(
          state -> {
            opened.reader.begin(state);
            return null;
          });
      spec.pipelines().forEach(opened::enter);
    } catch (RuntimeException | Error failed) {
      opened.close();
      throw failed;
    }
    return opened;
  }

  @Override
  public LiveYardSpec spec() {
    return spec;
  }

  Yard yard() {
    return yard;
  }

  // ---- what people ask for ----

  @Override
  public void add(PipelineSpec named) {
    enter(named);
    workshop.changed().run();
  }

  private void enter(PipelineSpec named) {
    PipelineSpec pipeline =
        new ScenarioSpec(spec.name(), spec.source(), spec.kernel(), List.of(named))
            .on(spec.board())
            .pipelines()
            .getFirst();
    PipelineActor actor = new PipelineActor(pipeline, workshop.pipelines(), this);
    synchronized (adding) {
      if (actors.stream().anyMatch(a -> a.name().equals(actor.name()))) {
        throw new BadInputException(
            "has a pipeline '" + actor.name() + "' already", "yard '" + spec.name() + "'", "");
      }
      actors.add(actor);
    }
    onEngine(state -> recovery.resume(state, actor));
  }

  @Override
  public void start(String pipeline) {
    PipelineActor actor = actor(pipeline);
    onEngine(state -> recovery.resume(state, actor));
    workshop.changed().run();
  }

  @Override
  public void stop(String pipeline) {
    PipelineActor actor = actor(pipeline);
    onEngine(state -> actor.stop(state, "somebody stopped it"));
    workshop.changed().run();
  }

  @Override
  public void pace(String pipeline, double framesPerSecond) {
    actor(pipeline).pace(framesPerSecond);
    workshop.changed().run();
  }

  @Override
  public void move(String pipeline) {
    PipelineActor actor = actor(pipeline);
    AtomicReference<Optional<String>> trouble = new AtomicReference<>(Optional.empty());
    onEngine(state -> trouble.set(actor.move(state)));
    trouble
        .get()
        .ifPresent(
            why -> {
              throw new BadInputException(
                  "its buffers cannot move: " + why, "pipeline '" + pipeline + "'", "");
            });
  }

  @Override
  public List<PipelineWish> wishes() {
    return actors.stream().map(PipelineActor::wish).toList();
  }

  private PipelineActor actor(String name) {
    return actors.stream()
        .filter(a -> a.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new BadInputException(
                    "has no pipeline '" + name + "'",
                    "yard '" + spec.name() + "'",
                    "it has " + actors.stream().map(PipelineActor::name).toList()));
  }

  @Override
  public YardStatus status() {
    look();
    View now = view;
    Set<String> used = new LinkedHashSet<>();
    actors.forEach(actor -> used.addAll(actor.devices()));
    return new YardStatus(
        spec.name(),
        spec.board().name(),
        spec.kernel().name(),
        actors.stream().map(PipelineActor::status).toList(),
        devices.status(used, now.mappings()),
        mappings.busiest(workshop.bounds().busiestMappings(), this::nameOf),
        mappings.sums(),
        now.balance(),
        yard.abandonedThreads(),
        swaps.get(),
        longestGap.get(),
        waiting);
  }

  private String nameOf(String device) {
    return spec.board().device(device).map(DeviceSpec::name).orElse(device);
  }

  private void look() {
    if (!closed.get()) {
      await(
          state -> {
            Map<String, Integer> mappings = new HashMap<>();
            for (PipelineActor actor : actors) {
              for (String id : actor.devices()) {
                mappings.computeIfAbsent(id, i -> state.ledger().of(i).size());
              }
            }
            view = new View(state.balance(), mappings);
          },
          workshop.bounds().statusMillis());
    }
  }

  @Override
  public List<TimelineEntry> timeline(long after) {
    return timeline.after(after);
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    await(
        state -> {
          actors.forEach(actor -> actor.stop(state, "the yard is closed"));
          view = new View(state.balance(), Map.of());
        },
        workshop.bounds().exchangeMillis());
    yard.removeListener(this);
    yard.close();
    workshop.closed(this);
    workshop.changed().run();
  }

  /** No pipeline gets another turn. What is in flight stays there until the yard is closed. */
  void standStill() {
    standing = true;
  }

  // ---- exchange ----

  /**
   * Has the registry's new choices serve.
   *
   * @return whether it is worth to plan once more
   */
  boolean exchange() {
    if (closed.get()) {
      return false;
    }
    List<KindSwap> plan = plan();
    if (plan.isEmpty()) {
      return false;
    }
    AtomicBoolean again = new AtomicBoolean();
    boolean done =
        await(
            state -> {
              int mine = recovery.generation();
              Exchange exchange = new Exchange(state, List.copyOf(actors), recovery);
              again.set(exchange.run(plan));
              swaps.addAndGet(exchange.swaps());
              waiting = recovery.waiting();
              if (mine == recovery.generation()) {
                reader.readOn(state);
              } else {
                again.set(true);
              }
            },
            workshop.bounds().exchangeMillis());
    if (!done) {
      tell(Kind.SWAP, "", "an exchange of plug-ins did not finish in time");
    }
    return !done || again.get();
  }

  private List<KindSwap> plan() {
    try {
      return yard.planSwap();
    } catch (IllegalStateException over) {
      // Closed since it was asked.
      return List.of();
    }
  }

  @Override
  public void rebuilt(YardState fresh, String reason, boolean abandoned) {
    timeline.add(
        Kind.REBUILD,
        "",
        "begins anew: " + reason + (abandoned ? "; a thread was given up" : ""));
    reader.begin(fresh);
    recovery.rebuilt(fresh, reason);
    workshop.ring();
  }

  // ---- what actors need ----

  @Override
  public void post(PipelineActor actor) {
    if (standing) {
      return;
    }
    try {
      yard.post(
          state -> {
            int mine = recovery.generation();
            actor.turn(state);
            if (mine == recovery.generation()) {
              reader.readOn(state);
            }
            return null;
          });
    } catch (IllegalStateException over) {
      // The yard was closed under a turn: there is nobody to take it.
    }
  }

  @Override
  public void postAt(long due, PipelineActor actor) {
    workshop.pacer().at(due, () -> post(actor));
  }

  @Override
  public boolean guarded(YardState state, PipelineActor actor, Runnable work) {
    return recovery.guarded(state, actor, work);
  }

  @Override
  public void gap(long nanos) {
    longestGap.accumulateAndGet(nanos, Math::max);
  }

  @Override
  public List<String> waiting() {
    return recovery.waiting();
  }

  @Override
  public void tell(Kind kind, String element, String text) {
    timeline.add(kind, element, text);
  }

  @Override
  public void moved(PipelineSpec pipeline, List<FrameEnd> ends) {
    devices.frames(pipeline, ends);
  }

  // ---- the engine thread ----

  private interface Work {
    void in(YardState state);
  }

  private void onEngine(Work work) {
    yard.call(
        state -> {
          work.in(state);
          reader.readOn(state);
          return null;
        });
  }

  /** Whether it was done in time, and with the state that it began with. */
  private boolean await(Work work, long millis) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    try {
      yard.post(
          state -> {
            int mine = recovery.generation();
            try {
              work.in(state);
              done.complete(mine == recovery.generation());
            } catch (RuntimeException | Error thrown) {
              // A thread that was given up comes back with an error of no interest.
              if (mine == recovery.generation()) {
                done.completeExceptionally(thrown);
              } else {
                done.complete(false);
              }
            }
            return null;
          });
      return done.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | IllegalStateException late) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      timeline.add(Kind.SWAP, "", BUG + e.getCause());
      return false;
    }
  }
}
