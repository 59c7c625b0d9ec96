package org.bufferyard.iommu.exynos;

import static org.bufferyard.iommu.exynos.SysmmuBench.R;
import static org.bufferyard.iommu.exynos.SysmmuBench.W;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bufferyard.api.iommu.IommuProt;
import org.junit.jupiter.api.Test;

/** Entries as hexadecimal words, worked out by hand from the driver's macros. */
class DescriptorTest {
  private static final Descriptor V1 = Descriptor.V1;
  private static final Descriptor V5 = Descriptor.V5;

  @Test
  void v1SmallPageHasTypeBit1AccessBit4AndReadOnlyBit9() {
    assertEquals(0x4000_1012, V1.small(0x4000_1000L, R | W));
    assertEquals(0x4000_1212, V1.small(0x4000_1000L, R));
    assertEquals(0x4000_1002, V1.small(0x4000_1000L, 0));
  }

  @Test
  void v1LargePageHasTypeBit0() {
    assertEquals(0x4001_0011, V1.large(0x4001_0000L, R | W));
    assertEquals(0x4001_0211, V1.large(0x4001_0000L, R));
  }

  @Test
  void v1SectionHasTypeBit1AccessBit10AndReadOnlyBit15() {
    assertEquals(0x4010_0402, V1.section(0x4010_0000L, R | W));
    assertEquals(0x4010_8402, V1.section(0x4010_0000L, R));
    assertEquals(0x4010_0002, V1.section(0x4010_0000L, 0));
  }

  @Test
  void v1WriteOnlyIsReadWrite() {
    assertEquals(V1.small(0x5000_0000L, R | W), V1.small(0x5000_0000L, W));
    assertEquals(V1.large(0x5000_0000L, R | W), V1.large(0x5000_0000L, W));
    assertEquals(V1.section(0x5000_0000L, R | W), V1.section(0x5000_0000L, W));
  }

  @Test
  void v5PagesHoldThePhysicalAddressShiftedBy4AndAccessInBits3And2() {
    assertEquals(0x1234_560e, V5.small(0x1_2345_6000L, R | W));
    assertEquals(0x1234_5606, V5.small(0x1_2345_6000L, R));
    assertEquals(0x1234_560a, V5.small(0x1_2345_6000L, W));
    assertEquals(0x1234_500d, V5.large(0x1_2345_0000L, R | W));
  }

  @Test
  void v5SectionHasAccessInBits5And4() {
    assertEquals(0x1234_0032, V5.section(0x1_2340_0000L, R | W));
    assertEquals(0x1234_0012, V5.section(0x1_2340_0000L, R));
    assertEquals(0x1234_0022, V5.section(0x1_2340_0000L, W));
  }

  @Test
  void linksHoldTheSecondLevelAndType1() {
    assertEquals(0x4000_4401, V1.link(0x4000_4400L));
    assertEquals(0x0400_0441, V5.link(0x4000_4400L));
    assertEquals(0x4000_4400L, V1.table(0x4000_4401));
    assertEquals(0xf_4000_4400L, V5.table(V5.link(0xf_4000_4400L)));
  }

  @Test
  void otherProtectionBitsAreDropped() {
    int all = IommuProt.CACHE | IommuProt.NOEXEC | IommuProt.MMIO | IommuProt.PRIV;
    for (Descriptor format : Descriptor.values()) {
      assertEquals(format.small(0x5000_0000L, R), format.small(0x5000_0000L, R | all));
      assertEquals(format.section(0x5000_0000L, W), format.section(0x5000_0000L, W | all));
    }
  }

  @Test
  void physicalAddressesHave32BitsInV1And36InV5() {
    assertTrue(V1.reaches(0xffff_ffffL));
    assertFalse(V1.reaches(0x1_0000_0000L));
    assertTrue(V5.reaches(0xf_ffff_ffffL));
    assertFalse(V5.reaches(0x10_0000_0000L));
    assertFalse(V5.reaches(-1L));
    assertEquals(0xf_ffff_f000L, V5.page(V5.small(0xf_ffff_f000L, R), 4096));
    assertEquals(0xf_fff0_0000L, V5.page(V5.section(0xf_fff0_0000L, R | W), 1 << 20));
  }

  @Test
  void anEntryOfBothTypeBitsIsASmallPageBelowAndAFaultAbove() {
    assertTrue(Descriptor.isSmall(3));
    assertFalse(Descriptor.isLarge(3));
    assertFalse(Descriptor.isLink(3));
    assertFalse(Descriptor.isSection(3));
  }
}
