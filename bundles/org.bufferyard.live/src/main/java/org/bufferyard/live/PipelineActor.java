package org.bufferyard.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.PipelineWish;
import org.bufferyard.platform.live.PipelineStatus.State;
import org.bufferyard.platform.live.TimelineEntry.Kind;
import org.bufferyard.platform.pipeline.FrameEnd;
import org.bufferyard.platform.pipeline.FrameEnd.How;
import org.bufferyard.platform.pipeline.Pipeline;
import org.bufferyard.platform.pipeline.Pipelines;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.yard.YardState;

/**
 * One pipeline in the queue of its yard's engine thread: a turn is one step, and posts the next one,
 * so that all pipelines and everybody else who has a task take turns. Flat out the next turn is
 * posted at once, paced it is when it falls due.
 *
 * <p>Engine thread only, but for {@link #status} and {@link #pace}.
 */
final class PipelineActor {
  /** What the actor needs of its yard. */
  interface Host {
    /** Queues a turn on the engine thread. */
    void post(PipelineActor actor);

    void postAt(long due, PipelineActor actor);

    /** Runs something that plug-ins take part in; false when it did not get through. */
    boolean guarded(YardState yard, PipelineActor actor, Runnable work);

    /** One more pause ended. */
    void gap(long nanos);

    /** One line for each thing that is wanted and not there. */
    List<String> waiting();

    void tell(Kind kind, String element, String text);

    void moved(PipelineSpec spec, List<FrameEnd> ends);
  }

  private enum Held {
    /** Nothing. */
    NOTHING,
    /** Its buffers, with nobody attached. */
    BUFFERS
  }

  private final PipelineSpec spec;
  private final Host host;
  private final Pipeline pipeline;
  private final Tally tally;
  private final List<FrameEnd> ends = new ArrayList<>();

  private State state = State.STOPPED;
  private Held held = Held.NOTHING;
  private boolean queued;

  /** A plug-in broke under it: until another one serves, it would break again. */
  private boolean broken;

  /** It failed since the modelled kernel refused: another choice may not. */
  private boolean refused;

  private long due;

  /** {@link System#nanoTime} since when a swap keeps it from streaming; 0: none does. */
  private long pausedSince;

  private final Pace pace = new Pace();

  PipelineActor(PipelineSpec spec, Pipelines pipelines, Host host) {
    this.spec = Objects.requireNonNull(spec, "spec");
    this.host = host;
    this.tally = new Tally(spec);
    this.pipeline = pipelines.open(spec, ends::add);
  }

  String name() {
    return spec.name();
  }

  PipelineSpec spec() {
    return spec;
  }

  Set<String> devices() {
    return pipeline.devices();
  }

  Set<String> opsInUse() {
    return pipeline.opsInUse();
  }

  State state() {
    return state;
  }

  PipelineStatus status() {
    return tally.status();
  }

  /** Frames a second; 0: flat out. Any thread; counts from the next frame on. */
  void pace(double framesPerSecond) {
    pace.set(framesPerSecond);
  }

  /** Any thread. */
  PipelineWish wish() {
    return new PipelineWish(
        spec, tally.status().state() != State.STOPPED, pace.framesPerSecond());
  }

  /** Whether it would stream if it could. */
  boolean isWanted() {
    return state == State.STREAMING || state == State.DRAINED || state == State.PARKED;
  }

  private void become(State next, String why) {
    boolean heldOnly = state == State.DRAINED && next == State.STREAMING;
    state = next;
    tally.state(next, why);
    String text =
        switch (next) {
          case STREAMING -> "streams";
          case DRAINED -> "is held for a swap";
          case PARKED -> "is parked: " + why;
          case STOPPED -> "is stopped";
          case FAILED -> "failed: " + why;
        };
    if (next != State.DRAINED && !heldOnly) {
      host.tell(Kind.PIPELINE, spec.name(), text);
    }
  }

  /** Accounts for the frames that left; after everything that may move one. */
  void settle() {
    List<FrameEnd> left = List.copyOf(ends);
    ends.clear();
    tally.commit(pipeline.framesIn(), pipeline.inFlight(), left, System.nanoTime());
    if (left.isEmpty()) {
      return;
    }
    host.moved(spec, left);
    for (FrameEnd end : left) {
      switch (end.how()) {
        case How.Delivered d -> {
          // Nothing to tell.
        }
        case How.Wrong w -> host.tell(w.fault() ? Kind.FAULT : Kind.DROP, name(), w.reason());
        case How.Dropped d -> host.tell(d.fault() ? Kind.FAULT : Kind.DROP, name(), d.reason());
      }
    }
  }

  /** Begins to stream, or goes on; a refusal parks or fails it. */
  void resume(YardState yard) {
    if (state == State.STREAMING) {
      return;
    }
    boolean done =
        host.guarded(
            yard,
            this,
            () -> {
              Optional<String> trouble =
                  held == Held.BUFFERS ? pipeline.attach(yard) : pipeline.start(yard);
              held = Held.NOTHING;
              trouble.ifPresentOrElse(why -> refuse(yard, why), this::stream);
            });
    if (done) {
      settle();
    }
  }

