package org.bufferyard.yard.guard;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Notices that a call into a plug-in does not return, and sees to it that the yard goes on.
 *
 * <p>Algorithm: the engine thread keeps a stack of the calls it is in; a thread of its own looks at it
 * ten times a bound, and charges the innermost call, so that who calls out is not charged for whom it
 * calls, with what of the time since the look before was the called thread's {@linkplain
 * Progress.Reading#charge own doing}: processor time that it had, or time that it waited while the
 * machine had processors to give. A machine that starves the thread makes nobody guilty. A call with a
 * bound to its charge, or a stack with five, is overdue: its thread is interrupted. Back before three
 * tenths more, the call ends in an exception that names it; else the thread is abandoned.
 *
 * <p>Cost: one object, two volatile writes and two reads a call; a {@link Progress} look ten times a
 * bound while there is one. Thread rule: {@link #enter} and {@link #leave} on engine threads, the rest
 * on any.
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

    /** Whether it was seen before; the watching thread's own. */
    private boolean known;

    /** For being the innermost one, ns; the watching thread's own. */
    private long charged;

    /** For its whole stack, of outermost calls, ns; the watching thread's own. */
    private long chargedForAll;

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
    private final Progress progress;

    /** Innermost call; written by the thread alone. */
    private volatile Call current;

    /** The call that is overdue, from its alarm to its settlement; changed under the desk's lock. */
    private volatile Call alarm;

    /** The thread was given up; changed under the desk's lock. */
    private volatile boolean abandoned;

    /** The last look; the watching thread's own. */
    private Progress.Reading before;

    /** ns; the watching thread's own. */
    private long chargedSinceAlarm;

    Desk(Thread thread, Progress progress) {
      this.thread = thread;
      this.progress = progress;
      this.before = progress.read();
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

  /** From one look to the next, ns. */
  private final long usual;

  private final Supplier<Progress> seen;
  private final BiConsumer<PlugIn, String> onAbandoned;
  private final Thread watching;
  private volatile Desk desk;
  private volatile boolean ended;

  /**
   * @param onAbandoned who hung and what it did; called on the watching thread, when the engine thread
   *     was given up
   */
  public Watch(String yard, Duration bound, BiConsumer<PlugIn, String> onAbandoned) {
    this(yard, bound, SeenThread::self, onAbandoned);
  }

  /**
   * @param seen the progress of the thread that asks
   */
  Watch(
      String yard,
      Duration bound,
      Supplier<Progress> seen,
      BiConsumer<PlugIn, String> onAbandoned) {
    this.bound = bound;
    this.usual = bound.toNanos() / LOOKS;
    this.seen = seen;
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
    desk = new Desk(Thread.currentThread(), seen.get());
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
    long lastLook = System.nanoTime();
    while (!ended) {
      LockSupport.parkNanos(usual);
      long now = System.nanoTime();
      Desk at = desk;
      if (at != null && !ended) {
        Call top = at.current;
        if (top != null && !at.abandoned) {
          lookAt(at, top, now - lastLook);
        }
      }
      lastLook = now;
    }
  }

  private void lookAt(Desk at, Call top, long passed) {
    Progress.Reading reading = at.progress.read();
    long charge = reading.charge(at.before, passed, usual);
    at.before = reading;
    if (at.alarm != null) {
      at.chargedSinceAlarm += charge;
      if (at.chargedSinceAlarm >= GRACE * usual) {
        giveUp(at);
      }
      return;
    }
    Call first = top;
    while (first.outer != null) {
      first = first.outer;
    }
    // Who was not there at the look before is not charged for the time since.
    top.charged += top.known ? charge : 0;
    first.chargedForAll += first.known ? charge : 0;
    top.known = true;
    first.known = true;
    if (top.charged >= bound.toNanos()) {
      raise(at, top);
    } else if (first.chargedForAll >= WHOLE * bound.toNanos()) {
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
      at.chargedSinceAlarm = 0;
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
