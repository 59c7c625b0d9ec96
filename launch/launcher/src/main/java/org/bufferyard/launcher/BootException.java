package org.bufferyard.launcher;

/** The framework did not come up; the message is one line. */
final class BootException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BootException(String message) {
    super(message);
  }

  BootException(String message, Throwable cause) {
    super(message, cause);
  }
}
