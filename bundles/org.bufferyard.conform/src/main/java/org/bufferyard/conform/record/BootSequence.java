package org.bufferyard.conform.record;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bufferyard.platform.recorded.RecordedBoot;

/**
 * Cases of one boot whose order is known. Each ran in a process of its own, and process numbers only
 * grow. Not thread-safe until it is complete.
 */
public final class BootSequence {
  private final RecordedBoot boot;
  private final List<RecordedCase> cases = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private final Set<String> counted = new HashSet<>();

  BootSequence(RecordedBoot boot) {
    this.boot = boot;
  }

  public RecordedBoot boot() {
    return boot;
  }

  /** A case to be counted. */
  void add(RecordedCase recorded) {
    cases.add(recorded);
    ids.add(recorded.id());
    counted.add(recorded.where());
  }

  /** A case that nobody asked for: others may find in dma-debug's books what it left there. */
  void addContext(RecordedCase recorded) {
    if (ids.add(recorded.id())) {
      cases.add(recorded);
    }
  }

  public boolean isCounted(RecordedCase recorded) {
    return counted.contains(recorded.where());
  }

  /** As they were recorded. */
  public List<RecordedCase> inOrder() {
    return cases.stream()
        .sorted(Comparator.comparingLong(recorded -> recorded.process().orElseThrow()))
        .toList();
  }
}
