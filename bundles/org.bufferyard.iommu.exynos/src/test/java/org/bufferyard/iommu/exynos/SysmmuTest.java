package org.bufferyard.iommu.exynos;

import static org.bufferyard.iommu.exynos.SysmmuBench.KIB;
import static org.bufferyard.iommu.exynos.SysmmuBench.MIB;
import static org.bufferyard.iommu.exynos.SysmmuBench.R;
import static org.bufferyard.iommu.exynos.SysmmuBench.W;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Errno;
import org.junit.jupiter.api.Test;

class SysmmuTest {
  private static final long IOVA = 0x2000_0000L;
  private static final long PHYS = 0x6000_0000L;

  @Test
  void geometryIsThreeSizesIn32BitsOnePageACall() {
    assertEquals(
        new Geometry(0x1000 | 0x1_0000 | 0x10_0000, 0, 0xffff_ffffL, true, true),
        new SysmmuBench("5").domain.geometry());
  }

  @Test
  void aCallMapsOnePageWhateverTheCount() {
    SysmmuBench bench = new SysmmuBench("5");
    assertEquals(4 * KIB, bench.domain.map(IOVA, PHYS, 4 * KIB, 16, R));
    assertEquals(0, bench.domain.iovaToPhys(IOVA + 4 * KIB));
    assertEquals(4 * KIB, bench.domain.unmap(IOVA, 4 * KIB, 16));
  }

  @Test
  void unmapCountsPagesThatWereNotThere() {
    SysmmuBench bench = new SysmmuBench("5");
    assertEquals(MIB, bench.domain.unmap(IOVA, MIB, 1), "no second level: all that was asked for");
    bench.map(IOVA, PHYS, 4 * KIB, R);
    assertEquals(4 * KIB, bench.domain.unmap(IOVA + 64 * KIB, 64 * KIB, 1), "an empty entry");
  }

  @Test
  void aPartOfALargerPageIsNotUnmappedAndWarned() {
    SysmmuBench bench = new SysmmuBench("3");
    bench.map(IOVA, PHYS, MIB, R | W);
    assertEquals(0, bench.domain.unmap(IOVA, 64 * KIB, 1));
    bench.map(IOVA + MIB, PHYS, 64 * KIB, R | W);
    assertEquals(0, bench.domain.unmap(IOVA + MIB, 4 * KIB, 1));
    assertEquals(
        List.of(
            new DmaEvent.KernelMessage(
                "sysmmu0",
                DmaEvent.MessageClass.WARNING,
                "exynos_iommu_unmap: Failed: size(0x10000) @ 0x20000000 is smaller than page size"
                    + " 0x100000"),
            new DmaEvent.KernelMessage(
                "sysmmu0",
                DmaEvent.MessageClass.WARNING,
                "exynos_iommu_unmap: Failed: size(0x1000) @ 0x20100000 is smaller than page size"
                    + " 0x10000")),
        bench.yard.events().all());
    assertEquals(new Translated(PHYS, false), bench.access(IOVA, true));
  }

  @Test
  void aRemapIsRefusedAndWarned() {
    SysmmuBench bench = new SysmmuBench("5");
    bench.map(IOVA, PHYS, 4 * KIB, R);
    assertEquals(Errno.EADDRINUSE.rc(), bench.domain.map(IOVA, PHYS, 4 * KIB, 1, R));
    assertEquals(
        List.of(
            new DmaEvent.KernelMessage(
                "sysmmu0",
                DmaEvent.MessageClass.WARNING,
                "exynos_iommu_map: Failed(-98) to map 0x1000 bytes @ 0x20000000")),
        bench.yard.events().all());
  }

  @Test
  void faultsUpToVersion3HaveOneBitForAMissingPageAndTwoForAccess() {
    SysmmuBench bench = new SysmmuBench("3");
    bench.map(IOVA, PHYS, 4 * KIB, R);
    bench.map(IOVA + MIB, PHYS, MIB, 0);
    assertEquals(new Fault(0, "PAGE FAULT", 0x1234, false), bench.access(0x1234, false));
    assertEquals(new Fault(0, "PAGE FAULT", 0x1234, true), bench.access(0x1234, true));
    assertEquals(
        new Fault(7, "AW ACCESS PROTECTION FAULT", IOVA + 1, true), bench.access(IOVA + 1, true));
    assertEquals(
        new Fault(5, "AR ACCESS PROTECTION FAULT", IOVA + MIB, false),
        bench.access(IOVA + MIB, false));
  }

