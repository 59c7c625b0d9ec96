package org.bufferyard.platform.yard;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Told what a running yard does on its own account. Called on the engine thread; it must not throw
 * nor wait.
 */
@ConsumerType
public interface YardListener {
  /**
   * The yard gave up its state and began anew, on a fresh thread when a call into a plug-in did not
   * return, on the same one when it was asked to ({@link Yard#rebuild}). Handles of the old state are
   * dead; tasks of the queue run with the new one, and that of the call that did not return ended with
   * a {@link org.bufferyard.platform.registry.PlugInException}. Called on the engine thread, before
   * any other task. Who hung serves no more: what it was chosen for is parked until a {@link
   * YardState#swap}.
   *
   * @param abandoned whether the old thread could not be ended
   */
  void rebuilt(YardState fresh, String reason, boolean abandoned);
}
