package org.bufferyard.platform.scenario;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.input.BadInputException;
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
   * @param cpu what user space does with each frame between the devices
   * @param keepMapped importers that map a buffer once and keep the mapping
   * @param expected verdict an importer is expected to have, in importer order; empty: not checked
   * @param syncs that are not made as they should be
   * @param faults that happen
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
      CpuUse cpu,
      List<String> keepMapped,
      List<Verdict> expected,
      List<SyncChange> syncs,
      List<InjectedFault> faults) {
    public PipelineSpec {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(exporter, "exporter");
      importers = List.copyOf(importers);
      Objects.requireNonNull(cpu, "cpu");
      keepMapped = List.copyOf(keepMapped);
      expected = List.copyOf(expected);
      syncs = List.copyOf(syncs);
      faults = List.copyOf(faults);
    }

    private PipelineSpec on(DeviceNames devices) {
      return new PipelineSpec(
          name,
          find(exporter, devices),
          importers.stream().map(i -> find(i, devices)).toList(),
          memory,
          policy,
          forcedOps,
          sizeBytes,
          buffers,
          frames,
          cpu,
          keepMapped.stream().map(i -> find(i, devices)).toList(),
          expected,
          syncs,
          faults.stream()
              .map(f -> f.at(find(f.device().isEmpty() ? exporter : f.device(), devices)))
              .toList());
    }

    private String find(String device, DeviceNames devices) {
      try {
        return devices.find(device).id();
      } catch (BadInputException unknown) {
        throw new BadInputException(unknown.getMessage(), "pipeline '" + name + "'", "");
      }
    }
  }

  /**
   * What user space does with each frame.
   *
   * @param reads it through its mapping
   * @param writes it anew, before the importers use it
   * @param expected what should come of reading; empty: not checked
   */
  public record CpuUse(boolean reads, boolean writes, Optional<Verdict> expected) {
    public static final CpuUse NONE = new CpuUse(false, false, Optional.empty());

    public CpuUse {
      Objects.requireNonNull(expected, "expected");
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
