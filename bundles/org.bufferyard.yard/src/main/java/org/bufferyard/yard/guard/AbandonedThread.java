package org.bufferyard.yard.guard;

/**
 * Thrown into whatever an abandoned engine thread does after a hung call came back at last: its yard
 * has gone on without it. An Error, so that no handler of ours takes it for a failure to deal with.
 */
public final class AbandonedThread extends Error {
  private static final long serialVersionUID = 1L;

  AbandonedThread() {
    super("this thread hung in a plug-in and its yard went on without it", null, false, false);
  }
}
