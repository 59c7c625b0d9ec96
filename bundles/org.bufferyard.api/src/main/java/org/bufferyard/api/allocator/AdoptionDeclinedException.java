package org.bufferyard.api.allocator;

/**
 * A successor cannot take over a live range of its predecessor. The message is one line that says
 * which range and why; nothing has changed then. The yard goes on with the predecessor, copies the
 * buffers or parks them.
 */
public final class AdoptionDeclinedException extends Exception {
  private static final long serialVersionUID = 1L;

  public AdoptionDeclinedException(String message) {
    super(message);
  }
}
