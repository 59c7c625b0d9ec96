package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fixed points of C1: what a page list of pool memory is, and what becomes of it. */
class SgtableTest {
  private static TestYard yard(String kernel) {
    return new TestYard(KernelProfile.named(kernel).orElseThrow());
  }

  private static Allocation pool(TestYard yard, TestDevice device, long size) {
    return yard.dma().allocAttrs(device, size, Gfp.KERNEL, DmaAttrs.NONE).orElseThrow();
  }

  private static Segment.PageBacked only(SgTable table) {
    assertEquals(1, table.origNents());
    return (Segment.PageBacked) table.segments().get(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"4.10-arm", "6.1", "6.12", "7.3"})
  void aPageIsMadeUpWhereNobodyChecks(String kernel) {
    TestYard yard = yard(kernel);
    TestDevice p0 = yard.withPool0("p0");
    SgResult result = yard.dma().getSgtable(p0, pool(yard, p0, 5000), 5000);
    assertEquals(0, result.rc());
    Segment.PageBacked entry = only(result.table().orElseThrow());
    assertEquals(0x70000, entry.page().pfn());
    assertEquals(PageBacking.UNMAPPED, entry.page().backing());
    assertEquals(8192, entry.length());
    assertTrue(yard.hazard("C1"));
  }

  @Test
  void pfnValidRefusesIn412() {
    TestYard yard = yard("4.12-arm");
    TestDevice p0 = yard.withPool0("p0");
    SgResult result = yard.dma().getSgtable(p0, pool(yard, p0, 5000), 5000);
    assertEquals(-6, result.rc());
    assertTrue(result.table().isEmpty());
    assertTrue(yard.said(d -> d.rule().id().equals("C1") && d.text().contains("-ENXIO")));
    Allocation pages = pool(yard, yard.device("a"), 4096);
    assertEquals(0, yard.dma().getSgtable(yard.device("a"), pages, 4096).rc(), "has pages");
  }

  @Test
  void theMadeUpPageKills410AtTheFirstMap() {
    TestYard yard = yard("4.10-arm");
    TestDevice p0 = yard.withPool0("p0");
    SgTable table = yard.dma().getSgtable(p0, pool(yard, p0, 4096), 4096).table().orElseThrow();
    TestDevice scaler = yard.device("scaler").incoherent();
    yard.translate(scaler);
    KernelOops oops =
        assertThrows(
            KernelOops.class,
            () ->
                yard.dma()
                    .mapSgtable(
                        scaler, table, DmaDirection.TO_DEVICE, DmaAttrs.SKIP_CPU_SYNC));
    assertEquals("C1", oops.rule().id());
    assertEquals("C1", yard.recorded.of(DmaEvent.Oopsed.class).get(0).rule().id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.1", "6.12", "7.3"})
  void itMapsFineToday(String kernel) {
    TestYard yard = yard(kernel);
    TestDevice p0 = yard.withPool0("p0");
    SgTable table = yard.dma().getSgtable(p0, pool(yard, p0, 4096), 4096).table().orElseThrow();
    TestDevice scaler = yard.device("scaler").incoherent();
    RecordingTable mmu = yard.translate(scaler);
    assertEquals(
        0,
        yard.dma().mapSgtable(scaler, table, DmaDirection.TO_DEVICE, DmaAttrs.SKIP_CPU_SYNC));
    assertEquals(0x7000_0000L, mmu.iovaToPhys(table.mapped().get(0).dma()));
    assertEquals(1, yard.badPages.size(), "the map read a page without a linear mapping");
  }

  @Test
  void untilTheImporterMustBounce() {
    TestYard yard = yard("7.3");
    TestDevice h0 = yard.withHighPool("h0");
    SgTable table = yard.dma().getSgtable(h0, pool(yard, h0, 4096), 4096).table().orElseThrow();
    KernelOops oops =
        assertThrows(
            KernelOops.class,
            () ->
                yard.dma()
                    .mapSgtable(
                        yard.device("narrow"),
                        table,
                        DmaDirection.TO_DEVICE,
                        DmaAttrs.SKIP_CPU_SYNC));
    assertEquals("swiotlb_bounce", oops.rule().function());
    assertTrue(yard.slots.usedSlots() > 0, "the oops leaks its slots");
  }

  @Test
  void cacheMaintenanceOnItIsAHazard() {
    TestYard yard = yard("7.3");
    TestDevice p0 = yard.withPool0("p0");
    SgTable table = yard.dma().getSgtable(p0, pool(yard, p0, 4096), 4096).table().orElseThrow();
    yard.recorded.clear();
    assertEquals(
        0,
        yard.dma()
            .mapSgtable(
                yard.device("n0").incoherent(), table, DmaDirection.TO_DEVICE, DmaAttrs.NONE));
    assertTrue(
        yard.recorded.of(DmaEvent.HazardRaised.class).stream()
            .anyMatch(h -> h.text().contains("dcache_clean_poc")));
  }

  @Test
  void behindAnIommuAPageArrayGivesItsRuns() {
    TestYard yard = yard("7.3");
    TestDevice s = yard.device("s");
    yard.translate(s);
    yard.hints.addAll(List.of(0x1_0300_0000L, 0x1_0300_1000L, 0x1_0500_0000L));
    Allocation a = pool(yard, s, 12288);
    SgTable table = yard.dma().getSgtable(s, a, 9000).table().orElseThrow();
    assertEquals(2, table.origNents());
    assertEquals(8192, ((Segment.PageBacked) table.segments().get(0)).length());
    assertEquals(808, ((Segment.PageBacked) table.segments().get(1)).length(), "trimmed");
  }

  @Test
  void behindAnIommuPoolMemoryIsOneMadeUpEntryTodayAndEnxioOnArm() {
    TestYard now = yard("7.3");
    TestDevice s0 = now.withPool0("s0");
    now.translate(s0);
    SgTable table = now.dma().getSgtable(s0, pool(now, s0, 8192), 8192).table().orElseThrow();
    assertEquals(PageBacking.UNMAPPED, only(table).page().backing());
    TestYard then = yard("4.12-arm");
    TestDevice old = then.withPool0("s0");
    then.translate(old);
    assertEquals(-6, then.dma().getSgtable(old, pool(then, old, 8192), 8192).rc());
  }

  @Test
  void contiguousMemoryBehindAnIommuIsOneEntry() {
    TestYard yard = yard("7.3");
    TestDevice c = yard.device("c");
    yard.translate(c);
    Allocation a =
        yard.dma()
            .allocAttrs(c, 5000, Gfp.KERNEL, DmaAttrs.of(DmaAttr.FORCE_CONTIGUOUS))
            .orElseThrow();
    Segment.PageBacked entry =
        only(yard.dma().getSgtable(c, a, 5000).table().orElseThrow());
    assertEquals(0x7c30_0000L, entry.phys());
    assertEquals(8192, entry.length());
  }

  @Test
  void pagesOfAMadeUpPointerAreTranslatedBackThroughTheBus() {
    TestYard yard = yard("7.3");
    TestDevice r0 = yard.behindOffsetBus("r0");
    r0.pool = yard.withPool0("x").pool;
    Allocation a = pool(yard, r0, 4096);
    assertEquals(0x3000_0000L, a.handle());
    assertEquals(
        0x7000_0000L, only(yard.dma().getSgtable(r0, a, 4096).table().orElseThrow()).phys());
  }
}
