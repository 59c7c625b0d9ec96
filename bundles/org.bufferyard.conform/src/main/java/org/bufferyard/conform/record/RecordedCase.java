package org.bufferyard.conform.record;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * One line of a vector file: commands that a recorder executed, and what the kernel answered.
 *
 * @param results one answer per command, same order
 * @param trace IOMMU and bounce events after the devices were re-created; recorded for some cases
 * @param log kernel log lines of the case
 * @param where file and line, for messages
 */
public record RecordedCase(
    String scenario,
    String id,
    String run,
    String config,
    List<String> ops,
    List<JsonObject> results,
    Optional<JsonArray> trace,
    List<String> log,
    String where) {

  public RecordedCase {
    ops = List.copyOf(ops);
    results = List.copyOf(results);
    log = List.copyOf(log);
  }

  /**
   * Number of the process that ran it; empty when the kernel had nothing to warn of. Every case of a
   * boot had a process of its own, so this is its place in the boot.
   */
  Optional<Long> process() {
    return log.stream().flatMap(line -> KernelLog.process(line).stream()).findFirst();
  }

  /** Whether timers decided its results (flush queue): such runs are advisory. */
  public boolean isAdvisory() {
    return config.contains("lazy");
  }
}
