package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.scenario.InjectedFault;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.ScenarioSpec.CpuUse;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.scenario.SyncChange;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BadScenarioTest {
  private static final String GOOD =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <scenario:Scenario xmi:version="2.0" xmlns:xmi="http://www.omg.org/XMI" xmlns:scenario="http://bufferyard.org/scenario/1.0" id="s" board="b.topology" kernel="6.12">
        <pipelines id="p" policy="proposal" exporter="codec" memory="pool" ops="vb2-contig" size="2M" buffers="3" frames="9" cpuReads="true" expectCpu="STALE">
          <importers device="scaler" expect="SHARED"/>
          <importers device="display" keepsMapped="true" expect="REFUSED"/>
          <syncs at="cpu-end"/>
          <syncs at="exporter-finish" direction="to-device"/>
          <faults kind="no-memory" frame="-1" step="2"/>
          <faults kind="unplugged" device="scaler" frame="8" address="0xfee01000" data="0x5" write="true" pasid="9" privileged="true"/>
        </pipelines>
      </scenario:Scenario>
      """;

  @TempDir Path folder;

  private ScenarioSpec open(String text) throws IOException {
    return new ScenarioDesk(new ModelPackages())
        .open(Files.writeString(folder.resolve("s.scenario"), text));
  }

  @Test
  void aScenarioIsWhatItSays() throws IOException {
    assertEquals(
        new ScenarioSpec(
            "s",
            "b.topology",
            KernelProfile.LINUX_6_12,
            List.of(
                new PipelineSpec(
                    "p",
                    "codec",
                    List.of("scaler", "display"),
                    MemoryKind.POOL,
                    OpsPolicy.PROPOSAL,
                    Optional.of("vb2-contig"),
                    2 << 20,
                    3,
                    9,
                    new CpuUse(true, false, Optional.of(Verdict.STALE)),
                    List.of("display"),
                    List.of(Verdict.SHARED, Verdict.REFUSED),
                    List.of(
                        new SyncChange(SyncChange.Point.CPU_END, Optional.empty()),
                        new SyncChange(
                            SyncChange.Point.EXPORTER_FINISH,
                            Optional.of(DmaDirection.TO_DEVICE))),
                    List.of(
                        new InjectedFault(
                            InjectedFault.Kind.NO_MEMORY,
                            "",
                            -1,
                            2,
                            4096,
                            0xfee0_0000L,
                            0,
                            false,
                            AccessAttributes.PLAIN),
                        new InjectedFault(
                            InjectedFault.Kind.UNPLUGGED,
                            "scaler",
                            8,
                            1,
                            4096,
                            0xfee0_1000L,
                            5,
                            true,
                            AccessAttributes.PLAIN.withPasid(9).asPrivileged()))))),
        open(GOOD));
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "kernel=\"6.12\"|kernel=\"6.13\"|there is no kernel profile '6.13'; give one of 4.10-arm,"
            + " 4.12-arm, 6.1, 6.12, 7.3",
        "board=\"b.topology\"||'board' is missing; add it: The .topology or .dtb file, relative to"
            + " this file",
        "exporter=\"codec\"||s.scenario:3: p: 'exporter' is missing",
        "memory=\"pool\"|memory=\"pond\"|memory: 'pond' is not one of cma, cma-heap, coherent,"
            + " default",
        "size=\"2M\"|size=\"0\"|p: size is 0; give a size such as 4M",
        "buffers=\"3\"|buffers=\"0\"|p: buffers 0 is out of range; give 1 or more",
        "frames=\"9\"|frames=\"-1\"|p: frames -1 is out of range",
        "expect=\"REFUSED\"||only 1 of 2 importers say what to expect; let all of them say it, or"
            + " none",
        "expect=\"REFUSED\"|expect=\"MAYBE\"|expect: 'MAYBE' is not one of BOUNCED",
        "id=\"p\"|id=\"s\"|two elements have this id, the other is the Scenario at line 2",
        "cpuReads=\"true\"||p: expectCpu without cpuReads",
        "at=\"cpu-end\"||'at' is missing; say which sync it is",
        "kind=\"unplugged\"||'kind' is missing; say what breaks",
        "frame=\"8\"|frame=\"9\"|frame 9 is none of the pipeline's 9; give one from 0",
        "frame=\"8\"|frame=\"-1\"|unplugged happens at a frame",
        "step=\"2\"|step=\"0\"|step 0 is out of range; give 1 or more",
        "address=\"0xfee01000\"|address=\"0xfee01002\"|address 0xfee01002 is no multiple of four",
        "data=\"0x5\"|data=\"0x100000000\"|data 0x100000000 is more than four bytes",
        "pasid=\"9\"|pasid=\"1048576\"|pasid 1048576 is not of 20 bits; give 0 to 1048575",
        "scenario/1.0|scenario/2.0|written for http://bufferyard.org/scenario/2.0",
      })
  void aBrokenScenarioIsRefusedInOneLine(String part, String by, String message)
      throws IOException {
    assertTrue(GOOD.contains(part), part);
    String text = GOOD.replace(part, by == null ? "" : by);
    String refusal = assertThrows(BadInputException.class, () -> open(text)).getMessage();
    assertTrue(refusal.contains(message), refusal);
  }
}
