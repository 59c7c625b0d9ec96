package org.bufferyard.yard;

import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.PlugInException;

/**
 * Who a plug-in instance is, for whoever has to be told that it broke. One that broke is out of use
 * for every later yard; this one keeps it until it is closed.
 *
 * @param kind simple name of the kind interface
 * @param model the string it was chosen by
 * @param provider its class
 * @param element what it was opened for
 * @param quarantine takes the kind out of use, with the reason
 */
record PlugIn(
    String kind, String model, String provider, String element, Consumer<String> quarantine) {

  /**
   * The throwable to throw in place of a plug-in's own. A {@link KernelOops} is the modelled
   * kernel's business and goes on as it is, and so does what the engine or another plug-in has
   * thrown through this one.
   */
  RuntimeException failure(String method, Throwable thrown) {
    return switch (thrown) {
      case KernelOops oops -> oops;
      case PlugInException wrapped -> wrapped;
      case BadInputException input -> input;
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
  PlugInException broken(String reason) {
    PlugInException broken =
        new PlugInException(kind + " '" + model + "' of '" + element + "'", provider, reason);
    quarantine.accept(("for '" + element + "' it " + reason).replaceAll("\\s*\\R\\s*", " "));
    return broken;
  }

  /** Opens an instance; everything that goes wrong is the plug-in's failure. */
  <T> T open(Opening<T> opening) {
    try {
      return notNull(opening.open(), "open");
    } catch (Exception | LinkageError | AssertionError | StackOverflowError thrown) {
      throw failure("open", thrown);
    }
  }

  <T> T call(String method, Supplier<T> body) {
    try {
      return notNull(body.get(), method);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw failure(method, thrown);
    }
  }

  int callInt(String method, IntSupplier body) {
    try {
      return body.getAsInt();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw failure(method, thrown);
    }
  }

  void run(String method, Runnable body) {
    try {
      body.run();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw failure(method, thrown);
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
  interface Opening<T> {
    T open() throws Exception;
  }
}
