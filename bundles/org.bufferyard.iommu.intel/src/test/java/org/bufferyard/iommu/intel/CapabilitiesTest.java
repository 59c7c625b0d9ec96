package org.bufferyard.iommu.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.bufferyard.api.iommu.IommuUnit;
import org.junit.jupiter.api.Test;

/** CAP and ECAP, VT-d specification 11.4.2 and 11.4.3. */
class CapabilitiesTest {
  private static Capabilities of(String... parameters) {
    Map<String, String> map = new java.util.HashMap<>();
    for (int i = 0; i < parameters.length; i += 2) {
      map.put(parameters[i], parameters[i + 1]);
    }
    return Capabilities.of(new IommuUnit("dmar0", "intel,vt-d", map));
  }

  @Test
  void theRecordedMachineHasTheRegistersOfItsLog() {
    // DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap d2008c22260206 ecap f00f4a
    Capabilities recorded = of("address-bits", "39");
    assertEquals("d2008c22260206", Long.toHexString(recorded.cap()));
    assertEquals("f00f4a", Long.toHexString(recorded.ecap()));
    assertEquals(recorded, of("cap", "d2008c22260206", "ecap", "0xf00f4a"));
  }

  @Test
  void fieldsStandWhereTheManualHasThem() {
    Capabilities unit = of("address-bits", "57", "scalable-mode", "on");
    assertEquals(6, unit.cap() & 7, "ND: 2^16 domains");
    assertEquals(1 << 3, unit.cap() >>> 8 & 0x1f, "SAGAW bit 3: 57 bits");
    assertEquals(56, unit.cap() >>> 16 & 0x3f, "MGAW");
    assertEquals(0x22, unit.cap() >>> 24 & 0x3ff, "FRO");
    assertEquals(3, unit.cap() >>> 34 & 0xf, "SLLPS: 2 MiB, 1 GiB");
    assertEquals(1, unit.cap() >>> 39 & 1, "PSI");
    assertEquals(18, unit.cap() >>> 48 & 0x3f, "MAMV");
    assertEquals(1, unit.cap() >>> 56 & 1, "FL1GP");
    assertEquals(1, unit.cap() >>> 60 & 1, "FL5LP");
    assertEquals(1, unit.ecap() >>> 1 & 1, "QI");
    assertEquals(0x13, unit.ecap() >>> 35 & 0x1f, "PSS");
    assertEquals(1, unit.ecap() >>> 40 & 1, "PASID");
    assertEquals(1, unit.ecap() >>> 43 & 1, "SMTS");
    assertEquals(3, unit.ecap() >>> 46 & 3, "SLTS, FLTS");
    assertEquals(1, unit.ecap() >>> 48 & 1, "SMPWC");
    assertEquals(1, of("device-tlb", "00:10.0").ecap() >>> 2 & 1, "DT");
  }

  @Test
  void widthsAndLevelsFollowTheRegisters() {
    for (int levels = 3; levels <= 5; levels++) {
      Capabilities unit = of("address-bits", Integer.toString(12 + 9 * levels));
      assertEquals(levels, unit.levels());
      assertEquals(12 + 9 * levels, unit.guestBits());
      assertEquals(65536, unit.domains());
      assertEquals(1, unit.faultRegisters());
    }
    // SAGAW with 39 and 48 bits, MGAW 48: the wider one; 8 fault registers; caching mode.
    Capabilities unit = of("cap", "d2078c222f0686");
    assertEquals(4, unit.levels());
    assertEquals(48, unit.guestBits());
    assertEquals(8, unit.faultRegisters());
    assertTrue(unit.isCachingMode());
    assertFalse(of().isCachingMode());
    assertEquals(2, of().largestLevel());
    assertEquals(1, of("largest-page", "2M").largestLevel());
    assertEquals(0, of("largest-page", "4K").largestLevel());
  }

  @Test
  void tablesAreNoWiderThanTheGuestAddressNeeds() {
    // SAGAW 39, 48 and 57 bits with MGAW 39: the driver's own code took the widest.
    Capabilities narrow = of("cap", "d2008c22260e06");
    assertEquals(5, narrow.levels());
    assertEquals(4, narrow.usefulLevels(), "39 bits are more than 3 levels less one bit");
    assertEquals(3, of("address-bits", "39").usefulLevels());
    assertEquals(5, of("address-bits", "57").usefulLevels());
    assertTrue(narrow.walks(3) && narrow.walks(4) && narrow.walks(5));
    assertFalse(of("address-bits", "39").walks(4));
  }

  @Test
  void firstLevelTablesHaveFiveLevelsWhereBothSidesReachThatFar() {
    assertEquals(4, of("scalable-mode", "on", "address-bits", "48").firstLevels());
    assertEquals(5, of("scalable-mode", "on", "address-bits", "57").firstLevels());
    assertEquals(4, of("scalable-mode", "on", "address-bits", "39").firstLevels());
  }

  @Test
  void scalableModeIsTheUnitsAndTheKernels() {
    assertFalse(of().scalableMode());
    assertFalse(of().hasFirstLevel());
    assertTrue(of().hasSecondLevel());
    assertFalse(of().hasWideDescriptors());
    assertTrue(of("scalable-mode", "on").hasWideDescriptors());
    String both = Long.toHexString(of("scalable-mode", "on").ecap());
    assertTrue(of("ecap", both).scalableMode(), "a unit that can is driven so");
    Capabilities off = of("ecap", both, "scalable-mode", "off");
    assertFalse(off.scalableMode(), "unless the kernel was told not to");
    assertTrue(off.hasWideDescriptors(), "the queue follows the unit");
    assertFalse(of("scalable-mode", "on", "stages", "second").hasFirstLevel());
    assertFalse(of("scalable-mode", "on", "stages", "first").hasSecondLevel());
  }

  @Test
  void badParametersAreRefusedInOneLine() {
    assertRefused("scalable-mode 'yes' is not modelled; give on or off", "scalable-mode", "yes");
    assertRefused(
        "stages 'none' is not modelled; give first, second, both or nested",
        "scalable-mode",
        "on",
        "stages",
        "none");
    assertRefused(
        "cap 'wide' is not modelled; give the hexadecimal number of the kernel's log",
        "cap",
        "wide");
    assertRefused("cap '0' is not modelled; give one with a SAGAW of 39, 48 or 57 bits", "cap", "0");
    assertRefused(
        "ecap 'f00f4a' is not modelled; give one with SMTS for scalable mode",
        "ecap",
        "f00f4a",
        "scalable-mode",
        "on");
    assertRefused(
        "ecap '80000f00f4a' is not modelled; give one with FLTS or SLTS", "ecap", "80000f00f4a");
  }

  private static void assertRefused(String text, String... parameters) {
    assertEquals(
        "VT-d dmar0: " + text,
        assertThrows(IllegalArgumentException.class, () -> of(parameters)).getMessage());
  }
}
