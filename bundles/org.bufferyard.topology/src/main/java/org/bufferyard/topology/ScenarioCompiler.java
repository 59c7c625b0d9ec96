package org.bufferyard.topology;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.scenario.InjectedFault;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.ScenarioSpec.CpuUse;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.scenario.SyncChange;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.topology.model.scenario.Fault;
import org.bufferyard.topology.model.scenario.FaultKind;
import org.bufferyard.topology.model.scenario.Importer;
import org.bufferyard.topology.model.scenario.Pipeline;
import org.bufferyard.topology.model.scenario.Scenario;
import org.bufferyard.topology.model.scenario.Sync;
import org.bufferyard.topology.model.scenario.SyncDirection;

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
    for (Sync sync : pipeline.getSyncs()) {
      if (!sync.isSetAt()) {
        problems.error(sync, "'at' is missing", "say which sync it is");
      }
    }
    for (Fault fault : pipeline.getFaults()) {
      check(pipeline, fault, problems);
    }
    if (pipeline.isSetExpectCpu() && !pipeline.isCpuReads()) {
      problems.error(pipeline, "expectCpu without cpuReads", "let user space read, or expect nothing");
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

  private static void check(Pipeline pipeline, Fault fault, Problems problems) {
    if (!fault.isSetKind()) {
      problems.error(fault, "'kind' is missing", "say what breaks");
    }
    if (fault.getFrame() < -1 || fault.getFrame() >= pipeline.getFrames()) {
      problems.error(
          fault,
          "frame " + fault.getFrame() + " is none of the pipeline's " + pipeline.getFrames(),
          "give one from 0, or -1 for while the buffers are made");
    }
    if (fault.getStep() < 1) {
      problems.error(fault, "step " + fault.getStep() + " is out of range", "give 1 or more");
    }
    if ((fault.getAddress() & 3) != 0) {
      problems.error(
          fault,
          "address 0x" + Long.toHexString(fault.getAddress()) + " is no multiple of four",
          "give one such as 0xfee00000");
    }
    if (fault.getData() >>> Integer.SIZE != 0) {
      problems.error(
          fault,
          "data 0x" + Long.toHexString(fault.getData()) + " is more than four bytes",
          "give one up to 0xffffffff");
    }
    if (fault.getPasid() < -1 || fault.getPasid() >>> 20 != 0 && fault.getPasid() != -1) {
      problems.error(
          fault, "pasid " + fault.getPasid() + " is not of 20 bits", "give 0 to 1048575");
    }
    boolean whileMoving =
        fault.getKind() != FaultKind.NO_MEMORY && fault.getKind() != FaultKind.NO_IOVA;
    if (whileMoving && fault.getFrame() < 0) {
      problems.error(
          fault, fault.getKind().getLiteral() + " happens at a frame", "give one from 0");
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
        new CpuUse(
            pipeline.isCpuReads(),
            pipeline.isCpuWrites(),
            pipeline.isSetExpectCpu()
                ? Optional.of(verdict(pipeline.getExpectCpu()))
                : Optional.empty()),
        importers.stream().filter(Importer::isKeepsMapped).map(Importer::getDevice).toList(),
        importers.stream()
            .filter(Importer::isSetExpect)
            .map(i -> verdict(i.getExpect()))
            .toList(),
        pipeline.getSyncs().stream().map(ScenarioCompiler::sync).toList(),
        pipeline.getFaults().stream().map(ScenarioCompiler::fault).toList());
  }

  private static Verdict verdict(org.bufferyard.topology.model.scenario.Verdict verdict) {
    return Verdict.valueOf(verdict.getName());
  }

  private static SyncChange sync(Sync sync) {
    return new SyncChange(
        SyncChange.Point.valueOf(sync.getAt().getName()),
        sync.getDirection() == SyncDirection.NONE
            ? Optional.empty()
            : Optional.of(DmaDirection.valueOf(sync.getDirection().getName())));
  }

  private static InjectedFault fault(Fault fault) {
    return new InjectedFault(
        InjectedFault.Kind.valueOf(fault.getKind().getName()),
        fault.getDevice() == null ? "" : fault.getDevice(),
        fault.getFrame(),
        fault.getStep(),
        fault.getBytes(),
        fault.getAddress(),
        fault.getData().intValue(),
        fault.isWrite(),
        new AccessAttributes(
            fault.getPasid(),
            fault.isPrivileged(),
            fault.isInstruction(),
            fault.isRequestsPages()));
  }
}
