package org.bufferyard.platform.scenario;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Verdict;

/**
 * A scenario file, compiled.
 *
 * @param board file, relative to the scenario file
 */
public record ScenarioSpec(
    String name, String board, KernelProfile kernel, List<PipelineSpec> pipelines) {

  /**
   * One exporter that streams frames to importers.
   *
   * @param buffers in flight
   * @param frames to stream
   * @param cpuReads whether the CPU reads each frame between devices
   * @param expected verdict an importer is expected to have, in importer order; empty: not checked
   */
  public record PipelineSpec(
      String name,
      String exporter,
      List<String> importers,
      MemoryKind memory,
      OpsPolicy policy,
      Optional<String> forcedOps,
      long sizeBytes,
      int buffers,
      long frames,
      boolean cpuReads,
      List<Verdict> expected) {
    public PipelineSpec {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(exporter, "exporter");
      importers = List.copyOf(importers);
      expected = List.copyOf(expected);
    }

    private PipelineSpec on(DeviceNames devices) {
      return new PipelineSpec(
          name,
          devices.find(exporter).id(),
          importers.stream().map(i -> devices.find(i).id()).toList(),
          memory,
          policy,
          forcedOps,
          sizeBytes,
          buffers,
          frames,
          cpuReads,
          expected);
    }
  }

  public ScenarioSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(board, "board");
    Objects.requireNonNull(kernel, "kernel");
    pipelines = List.copyOf(pipelines);
  }

  /**
   * The same with ids of that board in place of the names, paths and suffixes that a person wrote.
   *
   * @throws org.bufferyard.platform.input.BadInputException when one fits no device, or several
   */
  public ScenarioSpec on(PlatformSpec platform) {
    DeviceNames devices = new DeviceNames(platform);
    return new ScenarioSpec(
        name, board, kernel, pipelines.stream().map(p -> p.on(devices)).toList());
  }
}