  @Test
  void faultsOfVersion5SayTheDirectionAndWritesStand16BitsHigher() {
    SysmmuBench bench = new SysmmuBench("5");
    bench.map(IOVA, PHYS, 64 * KIB, W);
    bench.map(IOVA + MIB, PHYS, MIB, R);
    assertEquals(new Fault(1, "AR PAGE FAULT", 0x1234, false), bench.access(0x1234, false));
    assertEquals(new Fault(17, "AW PAGE FAULT", 0x1234, true), bench.access(0x1234, true));
    assertEquals(
        new Fault(3, "AR ACCESS PROTECTION FAULT", IOVA, false), bench.access(IOVA, false));
    assertEquals(
        new Fault(19, "AW ACCESS PROTECTION FAULT", IOVA + MIB, true),
        bench.access(IOVA + MIB, true));
  }

  @Test
  void aTableOutsideMemoryIsABusErrorOrAWalkFault() {
    for (String version : List.of("3", "5")) {
      SysmmuBench bench = new SysmmuBench(version);
      // A link to 0x1000 (version 5: 0x10000), where the bench has no RAM.
      bench.yard.memory().write(bench.firstLevel(), new byte[] {1, 0x10, 0, 0}, 0, 4);
      assertEquals(
          version.equals("3")
              ? new Fault(3, "BUS ERROR FAULT", 0, false)
              : new Fault(0, "AR PTW FAULT", 0, false),
          bench.access(0, false));
    }
  }

  @Test
  void aPhysicalAddressTooWideIsCutAndRaisesAHazard() {
    SysmmuBench bench = new SysmmuBench("3");
    bench.map(IOVA, 0x1_4000_0000L, 4 * KIB, R | W);
    assertEquals(new Translated(0x4000_0000L, false), bench.access(IOVA, true));
    DmaEvent.HazardRaised hazard =
        bench.yard.events().of(DmaEvent.HazardRaised.class).getFirst();
    assertEquals("H5", hazard.rule().id());
    assertEquals(
        "phys 0x140000000 has no bits in a 32-bit entry: iova 0x20000000 reaches 0x40000000"
            + " instead",
        hazard.text());
    SysmmuBench wide = new SysmmuBench("5");
    wide.map(IOVA, 0x1_4000_0000L, 4 * KIB, R | W);
    assertEquals(new Translated(0x1_4000_0000L, false), wide.access(IOVA, true));
    assertEquals(List.of(), wide.yard.events().all());
  }

  @Test
  void aCachedPageIsServedStaleUntilSync() {
    for (String version : List.of("2", "3.3", "5")) {
      SysmmuBench bench = new SysmmuBench(version);
      bench.map(IOVA, PHYS, MIB, R | W);
      assertEquals(new Translated(PHYS + 0x5678, false), bench.access(IOVA + 0x5678, false));
      assertEquals(MIB, bench.domain.unmap(IOVA, MIB, 1));
      assertEquals(new Translated(PHYS + 0x5001, true), bench.access(IOVA + 0x5001, false));
      assertTrue(
          bench.access(IOVA + 0x6000, false) instanceof Fault, "another set: it was not cached");
      bench.domain.sync();
      assertTrue(bench.access(IOVA + 0x5001, false) instanceof Fault);
    }
  }

  @Test
  void aNewSecondLevelFlushesTheWholeTlbInVersion5Only() {
    for (String version : List.of("2", "3.2", "3.3", "5")) {
      SysmmuBench bench = new SysmmuBench(version);
      bench.map(IOVA, PHYS, MIB, R | W);
      bench.access(IOVA, false);
      bench.domain.unmap(IOVA, MIB, 1);
      bench.map(IOVA + MIB, PHYS, 4 * KIB, R | W);
      assertEquals(
          !version.equals("5"), bench.access(IOVA, false) instanceof Translated, version);
    }
  }

