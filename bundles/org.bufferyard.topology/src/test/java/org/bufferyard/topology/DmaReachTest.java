package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.platform.spec.DeviceSpec.Reach;
import org.junit.jupiter.api.Test;

/** A3 to A6, with the numbers of boards that are sold. */
class DmaReachTest {
  private static final String DEV = "<components T:Device\" id=\"d\" name=\"d\" model=\"m\" %s/>";

  private static Reach reach(String content) {
    return TestBoards.compile(content).device("d").orElseThrow().reach();
  }

  private static String bus(String attributes, String content) {
    return "<components T:Bus\" " + attributes + ">" + content + "</components>";
  }

  private static String named(String name) {
    return "id=\"" + name + "\" name=\"" + name + "\"";
  }

  private static String device(String attributes) {
    return DEV.formatted(attributes);
  }

  private static String window(String dma, String parent, String size) {
    return "<dmaRanges dma=\"%s\" parent=\"%s\" size=\"%s\"/>".formatted(dma, parent, size);
  }

  @Test
  void withoutAnyWindowsThereIsNoMap() {
    Reach reach = reach(device(""));
    assertTrue(reach.rangeMap().isIdentity());
    assertEquals(0, reach.busDmaLimit());
    assertEquals(OptionalLong.of(0xffff_ffffL), reach.dmaMask());
    assertEquals(0xffff_ffffL, reach.coherentDmaMask());
    assertFalse(reach.masksStated());
  }

  @Test
  void anOffsetBusTranslates() {
    // bcm2711 /soc: dma-ranges = <0xc0000000  0x0 0x00000000  0x40000000>
    Reach reach = reach(bus(named("soc"), window("0xc0000000", "0x0", "1G") + device("")));
    assertEquals(List.of(new DmaRange(0, 0xc000_0000L, 1L << 30)), reach.rangeMap().regions());
    assertEquals(0xffff_ffffL, reach.busDmaLimit());
    assertEquals(0xc000_1000L, reach.rangeMap().toDma(0x1000));
  }

  @Test
  void theBusLimitIsExactWhileMasksAreRounded() {
    // bcm2711 PCIe: a window of 3 GiB; A5's consequence
    Reach reach = reach(bus(named("pcie"), window("0x0", "0x0", "3G") + device("")));
    assertEquals(0xbfff_ffffL, reach.busDmaLimit());
    assertEquals(OptionalLong.of(0xffff_ffffL), reach.dmaMask());
    // A window of 512 MiB narrows the masks themselves.
    Reach narrow = reach(bus(named("usb"), window("0x0", "0x0", "512M") + device("")));
    assertEquals(OptionalLong.of(0x1fff_ffffL), narrow.dmaMask());
    assertEquals(0x1fff_ffffL, narrow.coherentDmaMask());
  }

  @Test
  void neighboursMerge() {
    // bcm2712 /axi: five entries, two regions
    Reach reach =
        reach(
            bus(
                named("axi"),
                window("0x0", "0x0", "64G")
                    + window("0x1000000000", "0x1000000000", "4G")
                    + window("0x1400000000", "0x1400000000", "16G")
                    + window("0x1800000000", "0x1800000000", "16G")
                    + window("0x1c00000000", "0x1c00000000", "16G")
                    + device("")));
    assertEquals(
        List.of(
            new DmaRange(0, 0, 0x11_0000_0000L),
            new DmaRange(0x14_0000_0000L, 0x14_0000_0000L, 0xc_0000_0000L)),
        reach.rangeMap().regions());
    assertEquals(0x1f_ffff_ffffL, reach.busDmaLimit());
  }

  @Test
  void entriesOfDifferentFlagsDoNotMerge() {
    String first = window("0x0", "0x0", "1G").replace("/>", " flags=\"0x2000000\"/>");
    String second = window("0x40000000", "0x40000000", "1G").replace("/>", " flags=\"0x43000000\"/>");
    Reach reach = reach(bus(named("pcie"), first + second + device("")));
    assertEquals(2, reach.rangeMap().regions().size());
  }

