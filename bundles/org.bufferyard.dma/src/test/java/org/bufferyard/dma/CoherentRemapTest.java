package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.remap.RemapThroughIommu;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.Domain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoherentRemapTest {
  private final TestYard yard = new TestYard();
  private final TestDevice exporter = yard.withPool0("codec");

  private Allocation pool(long size) {
    return yard.dma().allocAttrs(exporter, size, Gfp.KERNEL, DmaAttrs.NONE).orElseThrow();
  }

  private SgResult remap(Allocation a, TestDevice importer, DmaDirection direction) {
    return yard.dma().coherentRemap(exporter, a, importer, direction);
  }

  private static Segment.DmaOnly only(SgResult result) {
    SgTable table = result.table().orElseThrow();
    assertEquals(0, table.origNents(), "no page is named");
    assertEquals(1, table.nents());
    return (Segment.DmaOnly) table.mapped().get(0);
  }

  @Test
  void mapsThePoolThroughTheImportersIommuInEveryKernel() {
    for (KernelProfile kernel : KernelProfile.ALL) {
      TestYard that = new TestYard(kernel);
      TestDevice codec = that.withPool0("codec");
      TestDevice scaler = that.device("scaler").incoherent();
      scaler.maxSegment = 0xffff_ffffL;
      RecordingTable mmu =
          that.translate(scaler, new Geometry(0x11_1000, 0, 0xffff_ffffL, true, true));
      Allocation a =
          that.dma().allocAttrs(codec, 5000, Gfp.KERNEL, DmaAttrs.NONE).orElseThrow();
      assertTrue(that.dma().checkDevCoherent(codec, a));
      that.recorded.clear();
      SgResult result = that.dma().coherentRemap(codec, a, scaler, DmaDirection.TO_DEVICE);
      Segment.DmaOnly s = only(result);
      assertEquals(8192, s.dmaLength());
      assertEquals(0x7000_1000L, mmu.iovaToPhys(s.dma() + 0x1000));
      assertEquals(IommuProt.READ, mmu.lastProt);
      assertEquals(List.of(), that.recorded.of(DmaEvent.HazardRaised.class), kernel.name());
      assertEquals(List.of(), that.badPages, "no page was read");
      assertEquals(List.of(), that.recorded.of(DmaEvent.CacheCleaned.class));
      that.dma().coherentUnmap(scaler, result.table().orElseThrow(), DmaDirection.TO_DEVICE);
      assertTrue(mmu.pages.isEmpty());
      assertEquals(0, scaler.domain.orElseThrow().iova().livePages());
      assertEquals(1, mmu.syncs);
      that.dma().free(a);
      assertEquals(0, that.ledger.size());
    }
  }

  @Test
  void theExporterItselfGetsItsOwnAddress() {
    Allocation a = pool(4096);
    assertEquals(0x7000_0000L, only(remap(a, exporter, DmaDirection.TO_DEVICE)).dma());
  }

  @Test
  void theExportersOwnIommuDoesNotKnowThePool() {
    yard.translate(exporter);
    Allocation a = pool(4096);
    yard.recorded.clear();
    only(remap(a, exporter, DmaDirection.TO_DEVICE));
    assertTrue(yard.hazard("B2"));
  }

  @Test
  void oneDomainMeansOneAddressOnlyForIovas() {
    TestDevice d = yard.device("d");
    TestDevice e = yard.device("e");
    RecordingTable shared = yard.translate(d);
    e.domain = d.domain;
    Allocation a = yard.dma().allocAttrs(d, 4096, Gfp.KERNEL, DmaAttrs.NONE).orElseThrow();
    int maps = shared.maps.size();
    SgResult same = yard.dma().coherentRemap(d, a, e, DmaDirection.TO_DEVICE);
    assertEquals(a.handle(), only(same).dma());
    assertEquals(maps, shared.maps.size(), "nothing is mapped");
    d.pool = exporter.pool;
    Allocation p = yard.dma().allocAttrs(d, 4096, Gfp.KERNEL, DmaAttrs.NONE).orElseThrow();
    SgResult mapped = yard.dma().coherentRemap(d, p, e, DmaDirection.TO_DEVICE);
    assertEquals(p.physAt(0), shared.iovaToPhys(only(mapped).dma()), "a pool handle is no IOVA");
  }

  @ParameterizedTest
  @CsvSource({"true, true, 4", "true, false, 0", "false, true, 0", "false, false, 0"})
  void cachedOnlyWhenBothSnoop(boolean x, boolean y, int cache) {
    exporter.coherent = x;
    TestDevice importer = yard.device("i");
    importer.coherent = y;
    RecordingTable mmu = yard.translate(importer);
    remap(pool(4096), importer, DmaDirection.BIDIRECTIONAL);
    assertEquals(IommuProt.READ | IommuProt.WRITE | cache, mmu.lastProt);
  }

  @Test
  void anIdentityDomainIsTheDirectCase() {
    TestDevice importer = yard.device("i");
    RecordingTable none = new RecordingTable(Geometry.IDENTITY);
    importer.domain =
        Optional.of(new Domain("smmu/i", "smmu", DomainType.IDENTITY, none, new TopDownIova()));
    assertEquals(
        0x7000_0000L, only(remap(pool(4096), importer, DmaDirection.FROM_DEVICE)).dma());
  }

  @Test
  void throughWindowsAnOffsetIsApplied() {
    assertEquals(
        0x3000_0000L,
        only(remap(pool(8192), yard.behindOffsetBus("r"), DmaDirection.TO_DEVICE)).dma());
    assertEquals(
        0x2000_0000L,
        only(remap(pool(8192), yard.behindTwoWindows("v"), DmaDirection.TO_DEVICE)).dma()
            & 0xffff_0000L);
  }

  @Test
  void aBufferAcrossTwoWindowsIsTwoSegments() {
    TestDevice v = yard.device("v");
    v.rangeMap =
        new DmaRangeMap(
            List.of(
                new DmaRange(0x7000_0000L, 0x1000_0000L, 0x1000),
                new DmaRange(0x7000_1000L, 0x5000_0000L, 0x1000)));
    SgTable table =
        remap(pool(8192), v, DmaDirection.TO_DEVICE).table().orElseThrow();
    assertEquals(
        List.of(0x1000_0000L, 0x5000_0000L),
        table.mapped().stream().map(Segment::dma).toList());
    v.rangeMap =
        new DmaRangeMap(
            List.of(
                new DmaRange(0x7000_0000L, 0x1000_0000L, 0x3000),
                new DmaRange(0x7000_3000L, 0x1000_3000L, 0x1000)));
    assertEquals(
        8192, only(remap(pool(8192), v, DmaDirection.TO_DEVICE)).dmaLength(), "joined");
  }

  private Optional<DmaEvent.Decided> refusal() {
    return yard.recorded.of(DmaEvent.Decided.class).stream()
        .filter(d -> d.rule().id().equals("P4"))
        .findFirst();
  }

  @Test
  void beyondTheMaskTheChainNamesTheLimitAndTheRemedy() {
    TestDevice high = yard.withHighPool("x");
    Allocation a = yard.dma().allocAttrs(high, 4096, Gfp.KERNEL, DmaAttrs.NONE).orElseThrow();
    TestDevice narrow = yard.device("narrow");
    assertEquals(
        -5, yard.dma().coherentRemap(high, a, narrow, DmaDirection.TO_DEVICE).rc());
    DmaEvent.Decided why = refusal().orElseThrow();
    assertTrue(why.text().contains("mask 32 bit < 0x140000fff"), why.text());
    assertTrue(why.values().get("remedy").contains("a DMA mask of 33 bit"), why.text());
    assertEquals(0, yard.slots.usedSlots(), "never a bounce");
    assertEquals(0, yard.recorded.of(DmaEvent.Bounced.class).size());
  }

  @Test
  void outsideTheWindowsItIsEioToo() {
    TestDevice w = yard.device("w");
    w.rangeMap = new DmaRangeMap(List.of(new DmaRange(0x4000_0000L, 0, 0x1000_0000L)));
    assertEquals(-5, remap(pool(4096), w, DmaDirection.TO_DEVICE).rc());
    assertTrue(refusal().orElseThrow().text().contains("lies outside the bus windows"));
  }

  @Test
  void aBusLimitIsNamedAsSuch() {
    TestDevice w = yard.device("w");
    w.busLimit = 0x6fff_ffffL;
    assertEquals(-5, remap(pool(4096), w, DmaDirection.TO_DEVICE).rc());
    assertTrue(refusal().orElseThrow().text().contains("bus limit 0x6fffffff < 0x70000fff"));
  }

  @Test
  void aBoundaryIsEioWithoutAnIommu() {
    TestDevice b = yard.device("b");
    b.boundary = 0xfff;
    assertEquals(-5, remap(pool(8192), b, DmaDirection.TO_DEVICE).rc());
    assertEquals(0, remap(pool(4096), b, DmaDirection.TO_DEVICE).rc());
  }

  @Test
  void behindAnIommuTheIovaStaysInsideTheBoundary() {
    TestDevice b = yard.device("b");
    yard.translate(b);
    b.boundary = 0xffff;
    for (int i = 0; i < 8; i++) {
      Segment.DmaOnly s = only(remap(pool(5 * 4096), b, DmaDirection.TO_DEVICE));
      assertFalse(RemapThroughIommu.crosses(s.dma(), s.dmaLength(), 0xffff));
    }
    assertEquals(-22, remap(pool(65537), b, DmaDirection.TO_DEVICE).rc());
  }

  @Test
  void aBookThatDoesNotAlignIsAskedForTwiceAsMuch() {
    TestDevice b = yard.device("b");
    b.boundary = 0x3fff;
    RecordingTable mmu = new RecordingTable(TestYard.lpae());
    // 3 frames from 0xffffd: the last 16 KiB of the space, then whatever lies below.
    b.domain =
        Optional.of(
            new Domain("smmu/b", "smmu", DomainType.DMA, mmu, new PackedIova(0xffffe)));
    SgResult result = remap(pool(3 * 4096), b, DmaDirection.TO_DEVICE);
    Segment.DmaOnly s = only(result);
    assertFalse(RemapThroughIommu.crosses(s.dma(), s.dmaLength(), 0x3fff));
    yard.dma().coherentUnmap(b, result.table().orElseThrow(), DmaDirection.TO_DEVICE);
    assertTrue(mmu.pages.isEmpty());
    assertEquals(0, b.domain.orElseThrow().iova().livePages());
  }

  @Test
  void longerThanTheMaximumIsNotSplit() {
    TestDevice i = yard.device("i");
    yard.translate(i);
    assertEquals(1 << 20, only(remap(pool(1 << 20), i, DmaDirection.TO_DEVICE)).dmaLength());
    assertTrue(yard.hazard("I19"));
  }

  @Test
  void aGranuleLargerThanTheBufferIsEinval() {
    TestDevice i = yard.device("i");
    yard.translate(i, new Geometry(0x1_0000, 0, 0xffff_ffffL, true, false));
    assertEquals(-22, remap(pool(4096), i, DmaDirection.TO_DEVICE).rc());
  }

  @Test
  void exhaustedSpaceIsEnomemAndATableErrorItsOwn() {
    TestDevice i = yard.device("i").masks(0xfff);
    RecordingTable mmu = yard.translate(i);
    assertEquals(-12, remap(pool(4096), i, DmaDirection.TO_DEVICE).rc());
    i.masks(0xffff_ffffL);
    mmu.failAfter = 0;
    mmu.failure = Errno.EADDRINUSE;
    assertEquals(-98, remap(pool(4096), i, DmaDirection.TO_DEVICE).rc(), "not laundered");
    assertEquals(0, i.domain.orElseThrow().iova().livePages());
  }

  @Test
  void forcedBouncingDoesNotBounceIt() {
    yard.bounce =
        Optional.of(
            new BounceArea(
                TestYard.bounceSpec("swiotlb", TestYard.BOUNCE), yard.slots, true, false));
    assertEquals(
        0x7000_0000L, only(remap(pool(4096), yard.device("i"), DmaDirection.TO_DEVICE)).dma());
  }

  @Test
  void aRestrictedImporterReachesOnlyItsPool() {
    TestDevice x = yard.device("x");
    PhysRange range = new PhysRange(0x7600_0000L, 4 << 20);
    x.restricted =
        Optional.of(
            new BounceArea(TestYard.bounceSpec("rdp0", range), new SlotBook(range), true, true));
    assertEquals(-5, remap(pool(4096), x, DmaDirection.TO_DEVICE).rc());
    assertTrue(refusal().orElseThrow().text().contains("restricted pool"));
  }

  @Test
  void scatteredPagesBecomeOneRange() {
    TestDevice s = yard.device("s");
    yard.translate(s);
    yard.hints.addAll(List.of(0x1_0300_0000L, 0x1_0500_0000L));
    Allocation a =
        yard.dma()
            .allocAttrs(s, 8192, Gfp.KERNEL, DmaAttrs.of(DmaAttr.ALLOC_SINGLE_PAGES))
            .orElseThrow();
    TestDevice i = yard.device("i");
    RecordingTable mmu = yard.translate(i);
    Segment.DmaOnly seg =
        only(yard.dma().coherentRemap(s, a, i, DmaDirection.TO_DEVICE));
    assertEquals(0x1_0500_0000L, mmu.iovaToPhys(seg.dma() + 4096));
  }

  @Test
  void unmapTwiceIsReported() {
    TestDevice i = yard.device("i");
    yard.translate(i);
    SgTable table = remap(pool(4096), i, DmaDirection.TO_DEVICE).table().orElseThrow();
    yard.dma().coherentUnmap(i, table, DmaDirection.TO_DEVICE);
    assertFalse(yard.hazard("I2"));
    yard.dma().coherentUnmap(i, table, DmaDirection.TO_DEVICE);
    assertTrue(yard.hazard("I2"));
  }

  @Test
  void theLedgerUndoesARemap() {
    TestDevice i = yard.device("i");
    RecordingTable mmu = yard.translate(i);
    remap(pool(4096), i, DmaDirection.TO_DEVICE);
    assertEquals(1, yard.ledger.undo("i"));
    assertTrue(mmu.pages.isEmpty());
  }
}
