package org.bufferyard.api.allocator;

/** A successor cannot take over a live range of its predecessor. The message says which and why. */
public final class AdoptionDeclinedException extends Exception {
  private static final long serialVersionUID = 1L;

  public AdoptionDeclinedException(String message) {
    super(message);
  }
}
