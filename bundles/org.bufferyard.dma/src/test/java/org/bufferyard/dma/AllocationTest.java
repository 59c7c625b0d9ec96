package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Allocation.CpuAddress;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.YardDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllocationTest {
  private final TestYard yard = new TestYard();

  private Optional<Allocation> alloc(TestDevice device, long size, Gfp gfp, DmaAttr... attrs) {
    return yard.dma().allocAttrs(device, size, gfp, DmaAttrs.of(attrs));
  }

  private Allocation got(TestDevice device, long size, DmaAttr... attrs) {
    return alloc(device, size, Gfp.KERNEL, attrs).orElseThrow();
  }

  @Test
  void singlePagesNeverUseTheDefaultCmaArea() {
    TestDevice a = yard.device("a");
    assertEquals(AllocationSource.BUDDY, got(a, 4096).source());
    assertEquals(0x7c30_0000L, got(a, 4097).handle(), "behind the three atomic pools");
  }

  @Test
  void aCmaAreaOfTheDeviceServesSinglePagesToo() {
    TestDevice c0 = yard.device("c0").incoherent();
    PhysRange range = new PhysRange(0x7100_0000L, 16 << 20);
    c0.cma =
        Optional.of(
            new YardDevice.Pool(
                TestYard.poolSpec("pool2", range, PoolSpec.Kind.CMA, true),
                new FirstFitBook(range)));
    Allocation a = got(c0, 1);
    assertEquals(AllocationSource.DEVICE_CMA, a.source());
    assertEquals(0x7100_0000L, a.handle());
    assertEquals(CpuAddress.VMALLOC, a.cpuAddress());
  }

  @Test
  void callersThatMayNotSleepGetNoCma() {
    assertEquals(
        AllocationSource.BUDDY,
        alloc(yard.device("a"), 8192, Gfp.ATOMIC).orElseThrow().source());
  }

  @Test
  void theZoneFollowsTheCoherentLimitInPhysicalAddresses() {
    assertEquals(0x8080_0000L, got(yard.device("32 bit"), 4096).handle());
    assertEquals(0x1_0200_0000L, got(yard.device("36 bit").masks(0xf_ffff_ffffL), 4096).handle());
    assertEquals(
        0x384_0000L, got(yard.behindOffsetBus("r1"), 4096).handle(), "DMA zone, bus address");
    // Bus limit 0x9fffffff is CPU 0x5fffffff.
    assertEquals(0x8384_1000L, got(yard.behindTwoWindows("v0"), 100).handle());
  }

  @Test
  void gfpZoneBitsOfTheCallerAreCleared() {
    assertEquals(
        0x1_0200_0000L,
        alloc(yard.device("d").masks(-1L), 4096, Gfp.DMA32).orElseThrow().handle());
  }

  @Test
  void pagesOutOfReachAreGivenBackAndALowerZoneTried() {
    TestDevice odd = yard.device("odd").masks(0x1_01ff_ffffL);
    assertEquals(0x8080_0000L, got(odd, 4096).handle());
    assertTrue(yard.normalZone.isEmpty());
  }

  @Test
  void cmaOutOfReachIsGivenBack() {
    TestDevice low = yard.device("low").masks(0x6fff_ffffL);
    Allocation a = got(low, 8192);
    assertEquals(AllocationSource.BUDDY, a.source());
    assertEquals(0x4384_0000L, a.handle());
    yard.dma().free(a);
    assertEquals((64 - 3) << 20, yard.cma.freeBytes(), "less what the atomic pools have");
  }

  @Test
  void aMaskOfNothingGivesNull() {
    assertTrue(alloc(yard.device("none").masks(0), 4096, Gfp.KERNEL).isEmpty());
    assertTrue(yard.messaged(DmaEvent.MessageClass.WARNING));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1L << 62, Long.MIN_VALUE, -1L, -4095})
  void hostileSizesGiveNull(long size) {
    assertTrue(alloc(yard.device("a"), size, Gfp.KERNEL).isEmpty());
    assertTrue(alloc(yard.device("b").incoherent(), size, Gfp.ATOMIC).isEmpty());
    assertTrue(
        alloc(yard.device("c"), size, Gfp.KERNEL, DmaAttr.NO_KERNEL_MAPPING).isEmpty());
    assertEquals(0, yard.ledger.size());
  }

  @Test
  void compoundPagesAndSharedMemoryAreNotForCallers() {
    assertTrue(alloc(yard.device("a"), 4096, new Gfp(true, false, true)).isEmpty());
    assertTrue(alloc(yard.device("a"), 4096, Gfp.KERNEL, DmaAttr.CC_SHARED).isEmpty());
  }

  @Test
  void withoutKernelMappingTheAddressIsACookie() {
    Allocation a = got(yard.device("n0").incoherent(), 12289, DmaAttr.NO_KERNEL_MAPPING);
    assertEquals(CpuAddress.COOKIE, a.cpuAddress());
    assertTrue(yard.dma().cpuMapping(a).isEmpty());
    assertEquals(1, yard.recorded.of(DmaEvent.CacheCleaned.class).size());
  }

  @ParameterizedTest(name = "coherent mask {0}: {1}")
  @CsvSource({
    // As recorded for N0 with 64 bits, W0 and N0: 1 MiB of each kind, in the kernel's order.
    "0xffffffffffffffff, 0x7c000000", "0x7fffffff, 0x7c100000", "0xffffffff, 0x7c200000",
  })
  void theZoneOfTheMaskChoosesTheAtomicPool(String mask, String handle) {
    TestDevice n0 =
        yard.device("n0").incoherent().masks(Long.parseUnsignedLong(mask.substring(2), 16));
    Allocation a = alloc(n0, 4096, Gfp.ATOMIC).orElseThrow();
    assertEquals(AllocationSource.ATOMIC_POOL, a.source());
    assertEquals(Long.decode(handle), a.handle());
    long free = yard.cma.freeBytes();
    yard.dma().free(a);
    assertEquals(free, yard.cma.freeBytes(), "the pool keeps its memory");
    assertEquals(a.handle(), alloc(n0, 4096, Gfp.ATOMIC).orElseThrow().handle());
  }

  @Test
  void aPoolThatIsTooSmallSendsToTheNext() {
    TestDevice n0 = yard.device("n0").incoherent();
    assertEquals(0x7c20_0000L, alloc(n0, 1 << 20, Gfp.ATOMIC).orElseThrow().handle());
    // That used the pool up, so it has grown by as much again, and then by 2 MiB.
    assertEquals(0x7c30_0000L, alloc(n0, 1 << 20, Gfp.ATOMIC).orElseThrow().handle());
    assertTrue(alloc(n0, 8 << 20, Gfp.ATOMIC).isEmpty(), "longer than any chunk");
    assertTrue(yard.messaged(DmaEvent.MessageClass.WARNING));
  }

  @Test
  void x86HasNoAtomicPools() {
    yard.architecture = MachineSpec.Architecture.X86;
    assertEquals(0x7c00_0000L, got(yard.device("a"), 8192).handle());
  }

  @Test
  void theGlobalPoolIsFinalForNonCoherentDevicesOnly() {
    PhysRange range = new PhysRange(0x7300_0000L, 64 << 10);
    yard.global =
        Optional.of(
            new YardDevice.Pool(
                TestYard.poolSpec("global", range, PoolSpec.Kind.COHERENT, true),
                new FirstFitBook(range)));
    TestDevice n0 = yard.device("n0").incoherent();
    Allocation a = got(n0, 4096);
    assertEquals(AllocationSource.GLOBAL_POOL, a.source());
    assertTrue(yard.dma().checkDevCoherent(n0, a));
    assertTrue(alloc(n0, 128 << 10, Gfp.KERNEL).isEmpty());
    assertEquals(AllocationSource.BUDDY, got(yard.device("coherent"), 4096).source());
  }

  @Test
  void x86HasNoMemoryForNonCoherentDevices() {
    yard.architecture = MachineSpec.Architecture.X86;
    assertTrue(alloc(yard.device("odd").incoherent(), 4096, Gfp.KERNEL).isEmpty());
    assertTrue(
        yard.recorded.of(DmaEvent.KernelMessage.class).stream()
            .anyMatch(m -> m.text().contains("not supported on this platform")));
  }

  private TestDevice restricted(PhysRange range) {
    TestDevice x = yard.device("x");
    x.restricted =
        Optional.of(
            new BounceArea(
                TestYard.bounceSpec("rdp0", range), new SlotBook(range), true, true));
    return x;
  }

  @Test
  void aRestrictedPoolServesAllocationsAlignedToTheirSize() {
    TestDevice x = restricted(new PhysRange(0x7600_0000L, 4 << 20));
    assertEquals(0x7600_0000L, got(x, 4096).handle());
    Allocation a = got(x, 12288);
    assertEquals(0x7600_4000L, a.handle());
    assertEquals(AllocationSource.RESTRICTED_POOL, a.source());
    assertEquals(CpuAddress.LINEAR, a.cpuAddress());
    assertTrue(alloc(x, 262145, Gfp.KERNEL).isEmpty(), "128 slots at most, nothing else tried");
    yard.dma().free(a);
    assertEquals(0x7600_4000L, alloc(x, 12288, Gfp.ATOMIC).orElseThrow().handle());
  }

  @Test
  void aRestrictedPoolOutOfReachGivesNull() {
    TestDevice x3 = restricted(new PhysRange(0x1_4100_0000L, 1 << 20));
    assertTrue(alloc(x3, 4096, Gfp.KERNEL).isEmpty());
    x3.masks(-1L);
    assertEquals(0x1_4100_0000L, got(x3, 4096).handle());
  }

  @Test
  void behindAnIommuPagesAreScatteredAndTheHandleIsAnIova() {
    TestDevice s1 = yard.device("s1").incoherent();
    RecordingTable table = yard.translate(s1);
    yard.hints.addAll(List.of(0x1_0300_0000L, 0x1_0500_0000L));
    Allocation a = got(s1, 5000);
    assertEquals(0xffff_e000L, a.handle());
    assertEquals(AllocationSource.IOMMU_PAGES, a.source());
    assertEquals(
        List.of(new PhysRange(0x1_0300_0000L, 4096), new PhysRange(0x1_0500_0000L, 4096)),
        a.runs());
    assertEquals(IommuProt.READ | IommuProt.WRITE, table.lastProt);
    assertEquals(2, yard.hintCalls, "asked once a block");
    yard.dma().free(a);
    assertTrue(table.pages.isEmpty());
    assertTrue(yard.normalZone.isEmpty());
  }

  @Test
  void behindAnIommuABigBufferUsesBigBlocks() {
    TestDevice s2 = yard.device("s2");
    RecordingTable table = yard.translate(s2);
    got(s2, (2 << 20) + 4096);
    assertEquals(List.of(2L << 20, 4096L), table.maps.stream().map(c -> c.pageSize()).toList());
    assertEquals(
        IommuProt.READ | IommuProt.WRITE | IommuProt.CACHE, table.lastProt, "coherent");
  }

  @Test
  void recordedPagesBehindAnIommuComeOneByOne() {
    TestDevice s = yard.device("s");
    yard.translate(s);
    for (long page = 0; page < 512; page++) {
      yard.hints.add(0x1_0400_0000L + page * 4096);
    }
    yard.hints.add(0x1_0800_3000L);
    for (long page = 0; page < 511; page++) {
      yard.hints.add(0x1_0800_5000L + page * 4096);
    }
    Allocation a = got(s, 4 << 20);
    assertEquals(
        List.of(
            new PhysRange(0x1_0400_0000L, 2 << 20),
            new PhysRange(0x1_0800_3000L, 4096),
            new PhysRange(0x1_0800_5000L, 511 * 4096)),
        a.runs(),
        "a page that starts no block of 2 MiB: the kernel had none");
    assertTrue(yard.hints.isEmpty());
  }

  @Test
  void forceContiguousBehindAnIommuIsOneRunFromCma() {
    TestDevice c = yard.device("c");
    yard.translate(c);
    Allocation a = got(c, 5000, DmaAttr.FORCE_CONTIGUOUS);
    assertEquals(AllocationSource.DEFAULT_CMA, a.source());
    assertEquals(CpuAddress.LINEAR, a.cpuAddress());
    assertEquals(0xffff_e000L, a.handle());
  }

  @Test
  void failuresBehindAnIommuLeaveNothing() {
    TestDevice s = yard.device("s");
    RecordingTable table = yard.translate(s);
    table.failAfter = 1;
    yard.hints.addAll(List.of(0x1_0300_0000L, 0x1_0500_0000L, 0x1_0700_0000L));
    assertTrue(alloc(s, 12288, Gfp.KERNEL).isEmpty());
    assertTrue(table.pages.isEmpty());
    assertTrue(yard.normalZone.isEmpty());
    assertEquals(0, s.domain.orElseThrow().iova().livePages());
    s.coherentMask = 0xfff;
    assertTrue(alloc(s, 4096, Gfp.KERNEL).isEmpty(), "IOVA page 0 is never given");
    assertTrue(yard.normalZone.isEmpty());
  }

  @Test
  void zeroBytesBehindAnIommuKillTheKernel() {
    TestDevice s = yard.device("s");
    yard.translate(s);
    assertThrows(KernelOops.class, () -> alloc(s, 0, Gfp.KERNEL));
    assertEquals(1, yard.recorded.of(DmaEvent.Oopsed.class).size());
  }

  @Test
  void hugeSizesBehindAnIommuFailAtOnce() {
    TestDevice s = yard.device("s");
    yard.translate(s);
    assertTrue(alloc(s, Long.MIN_VALUE, Gfp.KERNEL).isEmpty());
    assertTrue(alloc(s, -1L, Gfp.KERNEL).isEmpty());
    assertTrue(yard.normalZone.isEmpty());
  }

  @Test
  void noncontiguousMemoryIsOneDmaSegmentAndNeverPoolMemory() {
    TestDevice s0 = yard.withPool0("s0");
    yard.translate(s0);
    yard.hints.addAll(List.of(0x1_0300_0000L, 0x1_0500_0000L, 0x1_0501_0000L, 0x1_0700_0000L));
    Allocation a =
        yard.dma()
            .allocNoncontiguous(
                s0, 12289, DmaDirection.FROM_DEVICE, Gfp.KERNEL, DmaAttrs.NONE)
            .orElseThrow();
    SgTable table = yard.dma().sgtOf(a);
    assertEquals(1, table.nents());
    assertEquals(4, table.origNents());
    assertEquals(16384, table.mapped().get(0).dmaLength());
    assertEquals(0xffff_c000L, table.mapped().get(0).dma());
    yard.dma().free(a);
    assertThrows(IllegalArgumentException.class, () -> yard.dma().sgtOf(a));
  }

  @Test
  void noncontiguousWithoutAnIommuIsOneRun() {
    TestDevice n0 = yard.device("n0").incoherent();
    Allocation a =
        yard.dma()
            .allocNoncontiguous(n0, 12289, DmaDirection.TO_DEVICE, Gfp.KERNEL, DmaAttrs.NONE)
            .orElseThrow();
    assertEquals(AllocationSource.DEFAULT_CMA, a.source());
    assertEquals(1, yard.dma().sgtOf(a).origNents());
    assertTrue(
        yard.dma()
            .allocNoncontiguous(
                n0, 4096, DmaDirection.TO_DEVICE, Gfp.KERNEL, DmaAttrs.of(DmaAttr.NO_WARN))
            .isEmpty());
  }

  @Test
  void recordedPlacementsAreFollowedWhereTheyAreFree() {
    yard.hints.add(0x8100_0000L);
    assertEquals(0x8100_0000L, got(yard.device("a"), 4096).handle());
    yard.hints.add(0x4390_0000L);
    assertEquals(
        0x4390_0000L, got(yard.device("a"), 4096).handle(), "a lower zone of the same list");
    yard.hints.add(0x1_0300_0000L);
    assertEquals(
        0x8080_0000L, got(yard.device("a"), 4096).handle(), "a zone the rule does not allow");
  }

  @Test
  void theChainNamesSourceAndNumbers() {
    got(yard.device("a"), 4096);
    assertTrue(yard.said(d -> d.rule().id().equals("B7") && d.values().containsKey("limit")));
    assertFalse(yard.recorded.of(DmaEvent.Allocated.class).isEmpty());
  }
}
