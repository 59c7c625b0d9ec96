package org.bufferyard.platform.live;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Exchanges plug-ins at random while pipelines stream, then draws the balance. A service; one soak at
 * a time, since it stops and starts the framework's own bundles.
 */
@ProviderType
public interface Soak {
  /**
   * What to do.
   *
   * @param swaps how many exchanges
   * @param pipelines how many stream meanwhile
   * @param seed of all that is left to chance
   * @param atMost ends it before all swaps were made; empty: as long as it takes
   * @param scenarios files with the pipelines to choose from; empty: those that come with Bufferyard
   * @param plugIns jars that take part beside the framework's own
   * @param folder whether jars come and go through a plug-in folder too: a process watches one only
   */
  record Plan(
      int swaps,
      int pipelines,
      long seed,
      Optional<Duration> atMost,
      List<Path> scenarios,
      List<Path> plugIns,
      boolean folder) {
    public Plan {
      Objects.requireNonNull(atMost, "atMost");
      scenarios = List.copyOf(scenarios);
      plugIns = List.copyOf(plugIns);
    }
  }

  /**
   * Runs it to the end and leaves the framework as it was.
   *
   * @param progress told a line now and then
   * @throws org.bufferyard.platform.input.BadInputException when there is nothing to stream, or a
   *     file cannot be used
   */
  SoakReport run(Plan plan, Consumer<String> progress);
}
