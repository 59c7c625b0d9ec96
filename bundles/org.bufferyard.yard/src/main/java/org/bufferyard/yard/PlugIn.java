package org.bufferyard.yard;

import java.util.function.Supplier;
import org.bufferyard.api.kernel.KernelOops;

/**
 * Who a plug-in instance is, for whoever has to be told that it broke.
 *
 * @param kind simple name of the kind interface
 * @param model the string it was chosen by
 * @param provider its class
 * @param element what it was opened for
 */
record PlugIn(String kind, String model, String provider, String element) {

  static PlugIn of(Class<?> kind, Object service, String model, String element) {
    return new PlugIn(kind.getSimpleName(), model, service.getClass().getName(), element);
  }

  /**
   * The throwable to throw in place of a plug-in's own. A {@link KernelOops} is the modelled
   * kernel's business and goes on as it is, and so does a failure that is wrapped already.
   */
  RuntimeException failure(String method, Throwable thrown) {
    return switch (thrown) {
      case KernelOops oops -> oops;
      case PlugInFailure wrapped -> wrapped;
      default ->
          new PlugInFailure(
              kind + " '" + model + "' (" + provider + ") of '" + element + "' broke in " + method
                  + "(): " + thrown,
              thrown);
    };
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

  <T> T notNull(T result, String method) {
    if (result == null) {
      throw new PlugInFailure(
          kind + " '" + model + "' (" + provider + ") of '" + element + "' returned null from "
              + method + "()",
          null);
    }
    return result;
  }

  /** A kind's open method. */
  @FunctionalInterface
  interface Opening<T> {
    T open() throws Exception;
  }
}
