package org.bufferyard.platform.scenario;

import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Verdict;

/** What a scenario did. Frames in = out + dropped, per pipeline. */
public record RunReport(String scenario, String kernel, List<PipelineReport> pipelines) {

  /**
   * @param framesIn frames that the scenario asked for
   * @param framesOut frames that every importer consumed
   * @param dropped frames that did not get through, with the reason
   * @param wrongChecksums frames whose bytes differ at an importer
   * @param shares per importer, what explain would say
   */
  public record PipelineReport(
      String name,
      long framesIn,
      long framesOut,
      List<Dropped> dropped,
      long wrongChecksums,
      long bouncedBytes,
      List<ImporterReport> importers) {
    public PipelineReport {
      dropped = List.copyOf(dropped);
      importers = List.copyOf(importers);
    }
  }

  /** Frames lost for one reason. */
  public record Dropped(String reason, long frames) {}

  /** One importer's verdict beside the expected one. */
  public record ImporterReport(String importer, Share share, Optional<Verdict> expected) {
    public boolean asExpected() {
      return expected.map(e -> e == share.verdict()).orElse(true);
    }
  }

  public RunReport {
    pipelines = List.copyOf(pipelines);
  }

  public boolean asExpected() {
    return pipelines.stream()
        .flatMap(p -> p.importers().stream())
        .allMatch(ImporterReport::asExpected);
  }
}
