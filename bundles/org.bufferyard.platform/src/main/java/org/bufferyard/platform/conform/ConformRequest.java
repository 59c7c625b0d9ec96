package org.bufferyard.platform.conform;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * @param files vectors ({@code .jsonl}, {@code .jsonl.gz}) and facts ({@code .json}); empty: what
 *     the product carries
 * @param scenarios only these; empty: all
 * @param runs only runs whose name matches this pattern
 * @param boards where blobs that a fact names lie
 * @param jobs worker threads, at least 1
 * @param progress told a line now and then
 */
public record ConformRequest(
    List<Path> files,
    List<String> scenarios,
    Optional<String> runs,
    Optional<Path> boards,
    int jobs,
    Consumer<String> progress) {
  public ConformRequest {
    files = List.copyOf(files);
    scenarios = List.copyOf(scenarios);
    if (jobs < 1) {
      throw new IllegalArgumentException("jobs " + jobs);
    }
  }
}
