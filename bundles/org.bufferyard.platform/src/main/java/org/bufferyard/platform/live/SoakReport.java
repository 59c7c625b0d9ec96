package org.bufferyard.platform.live;

import java.util.List;
import java.util.Map;
import org.bufferyard.platform.scenario.RunReport.Dropped;

/**
 * The balance of a {@link Soak}. Frames in = out + in flight + dropped, when nothing was lost.
 *
 * @param seed that it ran with
 * @param swaps that were made
 * @param byWay the same by the way in which they were made
 * @param exchanged choices that the yards exchanged on account of them
 * @param dropped frames with reasons, the most frequent first
 * @param abandonedThreads that hang in a plug-in and could not be ended
 * @param longestGapMs longest time that a streaming pipeline went without a frame on account of a swap
 * @param seconds that it took
 * @param troubles what went wrong, one line each: plug-ins that broke, pipelines that did not come back
 */
public record SoakReport(
    long seed,
    int swaps,
    Map<String, Integer> byWay,
    long exchanged,
    int pipelines,
    long framesIn,
    long framesOut,
    long framesInFlight,
    List<Dropped> dropped,
    long wrongChecksums,
    int abandonedThreads,
    Leaks leaks,
    long longestGapMs,
    double seconds,
    List<String> troubles) {
  /**
   * What was not given back.
   *
   * @param pages 4096-byte pages and bounce slots taken
   * @param iova frames of live IOVA ranges
   * @param mappings live entries of the ledgers, and buffers
   * @param threads that were not there before, abandoned ones not counted
   * @param classLoaders of bundles that were uninstalled and are reachable still
   * @param services of the plug-in kinds that were not there before
   */
  public record Leaks(
      long pages, long iova, long mappings, long threads, long classLoaders, long services) {
    public boolean isClean() {
      return pages == 0
          && iova == 0
          && mappings == 0
          && threads == 0
          && classLoaders == 0
          && services == 0;
    }
  }

  public SoakReport {
    byWay = Map.copyOf(byWay);
    dropped = List.copyOf(dropped);
    troubles = List.copyOf(troubles);
  }

  public long framesDropped() {
    return dropped.stream().mapToLong(Dropped::frames).sum();
  }

  /** Whether every frame is accounted for. */
  public boolean addsUp() {
    return framesIn == framesOut + framesInFlight + framesDropped();
  }

  /** Whether nothing was lost, wrong, left over or in trouble. */
  public boolean isClean() {
    return addsUp()
        && wrongChecksums == 0
        && abandonedThreads == 0
        && leaks.isClean()
        && troubles.isEmpty();
  }
}
