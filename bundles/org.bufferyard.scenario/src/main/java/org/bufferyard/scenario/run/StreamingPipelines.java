package org.bufferyard.scenario.run;

import java.util.function.Consumer;
import org.bufferyard.platform.pipeline.FrameEnd;
import org.bufferyard.platform.pipeline.Pipeline;
import org.bufferyard.platform.pipeline.Pipelines;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.osgi.service.component.annotations.Component;

/** Makes pipelines that somebody else paces. Stateless. */
@Component
public final class StreamingPipelines implements Pipelines {
  @Override
  public Pipeline open(PipelineSpec spec, Consumer<FrameEnd> left) {
    return new StreamingPipeline(spec, left);
  }
}
