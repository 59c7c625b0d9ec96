package org.bufferyard.shell;

import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYards;
import org.bufferyard.platform.live.PipelineStatus;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Pipelines of the running yards in the interactive shell: {@code pipeline:stop NAME} and so on. */
@Component(
    service = GogoPipelines.class,
    property = {
      "osgi.command.scope=pipeline",
      "osgi.command.function=list",
      "osgi.command.function=start",
      "osgi.command.function=stop",
      "osgi.command.function=pace",
      "osgi.command.function=move"
    })
public final class GogoPipelines {
  private final LiveYards yards;

  @Activate
  public GogoPipelines(@Reference LiveYards yards) {
    this.yards = yards;
  }

  @Descriptor("pipelines with what they do")
  public List<String> list() {
    return yards.all().stream()
        .flatMap(
            yard ->
                yard.status().pipelines().stream().map(p -> line(yard.spec().name(), p)))
        .toList();
  }

  private static String line(String yard, PipelineStatus p) {
    return "%s: %s -> %s %s%s"
        .formatted(
            p.name(),
            p.exporter(),
            String.join(", ", p.importers()),
            p.state(),
            p.reason().isEmpty() ? "" : ": " + p.reason())
        + " (yard " + yard + ")";
  }

  @Descriptor("lets a pipeline stream again")
  public void start(String pipeline) {
    find(pipeline).start(pipeline);
  }

  @Descriptor("drains a pipeline and frees its buffers")
  public void stop(String pipeline) {
    find(pipeline).stop(pipeline);
  }

  @Descriptor("frames a second; 0 is flat out")
  public void pace(String pipeline, double framesPerSecond) {
    find(pipeline).pace(pipeline, framesPerSecond);
  }

  @Descriptor("has the exporter move the buffers while frames flow, where its ops can")
  public void move(String pipeline) {
    find(pipeline).move(pipeline);
  }

  private LiveYard find(String pipeline) {
    List<LiveYard> with =
        yards.all().stream()
            .filter(
                y -> y.status().pipelines().stream().anyMatch(p -> p.name().equals(pipeline)))
            .toList();
    if (with.size() == 1) {
      return with.getFirst();
    }
    throw new BadInputException(
        with.isEmpty()
            ? "no running yard has a pipeline '" + pipeline + "'"
            : with.size() + " running yards have a pipeline '" + pipeline + "'",
        "",
        "pipeline:list shows them");
  }
}
