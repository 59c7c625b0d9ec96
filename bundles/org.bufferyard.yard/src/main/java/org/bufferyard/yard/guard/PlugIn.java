package org.bufferyard.yard.guard;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.PlugInException;

/**
 * Who a plug-in instance is, for whoever has to be told that it broke. One that broke is out of use
 * for every later yard; this one keeps it until it is swapped or closed, unless it hung.
 *
 * <p>Every call into a plug-in stands between {@link #enter} and {@link #leave}; what it throws goes
 * through {@link #failure}. Any throwable counts as its failure, an {@link OutOfMemoryError} too: who
 * asked for what is not there is the likeliest cause, and the stack that held it is gone when we catch
 * it.
 */
public final class PlugIn {
  private final String kind;
  private final String model;
  private final String provider;
  private final String element;
  private final Consumer<String> quarantine;
  private final Standing standing;

  /** Null in batch work: then a call costs one branch more. */
  private final Watch watch;

  /**
   * @param kind simple name of the kind interface
   * @param model the string it was chosen by
   * @param provider its class
   * @param element what it was opened for
   * @param quarantine takes the kind out of use, with the reason
   * @param standing of its kind in this yard
   * @param watch null: calls take as long as they like
   */
  public PlugIn(
      String kind,
      String model,
      String provider,
      String element,
      Consumer<String> quarantine,
      Standing standing,
      Watch watch) {
    this.kind = Objects.requireNonNull(kind, "kind");
    this.model = Objects.requireNonNull(model, "model");
    this.provider = Objects.requireNonNull(provider, "provider");
    this.element = Objects.requireNonNull(element, "element");
    this.quarantine = Objects.requireNonNull(quarantine, "quarantine");
    this.standing = Objects.requireNonNull(standing, "standing");
    this.watch = watch;
  }

  /** Nobody: the yard's own stand-in for a plug-in that is not there. */
  static PlugIn none(String element) {
    return new PlugIn("", "", "", element, reason -> {}, new Standing(), null);
  }

  public Standing standing() {
    return standing;
  }

  boolean isCutOff() {
    return standing.isCutOff();
  }

  /** A call begins; null without a watch. */
  Watch.Call enter(String method) {
    return watch == null ? null : watch.enter(this, method);
  }

  /** A call returned. */
  void leave(Watch.Call call) {
    if (call != null) {
      watch.leave(call, null);
    }
  }

  /** A call ended with an exception that its contract documents. */
  void leave(Watch.Call call, Exception documented) {
    if (call != null) {
      watch.leave(call, documented);
    }
  }

  /**
   * A call ended with a throwable: what to throw in its place. A {@link KernelOops} is the modelled
   * kernel's business and goes on as it is, and so does what the engine or another plug-in has
   * thrown through this one.
   */
  RuntimeException failure(Watch.Call call, String method, Throwable thrown) {
    if (call != null) {
      watch.leave(call, thrown);
    }
    return switch (thrown) {
      case KernelOops oops -> oops;
      case PlugInException wrapped -> wrapped;
      case BadInputException input -> input;
      case AbandonedThread end -> throw end;
      default -> {
        PlugInException broken = broken("broke in " + method + "(): " + thrown);
        broken.initCause(thrown);
        yield broken;
      }
    };
  }

  /**
   * It did what its contract does not allow.
   *
   * @param reason what it did; its name stands before it
   */
  public PlugInException broken(String reason) {
    PlugInException broken = exception(reason);
    quarantine.accept(("for '" + element + "' it " + reason).replaceAll("\\s*\\R\\s*", " "));
    return broken;
  }

  /**
   * It took too long: it is not called again.
   *
   * @param cause what it made of the interrupt; null when it returned
   */
  public PlugInException hung(String reason, Throwable cause) {
    standing.cutOff();
    PlugInException hung = broken(reason);
    if (cause != null) {
      hung.initCause(cause);
    }
    return hung;
  }

  /** The answer to a call that is not made any more. */
  PlugInException gone(String method) {
    return exception("is not asked for " + method + "(): it hung before");
  }

  private PlugInException exception(String reason) {
    return new PlugInException(kind + " '" + model + "' of '" + element + "'", provider, reason);
  }

  /** Opens an instance; everything that goes wrong is the plug-in's failure. */
  public <T> T open(Opening<T> opening) {
    Watch.Call call = enter("open");
    T opened;
    try {
      opened = opening.open();
    } catch (Throwable thrown) {
      throw failure(call, "open", thrown);
    }
    leave(call);
    return notNull(opened, "open");
  }

  /** Opens a successor; one that declines what is live breaks nothing. */
  public <T> T adopt(Opening<T> opening) throws AdoptionDeclinedException {
    Watch.Call call = enter("open");
    T opened;
    try {
      opened = opening.open();
    } catch (AdoptionDeclinedException declined) {
      leave(call, declined);
      throw declined;
    } catch (Throwable thrown) {
      throw failure(call, "open", thrown);
    }
    leave(call);
    return notNull(opened, "open");
  }

  public <T> T call(String method, Supplier<T> body) {
    Watch.Call call = enter(method);
    T result;
    try {
      result = body.get();
    } catch (Throwable thrown) {
      throw failure(call, method, thrown);
    }
    leave(call);
    return notNull(result, method);
  }

  int callInt(String method, IntSupplier body) {
    Watch.Call call = enter(method);
    int result;
    try {
      result = body.getAsInt();
    } catch (Throwable thrown) {
      throw failure(call, method, thrown);
    }
    leave(call);
    return result;
  }

  long callLong(String method, LongSupplier body) {
    Watch.Call call = enter(method);
    long result;
    try {
      result = body.getAsLong();
    } catch (Throwable thrown) {
      throw failure(call, method, thrown);
    }
    leave(call);
    return result;
  }

  public void run(String method, Runnable body) {
    Watch.Call call = enter(method);
    try {
      body.run();
    } catch (Throwable thrown) {
      throw failure(call, method, thrown);
    }
    leave(call);
  }

  /** Closes an instance, unless it hung: then it is left to itself. */
  void close(Runnable body) {
    if (!isCutOff()) {
      run("close", body);
    }
  }

  <T> T notNull(T result, String method) {
    if (result == null) {
      throw broken("returned null from " + method + "()");
    }
    return result;
  }

  /** A kind's open method. */
  @FunctionalInterface
  public interface Opening<T> {
    T open() throws Exception;
  }
}
