package org.bufferyard.platform.live;

import java.util.List;
import java.util.Objects;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.spec.PlatformSpec;

/**
 * What to run.
 *
 * @param name by which the shell and the page know it
 * @param source file of the board, for people
 * @param flavour of placement
 * @param pipelines with names, paths or suffixes of devices as a person wrote them
 */
public record LiveYardSpec(
    String name,
    String source,
    PlatformSpec board,
    KernelProfile kernel,
    String flavour,
    List<PipelineSpec> pipelines) {
  public LiveYardSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(board, "board");
    Objects.requireNonNull(kernel, "kernel");
    Objects.requireNonNull(flavour, "flavour");
    pipelines = List.copyOf(pipelines);
  }
}
