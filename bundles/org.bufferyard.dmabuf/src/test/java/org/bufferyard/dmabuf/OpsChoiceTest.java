package org.bufferyard.dmabuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.DmaBufs.ExportResult;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.input.BadInputException;
import org.junit.jupiter.api.Test;

class OpsChoiceTest {
  private final PlainYard yard = new PlainYard(KernelProfile.ARM_4_10);
  private final DmaBufs core = new DmaBufCore().open(yard);

  private void install(String... names) {
    for (String name : names) {
      yard.install(name, (memory, context) -> new ScriptedOps().open(memory, context));
    }
  }

  private String chosen(AllocationSource source, OpsPolicy policy) {
    return core.export(
            yard.memory(yard.allocation(4096, source)), policy, "vb2-contig", Optional.empty())
        .buffer()
        .orElseThrow()
        .opsName();
  }

  @Test
  void mainlineExportsWithTheDriversTableWhateverTheMemoryIs() {
    install("vb2-contig", "coherent-remap", "streaming");
    for (AllocationSource source : AllocationSource.values()) {
      assertEquals("vb2-contig", chosen(source, OpsPolicy.MAINLINE), source.name());
    }
  }

  @Test
  void theProposalAsksPerBufferWhereTheMemoryCameFrom() {
    install("vb2-contig", "coherent-remap", "streaming");
    for (AllocationSource source : AllocationSource.values()) {
      String expected =
          switch (source) {
            case DEVICE_POOL, GLOBAL_POOL -> "coherent-remap";
            case DEVICE_CMA, DEFAULT_CMA, BUDDY, ATOMIC_POOL, RESTRICTED_POOL, IOMMU_PAGES ->
                "streaming";
          };
      assertEquals(expected, chosen(source, OpsPolicy.PROPOSAL), source.name());
    }
  }

  @Test
  void theChainNamesTheAllocationStepThatDecided() {
    install("coherent-remap", "streaming");
    chosen(AllocationSource.DEVICE_POOL, OpsPolicy.PROPOSAL);
    chosen(AllocationSource.BUDDY, OpsPolicy.PROPOSAL);
    List<DmaEvent.Decided> decided = yard.events().of(DmaEvent.Decided.class);
    assertEquals("P2", decided.get(0).rule().id());
    assertTrue(decided.get(0).text().contains("B2"), decided.get(0).text());
    assertEquals("DEVICE_POOL", decided.get(0).values().get("source"));
    assertTrue(decided.get(1).text().contains("B7.5"), decided.get(1).text());
    assertEquals("BUDDY", decided.get(1).values().get("source"));
  }

  @Test
  void forcedOpsBeatEveryPolicy() {
    install("vb2-contig", "coherent-remap", "streaming");
    ExportResult result =
        core.export(
            yard.memory(yard.allocation(4096, AllocationSource.DEVICE_POOL)),
            OpsPolicy.PROPOSAL,
            "vb2-contig",
            Optional.of("streaming"));
    assertEquals("streaming", result.buffer().orElseThrow().opsName());
  }

  @Test
  void theProposalLeavesPageExportersAlone() {
    install("system-heap");
    ExportedMemory pages =
        new ExportedMemory(
            yard.exporter(), 4096, Optional.empty(), Optional.of(SgTable.ofPages(List.of())));
    // These ops need an allocation; that they were asked for one shows that they were chosen.
    yard.install("system-heap", (memory, context) -> failing());
    assertEquals(
        Errno.ENXIO.rc(),
        core.export(pages, OpsPolicy.PROPOSAL, "system-heap", Optional.empty()).rc());
  }

  private static ScriptedOps failing() {
    ScriptedOps ops = new ScriptedOps();
    ops.sgtableError = Errno.ENXIO.rc();
    return ops;
  }

  @Test
  void opsThatNobodyBringsAreNoVerdict() {
    install("vb2-contig");
    BadInputException bad =
        assertThrows(
            BadInputException.class,
            () ->
                core.export(
                    yard.memory(yard.allocation(4096, AllocationSource.BUDDY)),
                    OpsPolicy.PROPOSAL,
                    "vb2-contig",
                    Optional.empty()));
    assertEquals("no ops 'streaming'; there are: [vb2-contig]", bad.getMessage());
    assertEquals(0, core.liveBuffers());
  }

  @Test
  void aBaseTableThatFailsRefusesTheExportWithTheErrnoOfTheOps() {
    yard.install("vb2-contig", (memory, context) -> failing());
    ExportResult result =
        core.export(
            yard.memory(yard.allocation(4096, AllocationSource.DEVICE_POOL)),
            OpsPolicy.MAINLINE,
            "vb2-contig",
            Optional.empty());
    assertEquals(Errno.ENXIO.rc(), result.rc());
    assertTrue(result.buffer().isEmpty());
  }

  @Test
  void until6ACachedTableThatMayMoveIsRefused() {
    ScriptedOps ops = new ScriptedOps();
    ops.dynamic = true;
    ops.cacheSgtMapping = true;
    yard.install("vb2-contig", ops);
    assertEquals(
        Errno.EINVAL.rc(),
        core.export(
                yard.memory(yard.allocation(4096, AllocationSource.BUDDY)),
                OpsPolicy.MAINLINE,
                "vb2-contig",
                Optional.empty())
            .rc());
  }
}