  @Test
  void anAbsentPropertyIsToleratedOnlyAtTheFirstBus() {
    String window = window("0xc0000000", "0x0", "1G");
    // device -> i2c (absent) -> soc (window): used
    assertFalse(
        reach(bus(named("soc"), window + bus(named("i2c"), device("")))).rangeMap().isIdentity());
    // device -> a (absent) -> b (absent) -> soc: -ENODEV
    assertTrue(
        reach(bus(named("soc"), window + bus(named("b"), bus(named("a"), device("")))))
            .rangeMap()
            .isIdentity());
    // device -> a (absent) -> b (empty) -> soc: goes on
    assertFalse(
        reach(
                bus(
                    named("soc"),
                    window
                        + bus(
                            named("b") + " emptyDmaRanges=\"true\"", bus(named("a"), device("")))))
            .rangeMap()
            .isIdentity());
    // device -> a (empty) -> b (absent) -> soc: -ENODEV
    assertTrue(
        reach(
                bus(
                    named("soc"),
                    window
                        + bus(
                            named("b"), bus(named("a") + " emptyDmaRanges=\"true\"", device("")))))
            .rangeMap()
            .isIdentity());
  }

  @Test
  void parentAddressesAreTranslatedFurtherUp() {
    // child window 0..512M lands at 0x20000000 on soc, whose own window shifts by -0x20000000 + 1G
    Reach reach =
        reach(
            bus(
                named("soc"),
                window("0x20000000", "0x40000000", "1G")
                    + bus(
                        named("child"),
                        window("0x0", "0x20000000", "512M")
                            + window("0x90000000", "0x90000000", "4K")
                            + device(""))));
    // The second entry leads nowhere on soc and is skipped.
    assertEquals(List.of(new DmaRange(0x4000_0000L, 0, 512L << 20)), reach.rangeMap().regions());
  }

  @Test
  void noUsableWindowIsSaid() {
    BoardReading reading =
        TestBoards.read(
            "",
            "<components T:Memory\" id=\"ram\" name=\"ram\" base=\"0x0\" size=\"1G\"/>"
                + bus(
                    named("soc"),
                    window("0x0", "0x0", "1G")
                        + bus(named("c"), window("0x0", "0x90000000", "4K") + device(""))));
    assertEquals(1, reading.warnings("f").size());
    assertTrue(reading.warnings("f").getFirst().contains("-EINVAL (A4)"), reading.toString());
  }

  @Test
  void aDmaParentIsAnotherWay() {
    Reach reach =
        reach(
            bus(named("mbus"), window("0x0", "0x10000000", "1G"))
                + bus(named("soc"), device("dmaParent=\"mbus\"")));
    assertEquals(0x1000_0000L, reach.rangeMap().regions().getFirst().cpu());
  }

  @Test
  void statedMasksStandAsTheDriverSetsThem() {
    Reach reach =
        reach(
            bus(
                named("soc"),
                window("0x0", "0x0", "512M")
                    + device("dmaMaskBits=\"64\" coherentMaskBits=\"0\"")));
    assertEquals(OptionalLong.of(-1L), reach.dmaMask());
    assertEquals(0, reach.coherentDmaMask());
    assertEquals(0x1fff_ffffL, reach.busDmaLimit());
    assertTrue(reach.masksStated());
  }

  @Test
  void theNearestThatSaysSoDecidesCoherency() {
    assertFalse(reach(device("")).coherent());
    assertTrue(reach(device("coherency=\"coherent\"")).coherent());
    assertTrue(
        reach(bus(named("soc") + " coherency=\"coherent\"", bus(named("a"), device(""))))
            .coherent());
    assertFalse(
        reach(
                bus(
                    named("soc") + " coherency=\"coherent\"",
                    bus(named("a") + " coherency=\"noncoherent\"", device(""))))
            .coherent());
  }

  @Test
  void x86IsCoherentUnlessItSaysOtherwise() {
    String content =
        "<components T:Memory\" id=\"ram\" name=\"ram\" base=\"0x0\" size=\"1G\"/>" + device("");
    assertTrue(
        TestBoards.read("architecture=\"x86\"", content)
            .orThrow("f")
            .device("d")
            .orElseThrow()
            .reach()
            .coherent());
    assertFalse(
        TestBoards.read("architecture=\"x86\" dmaDefaultCoherent=\"false\"", content)
            .orThrow("f")
            .device("d")
            .orElseThrow()
            .reach()
            .coherent());
  }
}
