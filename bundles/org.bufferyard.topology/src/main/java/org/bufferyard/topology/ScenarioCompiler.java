package org.bufferyard.topology;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.topology.model.scenario.Importer;
import org.bufferyard.topology.model.scenario.Pipeline;
import org.bufferyard.topology.model.scenario.Scenario;

/** Checks a scenario and compiles it to its record. Stateless. */
final class ScenarioCompiler {
  private ScenarioCompiler() {}

  static void check(Scenario scenario, Problems problems) {
    new ValueCheck(problems, false).check(scenario);
    new IdCheck(problems).check(scenario);
    if (KernelProfile.named(scenario.getKernel()).isEmpty()) {
      problems.error(
          scenario,
          "there is no kernel profile '" + scenario.getKernel() + "'",
          "give one of "
              + KernelProfile.ALL.stream()
                  .map(KernelProfile::name)
                  .collect(Collectors.joining(", ")));
    }
    if (scenario.getPipelines().isEmpty()) {
      problems.error(scenario, "nothing runs in it", "add a pipeline");
    }
    scenario.getPipelines().forEach(p -> check(p, problems));
  }

  private static void check(Pipeline pipeline, Problems problems) {
    if (pipeline.getSize() < 1) {
      problems.error(pipeline, "size is 0", "give a size such as 4M");
    }
    if (pipeline.getBuffers() < 1) {
      problems.error(
          pipeline, "buffers " + pipeline.getBuffers() + " is out of range", "give 1 or more");
    }
    if (pipeline.getFrames() < 1) {
      problems.error(
          pipeline, "frames " + pipeline.getFrames() + " is out of range", "give 1 or more");
    }
    long stated = pipeline.getImporters().stream().filter(Importer::isSetExpect).count();
    if (stated != 0 && stated != pipeline.getImporters().size()) {
      problems.error(
          pipeline,
          "only "
              + stated
              + " of "
              + pipeline.getImporters().size()
              + " importers say what to expect",
          "let all of them say it, or none");
    }
  }

  static ScenarioSpec compile(Scenario scenario) {
    return new ScenarioSpec(
        scenario.getName() == null ? scenario.getId() : scenario.getName(),
        scenario.getBoard(),
        KernelProfile.named(scenario.getKernel()).orElseThrow(),
        scenario.getPipelines().stream().map(ScenarioCompiler::pipeline).toList());
  }

  private static PipelineSpec pipeline(Pipeline pipeline) {
    List<Importer> importers = pipeline.getImporters();
    return new PipelineSpec(
        pipeline.getId(),
        pipeline.getExporter(),
        importers.stream().map(Importer::getDevice).toList(),
        MemoryKind.of(pipeline.getMemory().getLiteral()).orElseThrow(),
        switch (pipeline.getPolicy()) {
          case MAINLINE -> OpsPolicy.MAINLINE;
          case PROPOSAL -> OpsPolicy.PROPOSAL;
        },
        Optional.ofNullable(pipeline.getOps()),
        pipeline.getSize(),
        pipeline.getBuffers(),
        pipeline.getFrames(),
        pipeline.isCpuReads(),
        importers.stream()
            .filter(Importer::isSetExpect)
            .map(i -> Verdict.valueOf(i.getExpect().getName()))
            .toList());
  }
}
