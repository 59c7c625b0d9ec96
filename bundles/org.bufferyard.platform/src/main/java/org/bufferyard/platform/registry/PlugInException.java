package org.bufferyard.platform.registry;

import java.util.Objects;

/**
 * A plug-in threw, or answered, what its contract does not allow. The message is one line that names
 * the plug-in and says what it did; the cause, if there is one, is what it threw. The yard lives on
 * and can be closed; only the call that needed the plug-in ends.
 */
public final class PlugInException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String provider;

  /**
   * @param plugIn its kind, the model it was chosen by and the element it was opened for
   * @param provider name of its class
   * @param reason what it did, so that {@code plugIn + reason} is a sentence
   */
  public PlugInException(String plugIn, String provider, String reason) {
    // A foreign exception's text may have line breaks in it: this stays one line.
    super((plugIn + " (" + provider + ") " + reason).strip().replaceAll("\\s*\\R\\s*", " "));
    this.provider = Objects.requireNonNull(provider, "provider");
  }

  /** Name of the plug-in's class. */
  public String provider() {
    return provider;
  }
}
