package org.bufferyard.conform;

import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.bufferyard.conform.record.BootSequences;
import org.bufferyard.conform.record.Boots;
import org.bufferyard.conform.record.OopsedBoots;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.conform.record.Selection;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformRequest;
import org.bufferyard.platform.conform.Conformance;
import org.bufferyard.platform.draft.AddressTrees;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.recorded.RecordedEnvironments;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.yard.Yards;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Replays recorded kernels through the same engine that explain and run use. */
@Component
public final class RecordReplay implements Conformance {
  private final Yards yards;
  private final RecordedEnvironments environments;
  private final Kinds kinds;
  private final AddressTrees trees;
  private final Checks checks;

  /** Wires; cases open yards of their own. */
  @Activate
  public RecordReplay(
      @Reference Yards yards,
      @Reference RecordedEnvironments environments,
      @Reference Kinds kinds,
      @Reference AddressTrees trees,
      @Reference Checks checks) {
    this.checks = checks;
    this.yards = yards;
    this.trees = trees;
    this.environments = environments;
    this.kinds = kinds;
  }

  @Override
  public ConformReport run(ConformRequest request) {
    List<RecordFile> files =
        request.files().isEmpty()
            ? RecordFile.allCarried()
            : request.files().stream().flatMap(p -> RecordFile.at(p).stream()).toList();
    Selection selection = new Selection(request.scenarios(), request.runs().map(this::pattern));
    Tallies tallies = new Tallies(KnownLimits.carried());
    CaseReplay replay = new CaseReplay(yards.frozen(), kinds, checks, new OopsedBoots(files));
    try (Workers workers = new Workers(request.jobs(), replay, tallies)) {
      List<RecordFile> wanted =
          files.stream()
              .filter(f -> f.carriedScenario().map(selection::wants).orElse(true))
              .toList();
      BootSequences sequences = new BootSequences();
      Boots boots = new Boots(environments);
      for (RecordFile file : wanted) {
        if (file.holdsCases()) {
          new VectorReader(file, selection, boots, sequences).feed(workers);
          request.progress().accept(file.name() + ": " + workers.submitted() + " cases read");
        }
      }
      sequences.complete(except(RecordFile.allCarried(), wanted)).forEach(workers::submit);
      workers.drain();
      wanted.stream()
          .filter(RecordFile::holdsFacts)
          .forEach(
              file ->
                  new FactsReplay(yards.frozen(), kinds, trees, request.boards())
                      .replay(file, selection, tallies));
    }
    return tallies.report();
  }

  private static List<RecordFile> except(List<RecordFile> files, List<RecordFile> others) {
    return files.stream().filter(f -> !others.contains(f)).toList();
  }

  private Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new BadInputException(
          "no pattern: " + e.getDescription(), "--run " + text, "give a regular expression");
    }
  }
}
