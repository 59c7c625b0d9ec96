package org.bufferyard.platform.live;

import java.util.List;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.osgi.annotation.versioning.ProviderType;

/** A running yard. Safe for any thread. */
@ProviderType
public interface LiveYard extends AutoCloseable {
  LiveYardSpec spec();

  /** Counters, state and what is due, as of now. */
  YardStatus status();

  /**
   * What happened since, oldest first; of a bounded past.
   *
   * @param after {@link TimelineEntry#number} of the last one seen; 0: all that is kept
   */
  List<TimelineEntry> timeline(long after);

  /** Adds a pipeline and lets it stream. */
  void add(PipelineSpec pipeline);

  /** Lets a stopped pipeline stream again. */
  void start(String pipeline);

  /** Drains and frees; it stays listed. */
  void stop(String pipeline);

  /** Frames a second; 0: flat out. */
  void pace(String pipeline, double framesPerSecond);

  /**
   * Has the exporter move the buffers of a streaming pipeline to fresh memory while frames are in them.
   *
   * @throws org.bufferyard.platform.input.BadInputException when its ops cannot, or an importer has
   *     them pinned
   */
  void move(String pipeline);

  /** What is wanted of the pipelines, added ones included, in their order. */
  List<PipelineWish> wishes();

  /** Drains and frees all, undoes what is left, ends the threads. Idempotent. */
  @Override
  void close();
}
