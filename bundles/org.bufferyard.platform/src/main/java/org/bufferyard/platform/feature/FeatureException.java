package org.bufferyard.platform.feature;

/** A feature or plug-in operation was refused. The message is one line: what, where, what to do. */
public final class FeatureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public FeatureException(String message) {
    super(message);
  }

  public FeatureException(String message, Throwable cause) {
    super(message, cause);
  }
}