  @Test
  void withoutAttachmentTheSysmmuIsDisabledAndEverythingPasses() {
    SysmmuBench bench = new SysmmuBench("5");
    bench.iommu.detach(bench.master);
    assertEquals(new Translated(0x1_2345_6789L, false), bench.access(0x1_2345_6789L, true));
  }

  @Test
  void aDomainOfTwoSysmmusFlushesBoth() {
    SysmmuBench bench = new SysmmuBench("5");
    StreamId second = new StreamId("sysmmu1", List.of());
    try (Iommu other =
        new SysmmuKind()
            .open(new IommuUnit("sysmmu1", "samsung,exynos-sysmmu", Map.of()), bench.yard)) {
      assertEquals(0, other.attach(second, bench.domain));
      bench.map(IOVA, PHYS, 4 * KIB, R | W);
      assertEquals(new Translated(PHYS, false), other.translate(second, IOVA, true));
      bench.domain.unmap(IOVA, 4 * KIB, 1);
      assertEquals(new Translated(PHYS, true), other.translate(second, IOVA, true));
      bench.domain.sync();
      assertTrue(other.translate(second, IOVA, true) instanceof Fault);
    }
  }

  @Test
  void aDomainOfOtherDescriptorsIsRefused() {
    SysmmuBench bench = new SysmmuBench("5");
    SysmmuBench old = new SysmmuBench("3");
    assertEquals(Errno.EINVAL.rc(), bench.iommu.attach(bench.master, old.domain));
    assertEquals(
        Errno.EINVAL.rc(),
        bench.iommu.attach(new StreamId("sysmmu0", List.of(1L)), bench.domain),
        "#iommu-cells is 0");
  }

  @Test
  void aBlockedDomainIsAnEmptyTable() {
    SysmmuBench bench = new SysmmuBench("5");
    assertEquals(0, bench.iommu.attach(bench.master, bench.iommu.newDomain(DomainType.BLOCKED)));
    assertEquals(new Fault(17, "AW PAGE FAULT", IOVA, true), bench.access(IOVA, true));
  }

  @Test
  void theVersionIsFiveUnlessItIsSaid() {
    assertEquals(new SysmmuVersion(5, 0), SysmmuVersion.of(unit(Map.of())));
    assertEquals(new SysmmuVersion(3, 3), SysmmuVersion.of(unit(Map.of("version", "3.3"))));
    for (String wrong : List.of("", "0", "6", "v5", "3.", "3.333", "-1", "5\n")) {
      IllegalArgumentException refusal =
          assertThrows(
              IllegalArgumentException.class,
              () -> SysmmuVersion.of(unit(Map.of("version", wrong))));
      assertEquals(
          "SysMMU sysmmu0: version '" + wrong + "' is not modelled; give 1 to 5 or 3.3",
          refusal.getMessage());
    }
  }

  /** Up to version 3 a missing page has one bit, which counts as a read. */
  @Test
  void aFaultIsPrintedWithMasterAndDirection() {
    String[] lines = {
      "[READ] PAGE FAULT occurred at 0x20000123",
      "[WRITE] ACCESS PROTECTION FAULT occurred at 0x20100004",
      "[WRITE] PAGE FAULT occurred at 0x20000123",
      "[WRITE] ACCESS PROTECTION FAULT occurred at 0x20100004"
    };
    for (int i = 0; i < lines.length; i += 2) {
      SysmmuBench bench = new SysmmuBench(i == 0 ? "3.3" : "5");
      bench.map(IOVA + MIB, PHYS, 4 * KIB, R);
      bench.access(IOVA + 0x123, true);
      bench.access(IOVA + MIB + 4, true);
      assertTrue(bench.iommu.printsFaults());
      assertEquals(
          List.of(
              "exynos-sysmmu sysmmu0: (unassigned sid): " + lines[i],
              "exynos-sysmmu sysmmu0: (unassigned sid): " + lines[i + 1]),
          bench.yard.events().of(DmaEvent.KernelMessage.class).stream()
              .map(DmaEvent.KernelMessage::text)
              .toList());
    }
  }

  private static IommuUnit unit(Map<String, String> parameters) {
    return new IommuUnit("sysmmu0", "samsung,exynos-sysmmu", parameters);
  }
}
