package org.bufferyard.platform.pipeline;

import java.util.function.Consumer;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.osgi.annotation.versioning.ProviderType;

/** Makes pipelines. A service; safe for any thread. */
@ProviderType
public interface Pipelines {
  /**
   * A pipeline that holds nothing yet.
   *
   * @param spec with ids of the board's devices, as {@link
   *     org.bufferyard.platform.scenario.ScenarioSpec#on} leaves it. Its number of frames does not
   *     count, it goes on until it is stopped; nor do its faults, which belong to a run of their own.
   *     Syncs that are not made as they should be, are not made so
   * @param left is told of every frame that leaves, in order, on the engine thread; must not throw
   */
  Pipeline open(PipelineSpec spec, Consumer<FrameEnd> left);
}
