package org.bufferyard.yard;

/**
 * A plug-in threw what its contract does not allow. The yard lives on; the call that needed the
 * plug-in ends with this, and the message says whose fault it is.
 */
final class PlugInFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PlugInFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
