package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.VtdBench.GIB;
import static org.bufferyard.iommu.intel.VtdBench.MIB_2;
import static org.bufferyard.iommu.intel.VtdBench.RW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

final class VtdTest {
  private static final long PHYS = 0x8_8000_0000L;
  private final VtdBench bench = new VtdBench();

  @Test
  void faultsCarryTheReasonsOfTheDriver() {
    bench.map(0x1000, PHYS, 4096, IommuProt.READ);
    bench.map(0x2000, PHYS, 4096, IommuProt.WRITE);
    assertEquals(
        new Fault(5, "PTE Write access is not set", 0x1000, true), bench.access(0x1000, true));
    assertEquals(
        new Fault(6, "PTE Read access is not set", 0x2000, false), bench.access(0x2000, false));
    assertEquals(
        new Fault(6, "PTE Read access is not set", 0x9000, false), bench.access(0x9000, false));
    assertEquals(
        new Fault(4, "Access beyond MGAW", 1L << 39, false), bench.access(1L << 39, false));
    assertEquals(
        new Fault(2, "Present bit in context entry is clear", 0x1000, false),
        bench.iommu.translate(new StreamId("dmar0", List.of(0x88L)), 0x1000, false));
    assertEquals(
        new Fault(1, "Present bit in root entry is clear", 0x1000, false),
        bench.iommu.translate(new StreamId("dmar0", List.of(0x188L)), 0x1000, false));
  }

  @Test
  void addressesBeyondMgawFaultWhateverTheTableHas() {
    VtdBench narrow = new VtdBench(KernelProfile.LINUX_7_3, Map.of("cap", "d2008c22260e06"));
    assertEquals((1L << 39) - 1, narrow.domain.geometry().apertureEnd());
    assertEquals(
        new Fault(4, "Access beyond MGAW", 1L << 39, false), narrow.access(1L << 39, false));
    narrow.map((1L << 39) - 4096, PHYS, 4096, RW);
    assertEquals(new Translated(PHYS, false), narrow.access((1L << 39) - 4096, true));
  }

  @Test
  void aContextEntryWithAWidthThatTheUnitLacksIsInvalid() {
    long root = bench.unit.hardware().root();
    long context = (bench.word(root) & -4096L) + VtdBench.SOURCE * 16L;
    bench.yard.memory().write(context + 8, new byte[] {2}, 0, 1);
    assertEquals(
        new Fault(3, "Invalid context entry", 0x1000, true), bench.access(0x1000, true));
  }

  @Test
  void beforeTheGenericTablesEveryPageCanBeRead() {
    for (KernelProfile kernel : List.of(KernelProfile.LINUX_6_12, KernelProfile.LINUX_7_3)) {
      VtdBench unit = new VtdBench(kernel, Map.of());
      unit.map(0x2000, PHYS, 4096, IommuProt.WRITE);
      assertEquals(new Translated(PHYS, false), unit.access(0x2000, true));
      assertEquals(
          kernel == KernelProfile.LINUX_6_12
              ? new Translated(PHYS, false)
              : new Fault(6, "PTE Read access is not set", 0x2000, false),
          unit.access(0x2000, false));
    }
  }

  @Test
  void aFaultIsPrintedAsTheDriverPrintsIt() {
    for (KernelProfile kernel : List.of(KernelProfile.LINUX_6_12, KernelProfile.LINUX_7_3)) {
      VtdBench unit = new VtdBench(kernel, Map.of());
      unit.access(0xffff_e010L, true);
      String segment = kernel == KernelProfile.LINUX_7_3 ? "0000:" : "";
      assertEquals(
          "DMAR: [DMA Write NO_PASID] Request device ["
              + segment
              + "00:10.0] fault addr 0xffffe000 [fault reason 0x05] PTE Write access is not set",
          unit.yard.events().of(DmaEvent.KernelMessage.class).getLast().text());
    }
  }

  @Test
  void theInterruptRangeIsNeverTranslated() {
    for (long address : new long[] {0xfee0_0000L, 0xfeef_ffffL}) {
      assertEquals(
          new Fault(0, "UNSUPPORTED REQUEST", address, true), bench.access(address, true));
    }
    assertEquals(0, bench.yard.events().of(DmaEvent.KernelMessage.class).size(), "not in the log");
    bench.map(0x1000, 0xfee0_1000L, 4096, RW);
    assertEquals(
        new Fault(0xe, "Unknown", 0x1000, true),
        bench.access(0x1000, true),
        "LGN.4: nor may a page lead there");
    assertEquals(
        new Fault(5, "PTE Write access is not set", 0xfef0_0000L, true),
        bench.access(0xfef0_0000L, true));
  }