  private void refuse(YardState yard, String why) {
    pipeline.stop(yard, true, "");
    pausedSince = 0;
    refused = true;
    List<String> waiting = host.waiting();
    if (waiting.isEmpty()) {
      become(State.FAILED, why);
    } else {
      become(State.PARKED, String.join("; ", waiting) + " (" + why + ")");
    }
  }

  private void stream() {
    refused = false;
    broken = false;
    become(State.STREAMING, "");
    due = System.nanoTime();
    next();
  }

  private void next() {
    if (queued) {
      return;
    }
    queued = true;
    long every = pace.periodNanos();
    if (every == 0) {
      host.post(this);
      return;
    }
    // A frame that is late does not make the ones behind it come all at once.
    due = Math.max(due + every, System.nanoTime());
    host.postAt(due, this);
  }

  /** One step; what the queue runs. */
  void turn(YardState yard) {
    queued = false;
    if (state != State.STREAMING) {
      return;
    }
    boolean done =
        host.guarded(
            yard,
            this,
            () -> {
              Optional<String> trouble = pipeline.step(yard);
              trouble.ifPresent(why -> refuse(yard, why));
            });
    if (!done) {
      return;
    }
    endGap();
    settle();
    if (state == State.STREAMING) {
      next();
    }
  }

  /** The exporter moves the buffers; why it cannot. */
  Optional<String> move(YardState yard) {
    if (state != State.STREAMING) {
      return Optional.of("it does not stream");
    }
    List<String> trouble = new ArrayList<>();
    boolean done =
        host.guarded(yard, this, () -> pipeline.move(yard).ifPresent(trouble::add));
    return done ? trouble.stream().findFirst() : Optional.of("a plug-in broke");
  }

  private void endGap() {
    if (pausedSince != 0 && state == State.STREAMING) {
      host.gap(System.nanoTime() - pausedSince);
      pausedSince = 0;
    }
  }

  /** Whoever it waits for has come: from here on the swap is what keeps it. */
  void startGap() {
    if (isWanted() && pausedSince == 0) {
      pausedSince = System.nanoTime();
    }
  }

  /** Held at the frame boundary; frames in flight and their bytes stay. */
  void hold(YardState yard, boolean exportsToo, boolean buffersToo) {
    if (state != State.STREAMING) {
      letBuffersGo(yard, buffersToo);
      return;
    }
    startGap();
    boolean done =
        host.guarded(
            yard,
            this,
            () -> {
              if (buffersToo) {
                pipeline.stop(yard, true, "");
              } else {
                pipeline.detach(yard, exportsToo);
                held = Held.BUFFERS;
              }
              become(State.DRAINED, "a plug-in is exchanged");
            });
    if (done) {
      settle();
    }
  }

  /** One that is held already may have to give up more. */
  private void letBuffersGo(YardState yard, boolean buffersToo) {
    if (buffersToo && held == Held.BUFFERS) {
      held = Held.NOTHING;
      host.guarded(yard, this, () -> pipeline.stop(yard, true, ""));
    }
  }

  /** Whether another choice of plug-ins may let it stream. */
  boolean mayRecover() {
    return state == State.DRAINED || state == State.PARKED || state == State.FAILED && refused;
  }

  /** Whether the plug-ins that serve now are good for nothing. */
  boolean isBroken() {
    return broken;
  }

  /** A plug-in broke under it. */
  void breakDown(String why) {
    broken = true;
    park(why);
  }

  /** Something that it needs is not there. */
  void park(String why) {
    pausedSince = 0;
    become(State.PARKED, why);
  }

  void fail(String why) {
    pausedSince = 0;
    refused = false;
    become(State.FAILED, why);
  }

  /** Drains and frees; by somebody who wants it so. */
  void stop(YardState yard, String why) {
    if (state == State.STOPPED) {
      return;
    }
    boolean streaming = state == State.STREAMING;
    held = Held.NOTHING;
    pausedSince = 0;
    become(State.STOPPED, why);
    boolean done =
        host.guarded(
            yard,
            this,
            () -> {
              if (streaming) {
                pipeline.drain(yard);
              }
              pipeline.stop(yard, false, "the pipeline was stopped");
            });
    if (done) {
      settle();
    }
  }

  /**
   * Gives everything back with the frames in flight kept, so that the books can be looked at; whoever
   * streamed is held. Throws what plug-ins throw.
   */
  void release(YardState yard, String why) {
    if (state == State.STREAMING) {
      startGap();
      become(State.DRAINED, "a plug-in broke");
    }
    held = Held.NOTHING;
    pipeline.stop(yard, true, why);
    settle();
  }

  /** Forgets what it holds; frames in flight in its buffers are dropped. Whoever streamed is held. */
  void abandon(String why) {
    if (state == State.STREAMING) {
      startGap();
      become(State.DRAINED, why);
    }
    held = Held.NOTHING;
    pipeline.abandon(why);
    settle();
  }
}
