package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bufferyard.api.event.DmaEvent.PlatformChanged;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardListener;
import org.bufferyard.yard.guard.EngineThread;
import org.bufferyard.yard.guard.PlugIn;
import org.bufferyard.yard.guard.Watch;

/**
 * A yard as other threads see it: a thread and the state that only this thread touches. Both may be
 * replaced: the state when it is given up, the thread with it when it hangs in a plug-in.
 */
final class RunningYard implements Yard {
  private final Plan plan;
  private final EngineThread thread;
  private final Optional<Watch> watch;
  private final List<YardListener> listeners = new CopyOnWriteArrayList<>();

  /** Threads that were given up. */
  private final List<Thread> abandoned = new CopyOnWriteArrayList<>();

  /** Written on the engine thread; null until it is open. */
  private volatile EngineState state;

  /** Why there is no state any more, when none could be built. */
  private volatile Throwable dead;

  /** The engine thread's own. */
  private boolean closing;

  private RunningYard(Plan plan) {
    this.plan = plan;
    String name = "yard " + plan.spec().name();
    this.watch = plan.options().bound().map(b -> new Watch(name, b, this::abandon));
    this.thread = new EngineThread(name, () -> watch.ifPresent(Watch::take));
  }

  /** Starts the thread and builds the state on it. */
  static RunningYard start(Plan plan, ChosenKinds chosen) {
    RunningYard yard = new RunningYard(plan);
    yard.thread.start();
    yard.watch.ifPresent(Watch::start);
    try {
      yard.thread.call(() -> yard.state = EngineState.open(plan, yard.watched(chosen), yard.thread));
      return yard;
    } catch (RuntimeException | Error failed) {
      yard.end(() -> {});
      throw failed;
    }
  }

  private ChosenKinds watched(ChosenKinds chosen) {
    return watch.isPresent() ? chosen.watchedBy(watch.get()) : chosen;
  }

  @Override
  public PlatformSpec spec() {
    return plan.spec();
  }

  @Override
  public KernelProfile kernel() {
    return plan.options().kernel();
  }

  @Override
  public <T> T call(Task<T> task) {
    return thread.call(() -> task.run(current()));
  }

  private EngineState current() {
    if (dead != null) {
      throw new IllegalStateException(
          "the yard of '" + spec().name() + "' could not begin anew: " + dead, dead);
    }
    return state;
  }

  @Override
  public void post(Task<?> task) {
    thread.post(() -> task.run(current()), this::postedTaskFailed);
  }

  private void postedTaskFailed(Throwable thrown) {
    tell("a posted task failed: " + thrown);
  }

  private void tell(String what) {
    if (dead == null) {
      state.events().emit(new PlatformChanged(spec().name(), what));
    }
  }

  @Override
  public List<KindSwap> planSwap() {
    if (thread.isCurrent()) {
      throw new IllegalStateException(
          "choosing activates components: never on the engine thread of a yard");
    }
    return current().kinds().plan();
  }

  @Override
  public void addListener(YardListener listener) {
    Objects.requireNonNull(listener, "listener");
    if (!listeners.contains(listener)) {
      listeners.add(listener);
    }
  }

  @Override
  public void removeListener(YardListener listener) {
    listeners.remove(listener);
  }

  @Override
  public void rebuild(String reason) {
    Objects.requireNonNull(reason, "reason");
    if (thread.isCurrent()) {
      thread.postFirst(() -> beginAnew(reason, false), this::postedTaskFailed);
    } else {
      thread.call(() -> beginAnew(reason, false));
    }
  }

  @Override
  public int abandonedThreads() {
    return (int) abandoned.stream().filter(Thread::isAlive).count();
  }

  /** The engine thread hangs in a plug-in: the watch calls. */
  private void abandon(PlugIn who, String what) {
    PlugInException why = who.hung(what, null);
    thread.replace(why, abandoned::add, () -> goOn(why));
  }

  /** First on a fresh thread. */
  private void goOn(PlugInException why) {
    if (closing) {
      thread.runLast(this::closeRest);
    } else if (state != null) {
      try {
        beginAnew(why.getMessage(), true);
      } catch (Throwable failed) {
        dead = failed;
      }
    }
  }

  private Void beginAnew(String reason, boolean threadWasAbandoned) {
    EngineState old = current();
    List<String> lines = new ArrayList<>();
    old.giveUp(lines::add);
    EngineState fresh = open(old.kinds().survivors());
    state = fresh;
    tell("began anew: " + reason);
    lines.forEach(this::tell);
    for (YardListener listener : listeners) {
      try {
        listener.rebuilt(fresh, reason, threadWasAbandoned);
      } catch (Throwable thrown) {
        tell("a listener failed: " + thrown);
      }
    }
    return null;
  }

  /** A state from those of the plug-ins that do not break while it is opened. */
  private EngineState open(ChosenKinds kinds) {
    ChosenKinds left = kinds;
    while (true) {
      try {
        return EngineState.open(plan, left, thread);
      } catch (PlugInException broken) {
        ChosenKinds fewer = left.survivors();
        if (fewer.size() == left.size()) {
          throw broken;
        }
        left = fewer;
      }
    }
  }

  @Override
  public void close() {
    end(this::closeState);
  }

  private void end(Runnable last) {
    try {
      thread.stop(last);
    } finally {
      watch.ifPresent(Watch::stop);
    }
  }

  private void closeState() {
    closing = true;
    if (dead == null) {
      state.close();
    }
  }

  /** The rest of a close in which a plug-in hung; nobody waits for its outcome. */
  private void closeRest() {
    try {
      closeState();
    } catch (RuntimeException | Error left) {
      dead = left;
    }
  }
}
