package org.bufferyard.scenario.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.Verdict;

/**
 * Says what would change a verdict, and only what was tried: other memory is taken, or the board is
 * changed, and the share is run again. What a process can do by itself comes first.
 */
final class WhatIf {
  /** Runs a share. */
  interface Trial {
    Share share(ShareQuestion question, OpsPolicy policy, String importer);
  }

  private static final int ENOUGH = 4;

  /** What any process may allocate for others, whatever the devices are. */
  private static final List<MemoryKind> HEAPS =
      List.of(MemoryKind.CMA_HEAP, MemoryKind.SYSTEM_HEAP);

  private final Trial trial;

  WhatIf(Trial trial) {
    this.trial = trial;
  }

  /** The changes that make it better, in the order of {@link BoardChange}; empty for a clean share. */
  List<String> remedies(Share share, ShareQuestion question, OpsPolicy policy, String importer) {
    List<String> remedies = new ArrayList<>();
    if (share.verdict() == Verdict.SHARED && share.hazards().isEmpty()) {
      return remedies;
    }
    heaps(share, question, policy, importer, remedies);
    int most = remedies.size() + ENOUGH;
    for (BoardChange change : BoardChange.values()) {
      if (remedies.size() == most) {
        break;
      }
      change
          .apply(question, importer)
          .flatMap(changed -> tried(question.on(changed), policy, importer))
          .filter(better -> isBetter(better, share))
          .ifPresent(
              better ->
                  remedies.add(
                      change.text(question, importer) + ": " + better.verdict() + hazardText(better)));
    }
    OpsPolicy other = policy == OpsPolicy.MAINLINE ? OpsPolicy.PROPOSAL : OpsPolicy.MAINLINE;
    if (question.forcedOps().isEmpty() && other == OpsPolicy.PROPOSAL) {
      tried(question, other, importer)
          .filter(better -> isBetter(better, share))
          .ifPresent(
              better ->
                  remedies.add(
                      "ops chosen per buffer, as the proposal does: "
                          + better.verdict()
                          + hazardText(better)));
    }
    return remedies;
  }

  /** A buffer of a heap in place of the exporter's; the historic kernels have no heaps. */
  private void heaps(
      Share share,
      ShareQuestion question,
      OpsPolicy policy,
      String importer,
      List<String> remedies) {
    if (question.kernel().isHistoric()
        || question.forcedOps().isPresent()
        || question.memory() == MemoryKind.RESOURCE) {
      return;
    }
    for (MemoryKind heap : HEAPS) {
      tried(question.with(heap), policy, importer)
          .filter(better -> heap != question.memory() && isBetter(better, share))
          .ifPresent(
              better ->
                  remedies.add(
                      "buffers of the "
                          + (heap == MemoryKind.CMA_HEAP ? "CMA" : "system")
                          + " heap, which both import (--memory "
                          + heap.word()
                          + "): "
                          + better.verdict()
                          + hazardText(better)));
    }
  }

  /** A changed board may be impossible in itself: then it is no remedy. */
  private Optional<Share> tried(ShareQuestion question, OpsPolicy policy, String importer) {
    try {
      return Optional.of(trial.share(question, policy, importer));
    } catch (BadInputException e) {
      return Optional.empty();
    }
  }

  private static boolean isBetter(Share better, Share share) {
    int byVerdict = better.verdict().compareTo(share.verdict());
    boolean saferOfOneKind =
        byVerdict == 0 && better.hazards().size() < share.hazards().size();
    return better.verdict().compareTo(Verdict.COPIED) >= 0 && (byVerdict > 0 || saferOfOneKind);
  }

  private static String hazardText(Share share) {
    return share.hazards().isEmpty() ? "" : " with hazard " + share.hazards().getFirst().rule();
  }
}
