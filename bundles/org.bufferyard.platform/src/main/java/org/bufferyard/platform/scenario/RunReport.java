package org.bufferyard.platform.scenario;

import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.yard.TranslationCache;

/**
 * What a scenario did. Frames in = out + dropped, per pipeline.
 *
 * @param findings what the checker found in the run, in the order of the first of each kind
 * @param translationCaches what the caches of the IOMMUs did in the run, in board order
 */
public record RunReport(
    String scenario,
    String kernel,
    List<PipelineReport> pipelines,
    List<Found> findings,
    List<TranslationCache> translationCaches) {

  /**
   * Findings of one rule about one element.
   *
   * @param first the first of them
   * @param times how many there were
   */
  public record Found(Finding first, long times) {}

  /**
   * @param framesIn frames that the scenario asked for
   * @param framesOut frames that every importer consumed
   * @param dropped frames that did not get through, with the reason
   * @param wrongChecksums frames whose bytes differ at an importer
   * @param cpu what came of user space reading the frames; empty when it did not
   * @param incidents what broke on purpose, and what came of it
   * @param importers what came of each
   */
  public record PipelineReport(
      String name,
      long framesIn,
      long framesOut,
      List<Dropped> dropped,
      long wrongChecksums,
      long bouncedBytes,
      Optional<CpuReport> cpu,
      List<String> incidents,
      List<ImporterReport> importers) {
    public PipelineReport {
      dropped = List.copyOf(dropped);
      incidents = List.copyOf(incidents);
      importers = List.copyOf(importers);
    }
  }

  /** Frames lost for one reason. */
  public record Dropped(String reason, long frames) {}

  /**
   * What the run saw of a reader at its worst.
   *
   * @param text one clause with the numbers; empty when there is nothing to tell
   */
  public record Observed(Verdict verdict, String text) {}

  /** What came of user space reading the frames. */
  public record CpuReport(Observed observed, Optional<Verdict> expected) {
    public boolean asExpected() {
      return expected.map(e -> e == observed.verdict()).orElse(true);
    }
  }

  /**
   * One importer's verdict beside the expected one.
   *
   * @param share what explain says of it, where nothing is left out and nothing breaks
   * @param observed what the run saw; counts where it is worse
   */
  public record ImporterReport(
      String importer, Share share, Observed observed, Optional<Verdict> expected) {
    /** The first that applies, of both. */
    public Verdict verdict() {
      return observed.verdict().compareTo(share.verdict()) < 0
          ? observed.verdict()
          : share.verdict();
    }

    public boolean asExpected() {
      return expected.map(e -> e == verdict()).orElse(true);
    }
  }

  public RunReport {
    pipelines = List.copyOf(pipelines);
    findings = List.copyOf(findings);
    translationCaches = List.copyOf(translationCaches);
  }

  public boolean asExpected() {
    return pipelines.stream()
            .flatMap(p -> p.importers().stream())
            .allMatch(ImporterReport::asExpected)
        && pipelines.stream()
            .flatMap(p -> p.cpu().stream())
            .allMatch(CpuReport::asExpected);
  }
}