  @Test
  void geometryFollowsTheCapabilities() {
    assertEquals(
        new Geometry(
            0x4020_1000L,
            0,
            (1L << 39) - 1,
            true,
            false,
            java.util.Set.of(Geometry.Trait.TAKES_RANGES, Geometry.Trait.DEFERS_FLUSHES)),
        bench.domain.geometry());
    VtdBench old =
        new VtdBench(
            KernelProfile.named("6.1").orElseThrow(),
            Map.of("address-bits", "57", "largest-page", "2M"));
    assertEquals(
        new Geometry(
            0x20_1000L,
            0,
            (1L << 57) - 1,
            true,
            false,
            java.util.Set.of(Geometry.Trait.DEFERS_FLUSHES)),
        old.domain.geometry());
    old.map((1L << 57) - MIB_2, PHYS, MIB_2, RW);
    assertEquals(new Translated(PHYS + MIB_2 - 1, false), old.access((1L << 57) - 1, true));
  }

  @Test
  void theCacheAnswersUntilSync() {
    bench.map(GIB, PHYS, MIB_2, RW);
    assertEquals(new Translated(PHYS + 5, false), bench.access(GIB + 5, true));
    bench.domain.unmap(GIB, MIB_2, 1);
    assertEquals(new Translated(PHYS + MIB_2 - 1, true), bench.access(GIB + MIB_2 - 1, true));
    bench.map(GIB, PHYS + GIB, MIB_2, RW);
    assertEquals(new Translated(PHYS, true), bench.access(GIB, true));
    bench.domain.sync();
    assertEquals(new Translated(PHYS + GIB, false), bench.access(GIB, true));
  }

  @Test
  void domainsOfTwoDevicesHaveTagsOfTheirOwn() {
    StreamId other = new StreamId("dmar0", List.of(0x1f42L));
    var second = bench.iommu.newDomain(DomainType.DMA);
    assertEquals(0, bench.iommu.attach(other, second));
    bench.map(GIB, PHYS, 4096, RW);
    assertEquals(4096, second.map(GIB, PHYS + 4096, 4096, 1, RW));
    assertEquals(new Translated(PHYS, false), bench.access(GIB, true));
    assertEquals(new Translated(PHYS + 4096, false), bench.iommu.translate(other, GIB, true));
    bench.domain.unmap(GIB, 4096, 1);
    bench.domain.sync();
    assertEquals(new Translated(PHYS + 4096, false), bench.iommu.translate(other, GIB, true));
  }

  @Test
  void aDomainServesDevicesOfOneGroup() {
    StreamId other = new StreamId("dmar0", List.of(0x81L));
    assertEquals(0, bench.iommu.attach(other, bench.domain));
    bench.map(GIB, PHYS, 4096, RW);
    assertEquals(new Translated(PHYS, false), bench.iommu.translate(other, GIB, true));
    bench.iommu.detach(bench.device);
    assertEquals(new Translated(PHYS, false), bench.iommu.translate(other, GIB, true));
    bench.domain.close();
    assertEquals(2, ((Fault) bench.iommu.translate(other, GIB, true)).code());
  }

  @Test
  void aRequesterIdHasSixteenBits() {
    for (List<Long> cells : List.of(List.<Long>of(), List.of(1L, 2L), List.of(0x1_0000L))) {
      assertEquals(
          Errno.EINVAL.rc(), bench.iommu.attach(new StreamId("dmar0", cells), bench.domain));
    }
  }

  @Test
  void unknownParametersAreRefusedInOneLine() {
    for (Map<String, String> wrong :
        List.of(Map.of("address-bits", "40"), Map.of("largest-page", "512G"))) {
      IllegalArgumentException refusal =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  new VtdKind()
                      .open(new IommuUnit("dmar0", "intel,vt-d", wrong), bench.yard));
      assertEquals(
          wrong.containsKey("address-bits")
              ? "VT-d dmar0: address-bits '40' is not modelled; give 39, 48 or 57"
              : "VT-d dmar0: largest-page '512G' is not modelled; give 4K, 2M or 1G",
          refusal.getMessage());
    }
  }
}
