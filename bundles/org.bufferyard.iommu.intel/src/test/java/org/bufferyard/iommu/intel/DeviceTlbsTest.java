package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.VtdBench.GIB;
import static org.bufferyard.iommu.intel.VtdBench.MIB_2;
import static org.bufferyard.iommu.intel.VtdBench.RW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidDeviceTlbInvalidation;
import org.junit.jupiter.api.Test;

/** A device that keeps its own translations. */
class DeviceTlbsTest {
  private static final long PHYS = 0x8_8000_0000L;

  private static VtdBench bench(String devices, String mode) {
    return new VtdBench(
        KernelProfile.DEFAULT, Map.of("device-tlb", devices, "scalable-mode", mode));
  }

  @Test
  void whatADeviceWasToldItUsesUntilItIsToldToForget() {
    for (String mode : List.of("off", "on")) {
      VtdBench bench = bench("00:10.0", mode);
      bench.map(GIB, PHYS, MIB_2, RW);
      assertEquals(new Translated(PHYS, false), bench.access(GIB, true));
      long hits = bench.unit.tlbCounts().hits();
      assertEquals(new Translated(PHYS + 5, false), bench.access(GIB + 5, true));
      assertEquals(hits + 1, bench.unit.tlbCounts().hits(), "without asking");
      bench.domain.unmap(GIB, MIB_2, 1);
      assertEquals(new Translated(PHYS, true), bench.access(GIB, true));
      bench.domain.sync();
      assertTrue(bench.access(GIB, true) instanceof org.bufferyard.api.iommu.Translation.Fault);
    }
  }

  @Test
  void aSilentDeviceGoesOnWithWhatIsGone() {
    VtdBench bench = bench("00:10.0=silent", "off");
    bench.map(GIB, PHYS, 4096, RW);
    bench.access(GIB, true);
    bench.domain.unmap(GIB, 4096, 1);
    bench.domain.sync();
    assertTrue(bench.access(GIB, true) instanceof Translated t && t.phys() == PHYS);
  }

  @Test
  void aBlockedDeviceForgetsEverything() {
    VtdBench bench = bench("00:10.0", "on");
    StreamId pasid = new StreamId("dmar0", List.of(0x80L, 7L));
    assertEquals(0, bench.iommu.attach(pasid, bench.domain));
    bench.map(GIB, PHYS, 4096, RW);
    bench.access(GIB, true);
    bench.iommu.translate(pasid, GIB, true);
    bench.iommu.attach(pasid, bench.iommu.newDomain(DomainType.BLOCKED));
    assertEquals(
        DmarFault.SM_PASID_NOT_PRESENT.at(GIB, true), bench.iommu.translate(pasid, GIB, true));
    assertEquals(new Translated(PHYS, false), bench.access(GIB, true), "the other space stays");
    bench.iommu.detach(bench.device);
    assertEquals(DmarFault.SM_CONTEXT_NOT_PRESENT.at(GIB, true), bench.access(GIB, true));
  }

  @Test
  void anInvalidationWithAPasidReachesThatSpaceAndWithGlobalAll() {
    VtdBench bench = bench("00:10.0", "on");
    StreamId pasid = new StreamId("dmar0", List.of(0x80L, 7L));
    assertEquals(0, bench.iommu.attach(pasid, bench.domain));
    bench.map(GIB, PHYS, 4096, RW);
    for (boolean global : new boolean[] {false, true}) {
      bench.access(GIB, true);
      bench.iommu.translate(pasid, GIB, true);
      long before = bench.unit.tlbCounts().hits();
      bench.unit.flushes().everything();
      bench.unit.hardware().invalidate(
          new PasidDeviceTlbInvalidation(0x80, 0, 0, 7, global, GIB, false));
      bench.access(GIB, true);
      assertEquals(before + (global ? 0 : 1), bench.unit.tlbCounts().hits(), "G " + global);
    }
  }

  @Test
  void contextEntriesLetDevicesAsk() {
    VtdBench bench = bench("00:10.0", "off");
    long context = bench.contextLow(bench.unit.hardware().root());
    assertEquals(0b101, context & 0xf, "TT 01");
  }

  @Test
  void devicesAreNamedByBusDeviceAndFunction() {
    DeviceTlbs tlbs = of("1f:1f.7 00:02.0=silent  ");
    assertTrue(tlbs.has(0x1fff));
    assertTrue(tlbs.has(0x10));
    assertFalse(tlbs.has(0));
    for (String wrong : List.of("0:10.0", "00:20.0", "00:10.8", "00:10.0=loud", "=silent")) {
      assertEquals(
          "VT-d dmar0: device-tlb '"
              + wrong
              + "' is not modelled; give devices as 00:10.0, or with =silent, =gone or =garbled",
          assertThrows(IllegalArgumentException.class, () -> of(wrong)).getMessage());
    }
  }

  private static DeviceTlbs of(String devices) {
    return DeviceTlbs.of(new IommuUnit("dmar0", "intel,vt-d", Map.of("device-tlb", devices)));
  }
}
