package org.bufferyard.platform.live;

import java.util.List;
import org.bufferyard.platform.yard.Balance;

/**
 * A running yard at one moment.
 *
 * @param balance what is taken; pages of the buffers of streaming pipelines included
 * @param abandonedThreads threads in plug-ins that Java could not end
 * @param swaps how many choices were exchanged so far
 * @param longestGapNanos the longest time that a streaming pipeline went without a frame on account of
 *     swaps
 * @param waiting one line for each thing that is wanted and not there
 */
public record YardStatus(
    String name,
    String board,
    String kernel,
    List<PipelineStatus> pipelines,
    List<DeviceStatus> devices,
    Balance balance,
    int abandonedThreads,
    long swaps,
    long longestGapNanos,
    List<String> waiting) {
  public YardStatus {
    pipelines = List.copyOf(pipelines);
    devices = List.copyOf(devices);
    waiting = List.copyOf(waiting);
  }

  /**
   * What one device did, in all pipelines.
   *
   * @param bounces bytes that cores copied for it
   */
  public record DeviceStatus(
      String id, String name, long frames, long bytes, long bounces, long faults, int mappings) {}
}
