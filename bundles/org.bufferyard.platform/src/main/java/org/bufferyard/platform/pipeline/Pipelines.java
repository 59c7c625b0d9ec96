package org.bufferyard.platform.pipeline;

import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.osgi.annotation.versioning.ProviderType;

/** Makes pipelines. A service; safe for any thread. */
@ProviderType
public interface Pipelines {
  /**
   * A pipeline that holds nothing yet.
   *
   * @param spec with ids of the board's devices, as {@link
   *     org.bufferyard.platform.scenario.ScenarioSpec#on} leaves it; its number of frames does not
   *     count, it goes on until it is stopped
   */
  Pipeline open(PipelineSpec spec);
}
