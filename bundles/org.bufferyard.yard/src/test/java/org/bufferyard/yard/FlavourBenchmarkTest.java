package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bufferyard.api.contract.LongReport;
import org.bufferyard.api.kernel.Flavour;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Both flavours of placement beside each other. Every build runs each benchmark for a moment, so that
 * it works; {@code -Plong} takes turns between the flavours, each time in a fresh JVM, and writes
 * down what it took. No figure fails a test.
 */
final class FlavourBenchmarkTest {
  private static final List<String> FLAVOURS = List.of(Flavour.FIDELITY, Flavour.FAST);
  private static final int ROUNDS = Integer.getInteger("bufferyard.benchmarks", 0);

  /** Benchmark, as on the page, to what one operation is. */
  private static final Map<String, String> WORK =
      Map.of(
          "PlacementBenchmark.iovaOfOneFrame", "IOVA of 1 frame, 4,096 live",
          "PlacementBenchmark.iovaOfManyFrames", "IOVA of 33 to 64 frames, 2,048 live",
          "PlacementBenchmark.page", "page of 1 GiB, 90 % taken",
          "PlacementBenchmark.blockOfPages", "block of 1 to 64 pages of 4 GiB, 16,384 live",
          "PlacementBenchmark.bufferOfCma", "1 MiB of a CMA area, 75 % taken",
          "PlacementBenchmark.bufferOfPool", "1 to 8 pages of a coherent pool, half taken",
          "MappingBenchmark.unmapAndMapPage", "yard: unmap and map a page, 4,096 mapped",
          "MappingBenchmark.mapAndUnmapList", "yard: map and unmap a page of a list of 512",
          "MappingBenchmark.read", "yard: read 8 bytes at random through 4,096 mapped pages");

  /** Benchmark to flavour to ns of each round. */
  private final Map<String, Map<String, List<Double>>> times = new TreeMap<>();

  @Test
  void everyBenchmarkRunsInBothFlavours() throws RunnerException {
    if (ROUNDS == 0) {
      run(moment());
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (String flavour : FLAVOURS) {
        run(measured().param("flavour", flavour));
      }
    }
    assertEquals(new TreeSet<>(WORK.keySet()), times.keySet());
    times.forEach((name, flavours) -> assertEquals(FLAVOURS.size(), flavours.size(), name));
    if (ROUNDS > 0) {
      LongReport.write("fast", "Placement: fidelity and fast", page());
    }
  }

  private void run(ChainedOptionsBuilder options) throws RunnerException {
    Collection<RunResult> results = new Runner(options.build()).run();
    for (RunResult result : results) {
      String benchmark = result.getParams().getBenchmark();
      // The quickest of many short iterations: what was not interrupted by whatever else runs.
      double nanos = result.getPrimaryResult().getStatistics().getMin();
      assertTrue(nanos > 0, benchmark);
      times
          .computeIfAbsent(
              benchmark.substring(FlavourBenchmarkTest.class.getPackageName().length() + 1),
              name -> new TreeMap<>())
          .computeIfAbsent(result.getParams().getParam("flavour"), name -> new ArrayList<>())
          .add(nanos);
    }
  }

  private static ChainedOptionsBuilder options() {
    return new OptionsBuilder()
        .include(FlavourBenchmarkTest.class.getPackageName().replace(".", "\\.") + "\\..*")
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
  }

  private static ChainedOptionsBuilder moment() {
    return options()
        .forks(0)
        .warmupIterations(0)
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(1));
  }

  private static ChainedOptionsBuilder measured() {
    return options()
        .forks(1)
        .jvmArgs("-XX:+UseSerialGC", "-Xmx1g")
        .warmupIterations(3)
        .warmupTime(TimeValue.milliseconds(500))
        .measurementIterations(100)
        .measurementTime(TimeValue.milliseconds(10));
  }

  private String page() {
    StringBuilder rows = new StringBuilder();
    times.forEach(
        (name, flavours) -> {
          double fidelity = median(flavours.get(Flavour.FIDELITY));
          double fast = median(flavours.get(Flavour.FAST));
          rows.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %,.1f | %,.1f | %.2f |%n",
                  WORK.get(name),
                  fidelity,
                  fast,
                  fast / fidelity));
        });
    return """
        JMH, the flavours by turns, each time in a JVM of its own (rounds: %d): of a JVM the quickest of 100
        iterations of 10 ms, of the JVMs the median, in ns for one operation. Of a book an operation is a
        range given back and another one taken. Rows of a yard are the DMA API for a device behind an SMMUv3, with tables, ledger and
        events; translation tables have one provider for both. Trust the ratio, and it to some 30 %%.

        | what | `fidelity` | `fast` | ratio |
        |---|---:|---:|---:|
        """
            .formatted(ROUNDS)
        + rows;
  }

  private static double median(List<Double> times) {
    List<Double> sorted = times.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
