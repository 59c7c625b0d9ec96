package org.bufferyard.platform.yard;

import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.PlatformSpec;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One running platform. All of its state belongs to its engine thread; other threads hand it tasks.
 * Methods of this interface are safe for any thread.
 */
@ProviderType
public interface Yard extends AutoCloseable {
  PlatformSpec spec();

  KernelProfile kernel();

  /** A task for the engine thread. */
  @FunctionalInterface
  interface Task<T> {
    T run(YardState state) throws Exception;
  }

  /**
   * Runs a task on the engine thread and waits for it. Called on the engine thread itself it runs at
   * once.
   *
   * <p>Runtime exceptions of the task are thrown here as they are ({@link
   * org.bufferyard.api.kernel.KernelOops} included), checked ones wrapped.
   *
   * @throws IllegalStateException when the yard is closed
   */
  <T> T call(Task<T> task);

  /** Queues a task and returns. */
  void post(Task<?> task);

  /** Undoes what is left, closes every instance, ends the thread. Idempotent. */
  @Override
  void close();
}
