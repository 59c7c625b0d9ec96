package org.bufferyard.iommu.exynos.rockchip;

import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.KIB;
import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.MIB;
import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.PAGE;
import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.R;
import static org.bufferyard.iommu.exynos.rockchip.RockchipBench.W;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Errno;
import org.junit.jupiter.api.Test;

class RockchipIommuTest {
  private static final long IOVA = 0x2000_0000L;
  private static final long PHYS = 0x6000_0000L;

  @Test
  void geometryIsElevenSizesIn32BitsOnePageACall() {
    for (RockchipBench bench : List.of(RockchipBench.version1(), RockchipBench.version2())) {
      assertEquals(
          new Geometry(0x007f_f000, 0, 0xffff_ffffL, true, true), bench.domain.geometry());
    }
  }

  @Test
  void aCallMapsAndUnmapsOneSizeWhateverTheCount() {
    RockchipBench bench = RockchipBench.version2();
    assertEquals(64 * KIB, bench.domain.map(IOVA, PHYS, 64 * KIB, 16, R));
    assertEquals(0, bench.domain.iovaToPhys(IOVA + 64 * KIB));
    assertEquals(PAGE, bench.domain.unmap(IOVA, PAGE, 16));
    assertEquals(PHYS + PAGE, bench.domain.iovaToPhys(IOVA + PAGE));
  }

  @Test
  void unmapStopsAtTheFirstInvalidPage() {
    RockchipBench bench = RockchipBench.version1();
    assertEquals(0, bench.domain.unmap(IOVA, MIB, 1), "no page table");
    bench.map(IOVA, PHYS, 16 * KIB, R | W);
    assertEquals(PAGE, bench.domain.unmap(IOVA + 2 * PAGE, PAGE, 1));
    assertEquals(2 * PAGE, bench.domain.unmap(IOVA, 4 * MIB, 1), "up to the hole");
    assertEquals(0, bench.domain.unmap(IOVA, 4 * MIB, 1), "the hole is first now");
    assertEquals(PHYS + 3 * PAGE, bench.domain.iovaToPhys(IOVA + 3 * PAGE), "behind the hole");
  }

  @Test
  void aRemapIsRefusedUnwoundAndSaysWhichPage() {
    RockchipBench bench = RockchipBench.version1();
    bench.map(IOVA + 3 * PAGE, PHYS, PAGE, R);
    assertEquals(
        Errno.EADDRINUSE.rc(), bench.domain.map(IOVA, 0x7000_0000L, 32 * KIB, 1, R | W));
    assertEquals(
        List.of(
            new DmaEvent.KernelMessage(
                "mmu0",
                DmaEvent.MessageClass.WARNING,
                "iova: 0x20003000 already mapped to 0x60000000 cannot remap to phys: 0x70003000"
                    + " prot: 0x3")),
        bench.yard.events().all());
    for (int page = 0; page < 8; page++) {
      assertEquals(
          page == 3 ? PHYS : 0, bench.domain.iovaToPhys(IOVA + page * PAGE), "page " + page);
    }
  }

  @Test
  void withoutMemoryForAPageTableNothingIsSaid() {
    RockchipBench bench = RockchipBench.version2();
    bench.yard.allowTables(0);
    assertEquals(Errno.ENOMEM.rc(), bench.domain.map(IOVA, PHYS, PAGE, 1, R));
    assertEquals(List.of(), bench.yard.events().all());
  }

  @Test
  void aPhysicalAddressTooWideIsCutAndRaisesAHazard() {
    RockchipBench bench = RockchipBench.version1();
    bench.map(IOVA, 0x1_4000_0000L, PAGE, R | W);
    assertEquals(new Translated(0x4000_0000L, false), bench.access(IOVA, true));
    DmaEvent.HazardRaised hazard =
        bench.yard.events().of(DmaEvent.HazardRaised.class).getFirst();
    assertEquals("H6", hazard.rule().id());
    assertEquals(
        "phys 0x140000000 has no bits in a page table entry: iova 0x20000000 reaches 0x40000000"
            + " instead",
        hazard.text());
    RockchipBench wide = RockchipBench.version2();
    wide.map(IOVA, 0xf1_4000_0000L, PAGE, R | W);
    assertEquals(new Translated(0xf1_4000_0000L, false), wide.access(IOVA, true));
    assertEquals(List.of(), wide.yard.events().all());
  }

