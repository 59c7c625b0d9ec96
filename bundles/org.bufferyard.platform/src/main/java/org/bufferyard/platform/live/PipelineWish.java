package org.bufferyard.platform.live;

import java.util.Objects;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;

/**
 * What people want of a pipeline, whatever it is able to do just now: enough to have it again after the
 * yard was gone.
 *
 * @param spec with ids of the yard's board
 * @param streaming false when somebody stopped it
 * @param framesPerSecond that it is held to; 0: flat out
 */
public record PipelineWish(PipelineSpec spec, boolean streaming, double framesPerSecond) {
  public PipelineWish {
    Objects.requireNonNull(spec, "spec");
  }
}
