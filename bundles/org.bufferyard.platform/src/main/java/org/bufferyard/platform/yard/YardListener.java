package org.bufferyard.platform.yard;

import org.osgi.annotation.versioning.ConsumerType;

/** Told what a running yard does on its own account. */
@ConsumerType
public interface YardListener {
  /**
   * A call into a plug-in went over its bound or left half-done work behind, so the yard gave up its
   * state and began anew on a fresh thread. Handles of the old state are dead; posted tasks run with
   * the new one. Called on the fresh engine thread, before any of them.
   *
   * @param abandoned whether the old thread could not be ended
   */
  void rebuilt(YardState fresh, String reason, boolean abandoned);
}
