package org.bufferyard.yard.guard;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * Notices that a call into a plug-in does not return, and sees to it that the yard goes on.
 *
 * <p>Algorithm: the engine thread keeps a stack of the calls it is in; a thread of its own looks at it
 * ten times a bound, and books each look to the innermost call, so that who calls out is not charged
 * for whom it calls. Looks are counted, not nanoseconds: a pause of the whole process is one look. A
 * call with ten looks, or a stack five bounds old, is overdue: its thread is interrupted. Back within
 * three looks, the call ends in an exception that names it; else the thread is abandoned.
 *
 * <p>Cost: one object, two volatile writes and two reads a call. Thread rule: {@link #enter} and {@link
 * #leave} on engine threads, the rest on any.
 */
public final class Watch {
  private static final int LOOKS = 10;
  private static final int GRACE = 3;

  /** A whole stack of calls may take that many bounds. */
  private static final int WHOLE = 5;

  /** A call that has not returned. */
  static final class Call {
    private final PlugIn who;
    private final String method;
    private final Call outer;
    private final Desk desk;

    /** How often it was seen to be the innermost one; the watching thread's own. */
    private int looks;

    /** How often it was seen at all, of outermost calls; the watching thread's own. */
    private int seen;

    private Call(PlugIn who, String method, Call outer, Desk desk) {
      this.who = who;
      this.method = method;
      this.outer = outer;
      this.desk = desk;
    }
  }

  /** What one engine thread does. */
  private static final class Desk {
    private final Thread thread;

    /** Innermost call; written by the thread alone. */
    private volatile Call current;

    /** The call that is overdue, from its alarm to its settlement; changed under the desk's lock. */
    private volatile Call alarm;

    /** The thread was given up; changed under the desk's lock. */
    private volatile boolean abandoned;

    /** The watching thread's own. */
    private int looksSinceAlarm;

    Desk(Thread thread) {
      this.thread = thread;
    }

    boolean isIn(Call call) {
      for (Call at = current; at != null; at = at.outer) {
        if (at == call) {
          return true;
        }
      }
      return false;
    }
  }

  private final Duration bound;
  private final BiConsumer<PlugIn, String> onAbandoned;
  private final Thread watching;
  private volatile Desk desk;
  private volatile boolean ended;

  /**
   * @param onAbandoned who hung and what it did; called on the watching thread, when the engine thread
   *     was given up
   */
  public Watch(String yard, Duration bound, BiConsumer<PlugIn, String> onAbandoned) {
    this.bound = bound;
    this.onAbandoned = onAbandoned;
    this.watching = Thread.ofPlatform().daemon().name("watch of " + yard).unstarted(this::look);
  }

  public void start() {
    watching.start();
  }

  /** Ends the watching thread and, unless it is the caller, waits for its end. */
  public void stop() {
    ended = true;
    LockSupport.unpark(watching);
    if (Thread.currentThread() != watching) {
      EngineThread.awaitEnd(watching);
    }
  }

  /** From now on this thread is the engine thread. Called on it, before its first call. */
  public void take() {
    desk = new Desk(Thread.currentThread());
  }

  /** The engine thread calls a plug-in. */
  Call enter(PlugIn who, String method) {
    final Desk mine = desk;
    if (mine.thread != Thread.currentThread()) {
      throw new AbandonedThread();
    }
    if (who.isCutOff()) {
      throw who.gone(method);
    }
    final Call call = new Call(who, method, mine.current, mine);
    mine.current = call;
    return call;
  }

  /**
   * The plug-in came back.
   *
   * @param thrown what it threw; null when it returned
   * @throws org.bufferyard.platform.registry.PlugInException when it took too long
   */
  void leave(Call call, Throwable thrown) {
    final Desk at = call.desk;
    at.current = call.outer;
    if (at.alarm != null || at.abandoned) {
      settle(call, thrown);
    }
  }

  private void settle(Call call, Throwable thrown) {
    Desk at = call.desk;
    synchronized (at) {
      if (at.abandoned) {
        throw new AbandonedThread();
      }
      if (at.alarm != call) {
        return; // an inner call of the one that is overdue: that one will be back too
      }
      at.alarm = null;
      // Whatever the plug-in made of it: the interrupt was for this call.
      Thread.interrupted();
    }
    throw call.who.hung(hungIn(call), thrown);
  }

  private String hungIn(Call call) {
    return "hung in " + call.method + "() for " + String.format("%,d", bound.toMillis()) + " ms";
  }

  private void look() {
    while (!ended) {
      LockSupport.parkNanos(bound.toNanos() / LOOKS);
      Desk now = desk;
      if (now == null || ended) {
        continue;
      }
      Call top = now.current;
      if (top != null) {
        lookAt(now, top);
      }
    }
  }

  private void lookAt(Desk at, Call top) {
    if (at.abandoned) {
      return;
    }
    if (at.alarm != null) {
      at.looksSinceAlarm++;
      if (at.looksSinceAlarm >= GRACE) {
        giveUp(at);
      }
      return;
    }
    Call first = top;
    while (first.outer != null) {
      first = first.outer;
    }
    top.looks++;
    first.seen++;
    if (top.looks >= LOOKS) {
      raise(at, top);
    } else if (first.seen >= WHOLE * LOOKS) {
      raise(at, first);
    }
  }

  private static void raise(Desk at, Call call) {
    synchronized (at) {
      at.alarm = call;
      if (!at.isIn(call)) {
        at.alarm = null; // it came back just now
        return;
      }
      at.looksSinceAlarm = 0;
      at.thread.interrupt();
    }
  }

  private void giveUp(Desk at) {
    Call hung;
    synchronized (at) {
      hung = at.alarm;
      if (hung == null) {
        return;
      }
      at.abandoned = true;
    }
    onAbandoned.accept(hung.who, hungIn(hung) + " and did not come back when it was interrupted");
  }
}
