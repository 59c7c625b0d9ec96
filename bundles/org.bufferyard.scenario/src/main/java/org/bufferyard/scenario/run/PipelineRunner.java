package org.bufferyard.scenario.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.scenario.RunReport;
import org.bufferyard.platform.scenario.RunReport.ImporterReport;
import org.bufferyard.platform.scenario.RunReport.PipelineReport;
import org.bufferyard.platform.scenario.ScenarioRunner;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.yard.TranslationCache;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Runs all pipelines of a scenario in one yard, a frame of each in turn, so that they compete for
 * memory as they would; then adds what explain says of every importer.
 */
@Component
public final class PipelineRunner implements ScenarioRunner {
  private final Yards yards;
  private final Explainer explainer;
  private final Checks checks;

  @Activate
  public PipelineRunner(
      @Reference Yards yards, @Reference Explainer explainer, @Reference Checks checks) {
    this.yards = yards;
    this.explainer = explainer;
    this.checks = checks;
  }

  @Override
  public RunReport run(ScenarioSpec named, PlatformSpec board) {
    ScenarioSpec scenario = named.on(board);
    List<PipelineBuffer> buffers = new ArrayList<>();
    List<PipelineActor> actors =
        scenario.pipelines().stream().map(p -> new PipelineActor(p, buffers)).toList();
    MisuseWatch watch =
        new MisuseWatch(
            checks.open(
                board,
                scenario.kernel(),
                Set.of(Finding.Family.DMA_DEBUG, Finding.Family.STREAM)));
    List<TranslationCache> caches;
    try (Yard yard = yards.open(board, YardOptions.fidelity(scenario.kernel()))) {
      caches = yard.call(
          state -> {
            stream(state, actors, watch);
            return state.translationCaches();
          });
    }
    List<PipelineReport> reports = new ArrayList<>();
    for (int i = 0; i < actors.size(); i++) {
      reports.add(actors.get(i).report(importers(scenario, actors.get(i), i, board)));
    }
    return new RunReport(
        scenario.name(), scenario.kernel().name(), reports, watch.findings(), caches);
  }

  private static void stream(YardState yard, List<PipelineActor> actors, MisuseWatch watch) {
    yard.events().record(true);
    watch.start(yard.events());
    actors.forEach(actor -> actor.start(yard));
    watch.readOn(yard.events());
    while (actors.stream().anyMatch(PipelineActor::hasNext)) {
      for (PipelineActor actor : actors) {
        if (actor.hasNext()) {
          actor.step(yard);
          watch.readOn(yard.events());
          // A long run must not keep every event it ever wrote.
          yard.events().forgetBefore(yard.events().mark());
        }
      }
    }
    actors.forEach(PipelineActor::finish);
    watch.readOn(yard.events());
    watch.end();
  }

  private List<ImporterReport> importers(
      ScenarioSpec scenario, PipelineActor actor, int index, PlatformSpec board) {
    PipelineSpec pipeline = scenario.pipelines().get(index);
    ShareQuestion question =
        new ShareQuestion(
            board,
            scenario.kernel(),
            pipeline.exporter(),
            pipeline.importers(),
            pipeline.memory(),
            pipeline.sizeBytes(),
            List.of(pipeline.policy()),
            pipeline.forcedOps());
    List<Share> shares = explainer.explain(question).results();
    List<ImporterReport> reports = new ArrayList<>();
    for (int i = 0; i < shares.size(); i++) {
      reports.add(
          new ImporterReport(
              pipeline.importers().get(i),
              shares.get(i),
              actor.observed(pipeline.importers().get(i)),
              i < pipeline.expected().size()
                  ? Optional.of(pipeline.expected().get(i))
                  : Optional.empty()));
    }
    return reports;
  }
}
