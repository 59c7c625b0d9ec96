package org.bufferyard.platform.yard;

import java.util.List;
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

  /**
   * Compares what the yard uses with what the registry would choose now. Nothing is changed: {@link
   * YardState#swap} does that.
   *
   * <p>Choosing gets services and so activates components: never on the engine thread. It does not
   * wait for that thread either.
   *
   * @return one for each choice that is due to become another, in the order in which they are to
   *     happen; empty when there is none
   * @throws IllegalStateException on the engine thread
   */
  List<KindSwap> planSwap();

  /** Has a listener told; one that is there already is told once. */
  void addListener(YardListener listener);

  /** The way back from {@link #addListener}. */
  void removeListener(YardListener listener);

  /**
   * Gives up the state, whatever it holds, and begins anew with the plug-ins that serve now: for when
   * half-done work left something behind that nobody can undo. Tasks in the queue before it run with
   * the old state, those behind it with the new one. Waits for its end, except on the engine thread:
   * there it is queued, before everything else.
   *
   * @param reason for people; listeners get it
   * @throws IllegalStateException when the yard is closed
   */
  void rebuild(String reason);

  /** Threads that hang in a plug-in still and could not be ended. */
  int abandonedThreads();

  /** Undoes what is left, closes every instance, ends the thread. Idempotent. */
  @Override
  void close();
}
