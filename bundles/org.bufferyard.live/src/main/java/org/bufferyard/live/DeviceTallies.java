package org.bufferyard.live;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bufferyard.platform.live.YardStatus.DeviceStatus;
import org.bufferyard.platform.pipeline.FrameEnd;
import org.bufferyard.platform.pipeline.FrameEnd.How;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;

/** What each device of a yard did, in all pipelines. Safe for any thread. */
final class DeviceTallies {
  private static final class Counts {
    private long frames;
    private long bytes;
    private long bounced;
    private long faults;
  }

  private final PlatformSpec board;
  private final Map<String, Counts> counts = new LinkedHashMap<>();

  DeviceTallies(PlatformSpec board) {
    this.board = board;
    board.devices().forEach(device -> counts.put(device.id(), new Counts()));
  }

  /** Frames that got through a pipeline. */
  synchronized void frames(PipelineSpec spec, List<FrameEnd> ends) {
    long delivered = 0;
    for (FrameEnd end : ends) {
      delivered += end.how() instanceof How.Delivered ? 1 : 0;
    }
    if (delivered > 0) {
      moved(spec.exporter(), delivered, spec.sizeBytes());
      for (String importer : spec.importers()) {
        moved(importer, delivered, spec.sizeBytes());
      }
    }
  }

  private void moved(String device, long frames, long sizeBytes) {
    Counts of = counts.get(device);
    of.frames += frames;
    of.bytes += frames * sizeBytes;
  }

  synchronized void bounced(String device, long bytes) {
    Counts of = counts.get(device);
    if (of != null) {
      of.bounced += bytes;
    }
  }

  synchronized void faulted(String device) {
    Counts of = counts.get(device);
    if (of != null) {
      of.faults++;
    }
  }

  /**
   * Devices that a pipeline uses.
   *
   * @param mappings live ones by device id
   */
  synchronized List<DeviceStatus> status(
      Set<String> used, Map<String, Integer> mappings) {
    return board.devices().stream()
        .filter(device -> used.contains(device.id()))
        .map(device -> status(device, mappings.getOrDefault(device.id(), 0)))
        .toList();
  }

  private DeviceStatus status(DeviceSpec device, int mappings) {
    Counts of = counts.get(device.id());
    return new DeviceStatus(
        device.id(), device.name(), of.frames, of.bytes, of.bounced, of.faults, mappings);
  }
}
