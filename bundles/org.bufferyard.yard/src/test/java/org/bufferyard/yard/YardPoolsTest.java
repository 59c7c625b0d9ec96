package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardDevice;
import org.junit.jupiter.api.Test;

/** Which pools and default areas a board gives its devices, and which regions are refused. */
final class YardPoolsTest {
  private final Bench bench = new Bench();

  @Test
  void aDeviceHasTheFirstPoolOfEachKind() {
    bench.pools.add(
        Bench.pool(
            "rdp", new PhysRange(0x7600_0000L, 0x400000), PoolSpec.Kind.RESTRICTED, "swiotlb", false));
    bench.iommu("mmu", "fake,iommu");
    bench.device(new Bench.Part("both").pools("cma0", "rdp", "pool0"));
    bench.device(new Bench.Part("shares").pools("pool0"));
    bench.device(new Bench.Part("translated").pools("rdp").behind("mmu", 7));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            YardDevice both = s.device("both");
            assertEquals("pool0", both.coherentPool().orElseThrow().spec().id());
            assertEquals("cma0", both.cmaArea().orElseThrow().spec().id());
            assertTrue(both.restrictedPool().orElseThrow().forced());
            assertTrue(both.restrictedPool().orElseThrow().forAlloc());
            assertSame(
                both.coherentPool().orElseThrow().allocator(),
                s.device("shares").coherentPool().orElseThrow().allocator(),
                "one bitmap for both");
            assertEquals(Optional.empty(), s.device("translated").restrictedPool());
            return null;
          });
    }
  }

  @Test
  void aRestrictedPoolWithoutAMapIsRefusedAndItsDeviceGoesDirect() {
    bench.pools.add(
        Bench.pool(
            "rdp3", new PhysRange(0x7600_0000L, 0x400000), PoolSpec.Kind.RESTRICTED, "swiotlb", true));
    bench.device(new Bench.Part("x4").pools("rdp3"));
    try (Yard yard = bench.open()) {
      assertEquals(Optional.empty(), yard.call(s -> s.device("x4").restrictedPool()));
      assertEquals(
          List.of("failed to initialise \"restricted-dma-pool\" memory node 'rdp3'"),
          messages(yard, MessageClass.WARNING));
    }
  }

  @Test
  void aCmaRegionThatIsNoWholeNumberOfPageblocksIsRefused() {
    bench.pools.add(
        Bench.pool(
            "odd", new PhysRange(0x7610_0000L, 0x40_0000), PoolSpec.Kind.CMA, "cma", false));
    bench.device(new Bench.Part("c9").pools("odd"));
    try (Yard yard = bench.open()) {
      assertEquals(Optional.empty(), yard.call(s -> s.device("c9").cmaArea()));
      String said = messages(yard, MessageClass.WARNING).getFirst();
      assertTrue(said.startsWith("Reserved memory: incorrect alignment of CMA region"), said);
    }
  }

  private static List<String> messages(Yard yard, MessageClass kind) {
    return yard.call(s -> s.events().since(0)).stream()
        .filter(e -> e instanceof KernelMessage m && m.kind() == kind)
        .map(e -> ((KernelMessage) e).text())
        .toList();
  }

  @Test
  void aPoolBeyondTheMaskIsSaidByTheKernelsThatSayIt() {
    Bench.Part narrow = new Bench.Part("r0").pools("pool0");
    narrow.coherentMask = 0x3fff_ffffL;
    bench.device(narrow).device(new Bench.Part("wide").pools("pool0"));
    for (KernelProfile kernel : KernelProfile.ALL) {
      try (Yard yard = bench.open(kernel)) {
        boolean says = kernel.name().equals("6.1") || kernel.name().equals("7.3");
        assertEquals(
            says
                ? List.of("r0: reserved memory is beyond device's set DMA address range")
                : List.of(),
            messages(yard, MessageClass.BEYOND_MASK),
            kernel.name());
        assertTrue(yard.call(s -> s.device("r0").coherentPool()).isPresent(), "and it goes on");
      }
    }
  }

  @Test
  void theDefaultAreasAreThoseOfTheMachineAndOfTheMarkedPools() {
    bench.machine =
        new MachineSpec(
            MachineSpec.Architecture.ARM64,
            0xffff_ffffL,
            true,
            false,
            Optional.of(new PhysRange(0x7c00_0000L, 0x400_0000L)),
            new MachineSpec.Bounce(
                MachineSpec.BounceMode.FORCE,
                Optional.of(new PhysRange(0x7800_0000L, 0x400_0000L)),
                2),
            MachineSpec.IommuMode.STRICT);
    bench.pools.add(
        new PoolSpec(
            "glob",
            "glob",
            new PhysRange(0x7500_0000L, 0x9000),
            PoolSpec.Kind.COHERENT,
            "coherent-pool",
            true,
            true,
            true,
            false));
    try (Yard yard = bench.device("codec").open()) {
      yard.call(
          s -> {
            assertEquals(
                0x7c00_0000L, bench.dmaContext.defaultCma().orElseThrow().spec().range().base());
            assertEquals("glob", bench.dmaContext.globalPool().orElseThrow().spec().id());
            assertTrue(bench.dmaContext.defaultBounce().orElseThrow().forced());
            assertFalse(bench.dmaContext.defaultBounce().orElseThrow().forAlloc());
            assertEquals(2, bench.dmaContext.defaultBounce().orElseThrow().spec().areas());
            return null;
          });
    }
  }
}
