package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.iommu.IommuCore;
import org.bufferyard.dma.mapping.Trail;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.FlushQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IommuMappingTest {
  private static final long LOW = 0x8000_0000L;
  private static final long HIGH = 0x1_0300_0000L;
  private static final DmaDirection BOTH = DmaDirection.BIDIRECTIONAL;
  private final TestYard yard = new TestYard();
  private final TestDevice device = yard.device("s");
  private final RecordingTable table = yard.translate(device);

  private long map(long phys, long size) {
    return yard.dma()
        .mapPage(device, yard.page(phys), phys & 0xfff, size, BOTH, DmaAttrs.NONE);
  }

  private int mapList(SgTable list) {
    return yard.dma().mapSgtable(device, list, BOTH, DmaAttrs.SKIP_CPU_SYNC);
  }

  @Test
  void onceASegmentIsTooLongEverythingMerges() {
    device.maxSegment = 65536;
    SgTable list = yard.list(LOW, 131072, HIGH, 4096, HIGH + 0x10000, 4096);
    assertEquals(0, mapList(list));
    assertEquals(1, list.nents(), "max_seg - current is unsigned and wraps");
    assertEquals(131072 + 8192, list.mapped().get(0).dmaLength());
  }

  @Test
  void behindAFlushQueueUnmappingLeavesCachesAndIovaToIt() {
    List<String> queued = new ArrayList<>();
    Domain strict = device.domain.orElseThrow();
    device.domain =
        Optional.of(
            new Domain(
                strict.id(),
                strict.iommu(),
                DomainType.DMA_FQ,
                table,
                strict.iova(),
                Optional.of(new QueueOfTest(queued))));
    long dma = map(LOW + 100, 5000);
    yard.dma().unmap(device, dma, 5000, BOTH, DmaAttrs.NONE);
    assertEquals(List.of((dma >>> 12) + "+2"), queued);
    assertEquals(0, table.syncs);
    assertEquals(0, table.iovaToPhys(dma), "the table itself forgets at once");
    assertEquals(2, strict.iova().livePages());
  }

  @Test
  void genericPageTablesRefuseNoBytes() {
    long granted = map(LOW, 0);
    assertTrue(granted != DmaAddress.MAPPING_ERROR);
    TestDevice other = yard.device("g");
    yard.translate(
        other,
        new Geometry(
            0x1000, 0, 0xffff_ffffL, true, false, Set.of(Geometry.Trait.TAKES_RANGES)));
    assertEquals(
        DmaAddress.MAPPING_ERROR,
        yard.dma().mapPage(other, yard.page(LOW), 0, 0, BOTH, DmaAttrs.NONE));
    assertEquals(0, other.domain.orElseThrow().iova().livePages());
  }

  /** Writes down what it is given. */
  private record QueueOfTest(List<String> added) implements FlushQueue {
    @Override
    public void add(long pfn, long pages) {
      added.add(pfn + "+" + pages);
    }

    @Override
    public void flush() {}

    @Override
    public long pages() {
      return 0;
    }
  }

  @Test
  void paddingBeforeABoundaryIsMappedAndReported() {
    device.boundary = 0x3fff;
    SgTable list = yard.list(LOW, 512, HIGH, 16384);
    assertEquals(0, mapList(list));
    assertTrue(yard.hazard("D7"));
    assertEquals(16384 / 4096, table.maps.get(0).count(), "512 bytes were mapped with 16384");
    assertEquals(0, list.mapped().get(1).dma() & 0x3fff);
  }

  @ParameterizedTest
  @CsvSource({"TO_DEVICE, 1", "FROM_DEVICE, 2", "BIDIRECTIONAL, 3"})
  void protFollowsDirectionAndCoherency(DmaDirection direction, int prot) {
    yard.dma().mapPage(device, yard.page(LOW), 0, 64, direction, DmaAttrs.NONE);
    assertEquals(prot | IommuProt.CACHE, table.lastProt);
    device.coherent = false;
    yard.dma().mapPage(device, yard.page(LOW), 0, 64, direction, DmaAttrs.NONE);
    assertEquals(prot, table.lastProt);
    yard.dma().mapResource(device, 0xfec0_0000L, 64, direction, DmaAttrs.NONE);
    assertEquals(prot | IommuProt.MMIO, table.lastProt);
    yard.dma()
        .mapPage(device, yard.page(LOW), 0, 64, direction, DmaAttrs.of(DmaAttr.PRIVILEGED));
    assertEquals(prot | IommuProt.PRIV, table.lastProt);
  }

  @Test
  void anOffsetIsKeptAndUnmapGivesTheFramesBack() {
    long dma = map(HIGH + 4080, 32);
    assertEquals(0xffff_eff0L, dma);
    yard.dma().unmap(device, dma, 32, BOTH, DmaAttrs.NONE);
    assertTrue(table.pages.isEmpty());
    assertEquals(0, device.domain.orElseThrow().iova().livePages());
    assertEquals(1, table.syncs, "strict");
    assertEquals(0, yard.ledger.size());
  }

  @Test
  void pciDevicesStayBelow4GUntilThatFails() {
    device.pci = true;
    device.masks(-1L);
    assertEquals(0xffff_f000L, map(LOW, 4096));
    device.domain.orElseThrow().iova().reserve(1, 0xfffff);
    long first = map(LOW, 4096);
    assertEquals((1L << 48) - 4096, first);
    assertTrue(yard.said(d -> d.rule().id().equals("D4")));
    assertTrue(
        yard.recorded.of(DmaEvent.KernelMessage.class).stream()
            .anyMatch(m -> m.text().contains("Using 48-bit DMA addresses")));
    yard.recorded.clear();
    map(LOW, 4096);
    assertEquals(0, yard.recorded.of(DmaEvent.KernelMessage.class).size(), "for good");
  }

  @Test
  void forcedacAndPlatformDevicesGoStraightToTheTop() {
    device.masks(-1L);
    assertEquals((1L << 48) - 4096, map(LOW, 4096));
    TestYard forced = new TestYard();
    forced.forcedac = true;
    TestDevice pci = forced.device("pci").masks(-1L);
    pci.pci = true;
    forced.translate(pci);
    assertEquals(
        (1L << 48) - 4096,
        forced.dma().mapPage(pci, forced.page(LOW), 0, 4096, BOTH, DmaAttrs.NONE));
  }

  @Test
  void aFullSpaceIsEnomemForListsAndAnErrorForSingles() {
    device.masks(0x1fff);
    assertEquals(0x1000, map(LOW, 4096));
    assertEquals(-1L, map(LOW, 4096));
    SgTable list = yard.list(LOW, 4096);
    assertEquals(-12, mapList(list));
    assertEquals(Segment.NO_DMA, list.segments().get(0).dma());
  }

  @ParameterizedTest
  @CsvSource({"ENOMEM, -12", "EEXIST, -22", "EADDRINUSE, -22", "ERANGE, -22"})
  void tableErrorsAreLaunderedInLists(Errno real, int rc) {
    table.failAfter = 1;
    table.failure = real;
    assertEquals(rc, mapList(yard.list(LOW, 4096, HIGH, 4096)));
    assertTrue(table.pages.isEmpty());
    assertEquals(0, device.domain.orElseThrow().iova().livePages());
    table.failAfter = 0;
    assertEquals(-1L, map(LOW, 4096));
    assertEquals(0, device.domain.orElseThrow().iova().livePages());
  }

  @Test
  void aRefusedMapIsTracedWithWhatItManagedFrom7On() {
    table.failAfter = 0;
    yard.dma().mapResource(device, 0x1234_5678_9000L, 1, BOTH, DmaAttrs.NONE);
    assertEquals(0, yard.recorded.of(DmaEvent.IommuMapped.class).get(0).size());
    assertEquals(0, yard.recorded.of(DmaEvent.IommuUnmapped.class).get(0).size());
    TestYard old = new TestYard(KernelProfile.LINUX_6_12);
    TestDevice s = old.device("s");
    old.translate(s).failAfter = 0;
    old.dma().mapResource(s, 0x1234_5678_9000L, 1, BOTH, DmaAttrs.NONE);
    assertEquals(0, old.recorded.of(DmaEvent.IommuMapped.class).size());
    assertEquals(1, old.recorded.of(DmaEvent.IommuUnmapped.class).size());
  }

  @Test
  void driversThatMapOnePageACallAreServed() {
    TestDevice exynos = yard.device("exynos");
    RecordingTable sysmmu =
        yard.translate(exynos, new Geometry(0x11_1000, 0, 0xffff_ffffL, true, true));
    SgTable list = yard.list(LOW, 0x3000);
    assertEquals(0, yard.dma().mapSgtable(exynos, list, BOTH, DmaAttrs.NONE));
    assertEquals(3, sysmmu.maps.size());
    assertEquals(LOW + 0x2000, sysmmu.iovaToPhys(list.mapped().get(0).dma() + 0x2000));
    assertEquals(1, yard.recorded.of(DmaEvent.IommuMapped.class).size(), "traced once a run");
  }

  @Test
  void zeroLengthEntriesAreKeptAsSegments() {
    SgTable list = yard.list(HIGH, 0, LOW + 1, 0, HIGH + 0x5000, 100);
    assertEquals(0, mapList(list));
    assertEquals(
        List.of(0xffff_e000L, 0xffff_e001L, 0xffff_f000L),
        list.mapped().stream().map(Segment::dma).toList());
    yard.dma().unmapSgtable(device, list, BOTH, DmaAttrs.NONE);
    assertTrue(yard.hazard("D10"), "a first segment of 0 bytes leaks the range");
    assertEquals(1, yard.ledger.size(), "the ledger still knows");
  }

  /** Recorded: after a refusal 6.x leaves 4096 in an entry of 0 bytes, 7.3 leaves the list alone. */
  @ParameterizedTest
  @CsvSource({"6.12, -12, 4096", "7.3, -22, 0"})
  void zeroLengthEntriesMayBreakAList(String kernel, int rc, long third) {
    TestYard that = new TestYard(KernelProfile.named(kernel).orElseThrow());
    TestDevice a = that.device("a");
    a.boundary = 0xffff_ffffL;
    that.translate(a);
    SgTable list =
        that.list(LOW, 1, HIGH, 0, LOW + 0x1001, 0, HIGH + 2048, 4096, HIGH + 0x9000, 0);
    assertEquals(rc, that.dma().mapSgtable(a, list, BOTH, DmaAttrs.NONE));
    assertEquals(
        List.of(1L, 0L, third, 4096L, 0L),
        list.segments().stream().map(e -> ((Segment.PageBacked) e).length()).toList());
    assertEquals(0, a.domain.orElseThrow().iova().livePages());
  }

  @Test
  void aWrappedEntryMapsLessThanItReserved() {
    TestYard that = new TestYard(KernelProfile.LINUX_6_12);
    TestDevice a = that.device("a").masks(-1L);
    a.boundary = 0xffff_ffffL;
    RecordingTable mmu = that.translate(a);
    SgTable list = that.list(LOW, 1, HIGH, 0, HIGH + 0x1000, 100);
    assertEquals(-22, that.dma().mapSgtable(a, list, BOTH, DmaAttrs.NONE));
    assertTrue(mmu.pages.isEmpty());
  }

  @Test
  void hugeEntriesFailWithoutHarm() {
    assertEquals(-12, mapList(yard.list(LOW, Long.MAX_VALUE - 0x1000)));
    assertEquals(-1L, map(LOW, Long.MIN_VALUE));
    assertEquals(-1L, map(LOW, -1L));
    assertEquals(0, yard.ledger.size());
  }

  @Test
  void dmaOnlyListsMapNothingAndAreReported() {
    SgTable hidden = new SgTable(List.of(new Segment.DmaOnly(0x1000, 4096)), 1, 1);
    assertEquals(0, mapList(hidden));
    assertEquals(0, hidden.mapped().get(0).dma());
    assertEquals(0, hidden.mapped().get(0).dmaLength());
    assertEquals(1, yard.badPages.size());
    assertTrue(table.maps.isEmpty());
  }

  @Test
  void untrustedDevicesBouncePartialGranulesAndSeeNoPadding() {
    device.untrusted = true;
    byte[] around = new byte[4096];
    java.util.Arrays.fill(around, (byte) 3);
    yard.memory.write(TestYard.BOUNCE.base(), around, 0, around.length);
    long dma = map(HIGH + 100, 32);
    long bounce = table.iovaToPhys(dma);
    assertTrue(TestYard.BOUNCE.contains(bounce));
    assertArrayEquals(new byte[64], yard.bytes(bounce + 32, 64), "padding is cleared");
    yard.memory.write(bounce, new byte[] {9}, 0, 1);
    yard.dma().unmap(device, dma, 32, BOTH, DmaAttrs.NONE);
    assertEquals(9, yard.bytes(HIGH + 100, 1)[0]);
    assertEquals(0, yard.slots.usedSlots());
    SgTable list = yard.list(HIGH, 4096, HIGH + 8192, 512);
    assertEquals(0, mapList(list));
    assertEquals(2, list.nents(), "nothing merges on the bounced path");
    yard.dma().syncSg(device, list, BOTH, false);
    yard.dma().unmapSgtable(device, list, BOTH, DmaAttrs.NONE);
    assertEquals(0, yard.slots.usedSlots());
    assertTrue(table.pages.isEmpty());
  }

  @Test
  void before610AnIommusBounceWasCleared() {
    TestYard old = new TestYard(KernelProfile.LINUX_6_1);
    TestDevice u = old.device("u");
    u.untrusted = true;
    RecordingTable mmu = old.translate(u);
    old.memory.write(HIGH, new byte[] {1, 2}, 0, 2);
    long dma =
        old.dma()
            .mapPage(u, old.page(HIGH), 0, 2, DmaDirection.FROM_DEVICE, DmaAttrs.NONE);
    assertArrayEquals(new byte[2], old.bytes(mmu.iovaToPhys(dma), 2));
  }

  @Test
  void aBounceWhoseMapFailsIsCopiedBackEvenSo() {
    TestYard old = new TestYard(KernelProfile.LINUX_6_1);
    TestDevice u = old.device("u");
    u.untrusted = true;
    RecordingTable mmu = old.translate(u);
    mmu.failAfter = 0;
    old.memory.write(HIGH, new byte[] {1, 2}, 0, 2);
    DmaDirection from = DmaDirection.FROM_DEVICE;
    DmaAttrs skip = DmaAttrs.of(DmaAttr.SKIP_CPU_SYNC);
    assertEquals(-1L, old.dma().mapPage(u, old.page(HIGH), 0, 2, from, skip));
    assertArrayEquals(new byte[] {1, 2}, old.bytes(HIGH, 2));
    assertEquals(-1L, old.dma().mapPage(u, old.page(HIGH), 0, 2, from, DmaAttrs.NONE));
    assertArrayEquals(new byte[2], old.bytes(HIGH, 2), "6.1 had cleared the bounce");
    assertEquals(0, old.slots.usedSlots());
  }

  @Test
  void untrustedWithoutABouncePoolFails() {
    device.untrusted = true;
    yard.bounce = Optional.<BounceArea>empty();
    assertEquals(-1L, map(HIGH + 100, 32));
    assertTrue(yard.messaged(MessageClass.WARNING));
  }

  @Test
  void minAlignBeyondTheGranuleIsUnsupported() {
    device.minAlign = 0x3fff;
    assertEquals(-1L, map(LOW, 4096));
    assertTrue(yard.messaged(MessageClass.WARNING));
    TestYard old = new TestYard(KernelProfile.LINUX_6_1);
    TestDevice lax = old.device("lax");
    lax.minAlign = 0x3fff;
    old.translate(lax);
    assertEquals(
        0xffff_f000L, old.dma().mapPage(lax, old.page(LOW), 0, 4096, BOTH, DmaAttrs.NONE));
  }

  @Test
  void syncFollowsTheTranslation() {
    device.coherent = false;
    long dma = map(LOW, 4096);
    yard.recorded.clear();
    yard.dma().syncSingle(device, dma + 64, 64, BOTH, false);
    assertEquals(LOW + 64, yard.recorded.of(DmaEvent.CacheInvalidated.class).get(0).phys());
  }

  @Test
  void unmapOfNothingIsReportedAndHarmless() {
    yard.dma().unmap(device, 0xffff_0000L, 4096, BOTH, DmaAttrs.NONE);
    yard.dma().unmapResource(device, 0xffff_0000L, 4096, BOTH, DmaAttrs.NONE);
    assertTrue(yard.hazard("D10"));
  }

  @Test
  void aMillionEntriesAreMappedInBoundedTime() {
    device.masks(-1L);
    int n = 1_000_000;
    List<Segment.PageBacked> entries = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      entries.add(
          new Segment.PageBacked(
              new PageRef(0x80000 + (i & 0xffffL), PageBacking.LINEAR), 0, 4096));
    }
    SgTable list = SgTable.ofPages(entries);
    org.junit.jupiter.api.Assertions.assertTimeout(
        java.time.Duration.ofSeconds(20),
        () -> {
          assertEquals(0, mapList(list));
          yard.dma().unmapSgtable(device, list, BOTH, DmaAttrs.SKIP_CPU_SYNC);
        });
    assertEquals(n / 16, list.nents(), "64 KiB segments");
  }

  @Test
  void theCoreRefusesUnalignedRanges() {
    IommuCore core = new IommuCore(KernelProfile.LINUX_7_3, new Trail(yard.recorded));
    assertEquals(
        -22, core.map(device.domain.orElseThrow(), 0x1000, 0x2800, 4096, IommuProt.READ));
    assertTrue(
        yard.recorded.of(DmaEvent.KernelMessage.class).get(0).text().startsWith("unaligned: iova"));
  }

  @Test
  void directionNoneIsABugEverywhere() {
    DmaDirection none = DmaDirection.NONE;
    SgTable list = yard.list(LOW, 4096);
    for (Runnable call :
        List.<Runnable>of(
            () -> yard.dma().mapPhys(device, LOW, 4096, none, DmaAttrs.NONE),
            () -> yard.dma().mapSg(device, list, none, DmaAttrs.NONE),
            () -> yard.dma().unmap(device, LOW, 4096, none, DmaAttrs.NONE),
            () -> yard.dma().unmapSgtable(device, list, none, DmaAttrs.NONE),
            () -> yard.dma().syncSingle(device, LOW, 4096, none, true),
            () -> yard.dma().syncSg(device, list, none, true))) {
      assertThrows(org.bufferyard.api.kernel.KernelOops.class, call::run);
    }
  }
}
