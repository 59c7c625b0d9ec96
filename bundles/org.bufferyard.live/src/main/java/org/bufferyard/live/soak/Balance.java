package org.bufferyard.live.soak;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.PipelineStatus.State;
import org.bufferyard.platform.live.SoakReport;
import org.bufferyard.platform.live.SoakReport.Leaks;
import org.bufferyard.platform.live.TimelineEntry;
import org.bufferyard.platform.live.YardStatus;
import org.bufferyard.platform.scenario.RunReport.Dropped;

/** What the yards of a soak did, and what is left of it. Used by one thread. */
final class Balance {
  private static final int TROUBLES = 100;
  private static final long BACK_MILLIS = 30_000;
  private static final long MORE_FRAMES = 10;

  private final long seed;
  private final List<LiveYard> yards;
  private final Set<String> troubles = new LinkedHashSet<>();
  private final Map<LiveYard, Long> read = new HashMap<>();
  private final Map<String, Long> wrong = new HashMap<>();

  Balance(long seed, List<LiveYard> yards) {
    this.seed = seed;
    this.yards = yards;
  }

  void trouble(String line) {
    if (troubles.size() < TROUBLES) {
      troubles.add(line);
    }
  }

  /** Reads what the yards told since the last look. */
  void look(String after) {
    for (LiveYard yard : yards) {
      for (TimelineEntry entry : yard.timeline(read.getOrDefault(yard, 0L))) {
        read.put(yard, entry.number());
        if (isTrouble(entry)) {
          trouble("swap " + after + ": " + yard.spec().name() + ": " + entry.text());
        }
      }
      for (PipelineStatus p : yard.status().pipelines()) {
        Long before = wrong.put(yard.spec().name() + ": " + p.name(), p.wrongChecksums());
        if (p.wrongChecksums() > (before == null ? 0 : before)) {
          trouble(
              "swap " + after + ": " + yard.spec().name() + ": " + p.name()
                  + ": frames with other bytes than were written");
        }
      }
    }
  }

  private static boolean isTrouble(TimelineEntry entry) {
    return switch (entry.kind()) {
      case QUARANTINE, REBUILD -> true;
      case SWAP -> entry.text().contains("bug of bufferyard") || entry.text().contains("failed");
      case PIPELINE, FAULT, DROP, FINDING -> false;
    };
  }

  private Stream<PipelineStatus> pipelines() {
    return yards.stream().flatMap(yard -> yard.status().pipelines().stream());
  }

  long frames() {
    return pipelines().mapToLong(PipelineStatus::framesOut).sum();
  }

  /** All providers are there again: every pipeline has to move more frames. */
  void awaitStreaming(Conditions conditions) throws InterruptedException {
    for (LiveYard yard : yards) {
      for (PipelineStatus before : yard.status().pipelines()) {
        long wanted = left(before) + MORE_FRAMES;
        if (!conditions.await(() -> left(now(yard, before)) >= wanted, BACK_MILLIS)) {
          PipelineStatus after = now(yard, before);
          trouble(
              yard.spec().name() + ": " + before.name() + " did not come back: "
                  + after.state() + " " + after.reason());
        }
      }
    }
  }

  /** Frames that left it: wrong ones are told of elsewhere. */
  private static long left(PipelineStatus pipeline) {
    return pipeline.framesOut() + pipeline.framesDropped();
  }

  private static PipelineStatus now(LiveYard yard, PipelineStatus before) {
    return yard.status().pipelines().stream()
        .filter(p -> p.name().equals(before.name()))
        .findFirst()
        .orElseThrow();
  }

  /** Stops everything and counts. */
  SoakReport draw(
      Map<SwapWays.Way, Integer> made, LeakWatch leaks, Conditions conditions, long began)
      throws InterruptedException {
    stopAll();
    look("after all");
    double seconds = (System.nanoTime() - began) / 1e9;
    List<YardStatus> all = yards.stream().map(LiveYard::status).toList();
    all.stream()
        .filter(yard -> !yard.balance().isClean())
        .forEach(yard -> trouble(yard.name() + ": left over: " + yard.balance()));
    int abandoned = all.stream().mapToInt(YardStatus::abandonedThreads).sum();
    yards.forEach(LiveYard::close);
    // What only a closed yard reaches is nobody's any more.
    yards.clear();
    read.clear();
    List<String> threads = leaks.threads(conditions);
    long leakedThreads = Math.max(0, threads.size() - abandoned);
    if (leakedThreads > 0) {
      trouble("threads left over: " + threads);
    }
    List<String> loaders = leaks.loaders(conditions);
    if (!loaders.isEmpty()) {
      trouble("class loaders left over: " + loaders);
    }
    int swaps = made.values().stream().mapToInt(Integer::intValue).sum();
    Map<String, Long> grown = leaks.objects(swaps);
    // A thread that nobody can end keeps what it had.
    if (abandoned == 0 && !grown.isEmpty()) {
      trouble("objects left over: " + grown);
    }
    Leaks leaked =
        new Leaks(
            all.stream().mapToLong(y -> y.balance().pages() + y.balance().bounceSlots()).sum(),
            all.stream().mapToLong(y -> y.balance().iovaFrames()).sum(),
            all.stream().mapToLong(y -> y.balance().mappings() + y.balance().buffers()).sum(),
            leakedThreads,
            loaders.size(),
            leaks.services(conditions));
    return report(made, all, abandoned, leaked, seconds);
  }

  private void stopAll() {
    for (LiveYard yard : yards) {
      yard.status().pipelines().stream()
          .filter(p -> p.state() != State.STOPPED)
          .forEach(p -> yard.stop(p.name()));
    }
  }

  private SoakReport report(
      Map<SwapWays.Way, Integer> made,
      List<YardStatus> all,
      int abandoned,
      Leaks leaked,
      double seconds) {
    List<PipelineStatus> pipelines = all.stream().flatMap(y -> y.pipelines().stream()).toList();
    Map<String, Integer> byWay = new LinkedHashMap<>();
    made.forEach((way, times) -> byWay.put(way.name().toLowerCase(Locale.ROOT), times));
    return new SoakReport(
        seed,
        made.values().stream().mapToInt(Integer::intValue).sum(),
        byWay,
        all.stream().mapToLong(YardStatus::swaps).sum(),
        pipelines.size(),
        pipelines.stream().mapToLong(PipelineStatus::framesIn).sum(),
        pipelines.stream().mapToLong(PipelineStatus::framesOut).sum(),
        pipelines.stream().mapToLong(PipelineStatus::framesInFlight).sum(),
        dropped(pipelines),
        pipelines.stream().mapToLong(PipelineStatus::wrongChecksums).sum(),
        abandoned,
        leaked,
        all.stream().mapToLong(YardStatus::longestGapNanos).max().orElse(0) / 1_000_000,
        seconds,
        List.copyOf(troubles));
  }

  private static List<Dropped> dropped(List<PipelineStatus> pipelines) {
    Map<String, Long> byReason = new LinkedHashMap<>();
    pipelines.stream()
        .flatMap(p -> p.dropped().stream())
        .forEach(d -> byReason.merge(d.reason(), d.frames(), Long::sum));
    List<Dropped> all = new ArrayList<>();
    byReason.forEach((reason, frames) -> all.add(new Dropped(reason, frames)));
    all.sort(Comparator.comparingLong(Dropped::frames).reversed());
    return all;
  }
}