  @Test
  void aMissingPageAndAMissingRightAreBothPageFaults() {
    RockchipBench bench = RockchipBench.version2();
    bench.map(IOVA, PHYS, PAGE, R);
    bench.map(IOVA + PAGE, PHYS, PAGE, W);
    bench.map(IOVA + 2 * PAGE, PHYS, PAGE, 0);
    assertEquals(new Fault(1, "Page fault", 0x1234, false), bench.access(0x1234, false));
    assertEquals(new Fault(1, "Page fault", IOVA + 1, true), bench.access(IOVA + 1, true));
    assertEquals(0x1, bench.mmu.status() & 0x3, "done, and paging goes on");
    assertEquals(0x20, bench.mmu.status() & 0x20, "the last one was a write");
    assertEquals((int) IOVA + 1, bench.mmu.faultAddress());
    assertEquals(
        new Fault(1, "Page fault", IOVA + PAGE, false), bench.access(IOVA + PAGE, false));
    assertEquals(0, bench.mmu.status() & 0x20, "a read");
    assertInstanceOf(Fault.class, bench.access(IOVA + 2 * PAGE, false));
    assertInstanceOf(Fault.class, bench.access(IOVA + 2 * PAGE, true));
    assertEquals(0, bench.mmu.interrupts(), "acknowledged");
  }

  @Test
  void aTableOutsideMemoryIsABusError() {
    RockchipBench bench = RockchipBench.version1();
    // A DTE to 0x1000, where the bench has no RAM.
    bench.yard.memory().write(bench.directory, new byte[] {1, 0x10, 0, 0}, 0, 4);
    assertEquals(new Fault(2, "BUS_ERROR", 0x123, false), bench.access(0x123, false));
    assertEquals(0, bench.mmu.interrupts());
  }

  @Test
  void aCachedPageIsServedStaleUntilSync() {
    RockchipBench bench = RockchipBench.version2();
    bench.map(IOVA, PHYS, MIB, R | W);
    assertEquals(new Translated(PHYS + 0x5678, false), bench.access(IOVA + 0x5678, false));
    assertEquals(MIB, bench.domain.unmap(IOVA, MIB, 1));
    assertEquals(new Translated(PHYS + 0x5001, true), bench.access(IOVA + 0x5001, false));
    bench.domain.sync();
    assertInstanceOf(Fault.class, bench.access(IOVA + 0x5001, false));
  }

  @Test
  void aPageFaultZapsTheWholeCache() {
    RockchipBench bench = RockchipBench.version2();
    bench.map(IOVA, PHYS, MIB, R | W);
    bench.access(IOVA, false);
    bench.domain.unmap(IOVA, MIB, 1);
    assertEquals(new Translated(PHYS, true), bench.access(IOVA, false));
    assertInstanceOf(Fault.class, bench.access(IOVA + PAGE, false), "another page: not cached");
    assertInstanceOf(Fault.class, bench.access(IOVA, false), "gone with the interrupt");
  }

  @Test
  void aMapZapsItsFirstAndLastPageOnly() {
    RockchipBench bench = RockchipBench.version1();
    bench.map(IOVA, PHYS, 16 * KIB, R | W);
    for (int page = 0; page < 4; page++) {
      bench.access(IOVA + page * PAGE, false);
      bench.poke(IOVA + page * PAGE, 0);
    }
    bench.map(IOVA, PHYS + MIB, 16 * KIB, R | W);
    for (int page = 0; page < 4; page++) {
      long base = page == 0 || page == 3 ? PHYS + MIB : PHYS;
      Translated answer =
          assertInstanceOf(Translated.class, bench.access(IOVA + page * PAGE, false));
      assertEquals(base + page * PAGE, answer.phys(), "page " + page);
    }
  }

  @Test
  void zapsOfAnUnmapLandBeforeThoseOfALaterMap() {
    RockchipBench bench = RockchipBench.version1();
    bench.map(IOVA, PHYS, PAGE, R | W);
    bench.access(IOVA, false);
    bench.domain.unmap(IOVA, PAGE, 1);
    bench.map(IOVA + 4 * MIB, PHYS, PAGE, R | W);
    assertInstanceOf(Fault.class, bench.access(IOVA, false));
  }

  @Test
  void attachingResetsThenPagesFromTheDirectory() {
    RockchipBench bench = RockchipBench.version2();
    Mmu mmu = bench.mmu;
    assertEquals(0x1, mmu.status(), "paging, not stalled");
    assertEquals((int) bench.directory, mmu.dteAddress(), "bit 0 holds no address");
    bench.access(0x1234, true);
    assertEquals(0, bench.iommu.attach(bench.master, bench.iommu.newDomain(DomainType.DMA)));
    assertEquals(0x1, mmu.status(), "the write bit of the fault went with the reset");
    assertEquals(0, mmu.faultAddress());
  }

  @Test
  void attachingTheSameDomainAgainTouchesNothing() {
    RockchipBench bench = RockchipBench.version2();
    bench.access(0x1234, true);
    assertEquals(0, bench.iommu.attach(bench.master, bench.domain));
    assertEquals(0x1234, bench.mmu.faultAddress(), "no reset");
  }

