package org.bufferyard.platform.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.platform.yard.YardState;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Frames in = out + in flight + dropped, at any time. Engine thread only. What a plug-in throws ({@link
 * org.bufferyard.platform.registry.PlugInException}) and a {@link
 * org.bufferyard.api.kernel.KernelOops} come out of every method as they are; then only {@link
 * #abandon} may follow.
 */
@ProviderType
public interface Pipeline {
  String name();

  /** Ids of exporter and importers. */
  Set<String> devices();

  /** Names of the ops that its live buffers have. */
  Set<String> opsInUse();

  /**
   * Allocates, exports, attaches.
   *
   * @return why it cannot stream; then it holds nothing
   */
  Optional<String> start(YardState yard);

  /**
   * Fills one buffer, and once all but one are in flight lets the importers use the oldest.
   *
   * @return what became of the frames that left this step, oldest first; empty while it fills up
   */
  List<FrameEnd> step(YardState yard);

  /** Frames that were filled and not yet used by everybody. */
  int inFlight();

  /** Lets the importers use what is in flight, oldest first: the frame boundary. */
  List<FrameEnd> drain(YardState yard);

  /**
   * Importers unmap and detach, the buffers and their bytes stay. A swap of ops takes the export away
   * too.
   */
  void detach(YardState yard, boolean exportsToo);

  /**
   * The way back from {@link #detach}.
   *
   * @return why it cannot; then it holds nothing
   */
  Optional<String> attach(YardState yard);

  /** Detaches and frees. Bytes of the buffers are kept aside when {@code keepBytes}: the next {@link #start} puts them back. */
  void stop(YardState yard, boolean keepBytes);

  /**
   * Forgets everything it holds, calls nobody.
   *
   * @return sequence numbers of the frames that were in flight
   */
  List<Long> abandon();
}
