package org.bufferyard.platform.pipeline;

import java.util.Optional;
import java.util.Set;
import org.bufferyard.platform.yard.YardState;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A ring of buffers with frames in flight. Frames in = left + in flight, at any time; whoever opened
 * it is told of every frame that leaves, before the method that made it leave returns or throws.
 *
 * <p>Engine thread only. What a plug-in throws ({@link
 * org.bufferyard.platform.registry.PlugInException}) and a {@link
 * org.bufferyard.api.kernel.KernelOops} come out of every method as they are; then only {@link
 * #stop}, which may throw again, or {@link #abandon} may follow. The {@link YardState} has to be the same until it holds nothing again.
 */
@ProviderType
public interface Pipeline {
  String name();

  /** Ids of exporter and importers. */
  Set<String> devices();

  /** Names of the ops that its live buffers have. */
  Set<String> opsInUse();

  /**
   * Allocates, exports, attaches. Frames whose bytes were kept are in flight again, in the new
   * buffers.
   *
   * @return why it cannot stream; then it holds nothing but what was kept
   */
  Optional<String> start(YardState yard);

  /**
   * Fills the oldest free buffer, and lets the importers use the oldest frame once no buffer is free.
   *
   * @return why it cannot go on: the modelled kernel refused; what it holds stays until {@link #stop}
   */
  Optional<String> step(YardState yard);

  /** Frames that were begun, ever. */
  long framesIn();

  /** Frames that were filled and not yet used by everybody, those included whose bytes are kept. */
  int inFlight();

  /**
   * Lets the importers use what is in flight, oldest first.
   *
   * @return why it cannot go on
   */
  Optional<String> drain(YardState yard);

  /**
   * The exporter moves its buffers to fresh memory, oldest first, with the frames in flight in them.
   * Importers that follow a move map anew before their next use.
   *
   * @return why one cannot be moved; those before it were
   */
  Optional<String> move(YardState yard);

  /**
   * Importers unmap and detach; the buffers, their bytes and the frames in flight stay. Where a
   * buffer is its export, as with heaps, the bytes are kept aside instead when {@code exportsToo}.
   *
   * @param exportsToo takes the export away, for another set of ops
   */
  void detach(YardState yard, boolean exportsToo);

  /**
   * The way back from {@link #detach}.
   *
   * @return why it cannot; then it holds nothing but bytes kept aside
   */
  Optional<String> attach(YardState yard);

  /**
   * Detaches and frees.
   *
   * @param keepBytes frames in flight stay so, their bytes kept aside for the next {@link #start};
   *     otherwise they are dropped
   * @param reason of the frames that are dropped: that which was under way when a method threw, too
   */
  void stop(YardState yard, boolean keepBytes, String reason);

  /**
   * Forgets everything it holds in the yard and calls nobody. Frames in flight are dropped for this
   * reason, but for those whose bytes are kept aside.
   */
  void abandon(String reason);
}