  @Test
  void detachedPagingIsOffAndEverythingPasses() {
    RockchipBench bench = RockchipBench.version2();
    bench.map(IOVA, PHYS, PAGE, R);
    bench.access(IOVA, false);
    bench.iommu.detach(bench.master);
    assertEquals(0, bench.mmu.status());
    assertEquals(0, bench.mmu.dteAddress());
    assertEquals(new Translated(IOVA, false), bench.access(IOVA, true));
    assertEquals(new Translated(0x1_2345_6789L, false), bench.access(0x1_2345_6789L, true));
    assertEquals(0, bench.iommu.attach(bench.master, bench.domain));
    assertEquals(new Translated(PHYS, false), bench.access(IOVA, false), "the table is kept");
  }

  @Test
  void aDomainOfTwoIommusZapsBoth() {
    RockchipBench bench = RockchipBench.version2();
    StreamId second = new StreamId("mmu1", List.of());
    IommuUnit unit = new IommuUnit("mmu1", RockchipIommuKind.VERSION_2, Map.of());
    try (Iommu other = new RockchipIommuKind().open(unit, bench.yard)) {
      assertEquals(0, other.attach(second, bench.domain));
      bench.map(IOVA, PHYS, PAGE, R | W);
      assertEquals(new Translated(PHYS, false), other.translate(second, IOVA, true));
      bench.domain.unmap(IOVA, PAGE, 1);
      assertEquals(new Translated(PHYS, true), other.translate(second, IOVA, true));
      bench.domain.sync();
      assertInstanceOf(Fault.class, other.translate(second, IOVA, true));
    }
  }

  @Test
  void aDomainOfTheOtherVersionIsRefused() {
    RockchipBench bench = RockchipBench.version2();
    RockchipBench old = RockchipBench.version1();
    assertEquals(Errno.EINVAL.rc(), bench.iommu.attach(bench.master, old.domain));
    assertEquals(
        Errno.EINVAL.rc(),
        bench.iommu.attach(new StreamId("mmu0", List.of(1L)), bench.domain),
        "#iommu-cells is 0");
    assertInstanceOf(Fault.class, bench.access(IOVA, false), "still where it was");
  }

  @Test
  void aBlockedDomainIsAnEmptyTable() {
    RockchipBench bench = RockchipBench.version1();
    assertEquals(0, bench.iommu.attach(bench.master, bench.iommu.newDomain(DomainType.BLOCKED)));
    assertEquals(new Fault(1, "Page fault", IOVA, true), bench.access(IOVA, true));
  }

  @Test
  void anotherModelIsRefusedByName() {
    IommuUnit unit = new IommuUnit("mmu0", "rockchip,rk3066-iommu", Map.of());
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> new RockchipIommuKind().open(unit, RockchipBench.version1().yard));
    assertEquals(
        "Rockchip IOMMU mmu0: model 'rockchip,rk3066-iommu' is not modelled; name rockchip,iommu"
            + " or rockchip,rk3568-iommu",
        refusal.getMessage());
  }

  /** As kernels of 64 bits are known to print it. */
  @Test
  void aPageFaultIsPrintedWithTheWalk() {
    IommuBench yard = new IommuBench();
    IommuUnit unit = new IommuUnit("soc/iommu@ff360480", RockchipIommuKind.VERSION_2, Map.of());
    StreamId master = new StreamId(unit.id(), List.of());
    try (Iommu iommu = new RockchipIommuKind().open(unit, yard)) {
      IommuDomain domain = iommu.newDomain(DomainType.DMA);
      String directory = "0x%016x".formatted(yard.liveTables().keySet().iterator().next());
      assertEquals(0, iommu.attach(master, domain));
      iommu.translate(master, 0x15_1800, true);
      assertEquals(
          List.of(
              "rk_iommu ff360480.iommu: Page fault at 0x0000000000151800 of type write",
              "rk_iommu ff360480.iommu: iova = 0x0000000000151800: dte_index: 0x0 pte_index: 0x151"
                  + " page_offset: 0x800",
              "rk_iommu ff360480.iommu: mmu_dte_addr: "
                  + directory
                  + " dte@"
                  + directory
                  + ": 0x000000 valid: 0 pte@0x0000000000000000: 0x000000 valid: 0"
                  + " page@0x0000000000000000 flags: 0x0"),
          said(yard));
      assertEquals(PAGE, domain.map(IOVA, PHYS, PAGE, 1, R));
      yard.events().clear();
      iommu.translate(master, IOVA + 0x123, true);
      String walk = said(yard).getLast();
      assertTrue(walk.contains(": 0x60000003 valid: 1 page@0x0000000060000123 flags: 0x2"), walk);
    }
  }

  private static List<String> said(IommuBench yard) {
    return yard.events().of(DmaEvent.KernelMessage.class).stream()
        .map(DmaEvent.KernelMessage::text)
        .toList();
  }
}
