package org.bufferyard.platform.live;

import java.util.List;
import org.bufferyard.platform.yard.Balance;

/**
 * A running yard at one moment.
 *
 * @param mappings the busiest live mappings, busiest first; few
 * @param mappingSums of all mappings there ever were, by device and kind
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
    List<MappingStatus> mappings,
    List<MappingSum> mappingSums,
    Balance balance,
    int abandonedThreads,
    long swaps,
    long longestGapNanos,
    List<String> waiting) {
  public YardStatus {
    pipelines = List.copyOf(pipelines);
    devices = List.copyOf(devices);
    mappings = List.copyOf(mappings);
    mappingSums = List.copyOf(mappingSums);
    waiting = List.copyOf(waiting);
  }

  /**
   * What one device did, in all pipelines.
   *
   * @param bounces bytes that cores copied for it
   */
  public record DeviceStatus(
      String id, String name, long frames, long bytes, long bounces, long faults, int mappings) {}

  /**
   * One live mapping and what its device moved through it since it was made.
   *
   * @param device its name
   * @param kind {@code single}, {@code scatter-gather}, {@code coherent} or {@code coherent-remap}
   * @param dma first address
   */
  public record MappingStatus(
      String device, String kind, long dma, long sizeBytes, long bytesRead, long bytesWritten) {}

  /**
   * All mappings of one kind for one device since the yard was opened.
   *
   * @param device its id
   * @param live of them, those that are there now
   */
  public record MappingSum(
      String device, String kind, int live, long made, long bytesRead, long bytesWritten) {}
}
