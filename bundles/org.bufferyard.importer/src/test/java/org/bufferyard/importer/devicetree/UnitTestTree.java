package org.bufferyard.importer.devicetree;

/**
 * A tree with the addresses that the kernel's unit test of {@code drivers/of/address.c} asks for,
 * and nothing else.
 */
final class UnitTestTree {
  private UnitTestTree() {}

  static TreeWriter write() {
    return TreeWriter.root()
        .cells32()
        .node(
            "testcase-data",
            data ->
                data.cells32()
                    .flag("ranges")
                    .node("address-tests", UnitTestTree::windows)
                    .node("address-tests2", UnitTestTree::translations)
                    .node("platform-tests-2", UnitTestTree::untranslatable));
  }

  private static void windows(TreeWriter tests) {
    tests
        .cells32()
        // The first of these must not be taken for a way to memory.
        .cells("ranges", 0x7000_0000, 0x7000_0000, 0x5000_0000, 0, 0xd000_0000, 0x2000_0000)
        .cells("dma-ranges", 0, 0x2000_0000, 0x4000_0000)
        .node("device@70000000", d -> d.cells("reg", 0x7000_0000, 0x1000))
        .node(
            "bus@80000000",
            bus ->
                bus.cells64()
                    .cells("ranges", 0, 0, 0x8000_0000, 0, 0x10_0000)
                    .cells("dma-ranges", 1, 0, 0, 0x20, 0)
                    .node("device@1000", d -> d.cells("reg", 0, 0x1000, 0, 0x1000)))
        .node(
            "pci@90000000",
            pci ->
                pci.text("device_type", "pci")
                    .cells("#address-cells", 3)
                    .cells("#size-cells", 2)
                    .cells("reg", 0x9000_0000, 0x1000)
                    .cells("ranges", 0x4200_0000, 0, 0x4000_0000, 0x4000_0000, 0, 0x1000_0000)
                    .cells(
                        "dma-ranges",
                        0x4200_0000, 0, 0x8000_0000, 0, 0, 0x1000_0000,
                        0x4200_0000, 0, 0xc000_0000, 0x2000_0000, 0, 0x1000_0000))
        .node(
            "bus@a0000000",
            bus ->
                bus.cells("#address-cells", 3)
                    .cells("#size-cells", 2)
                    .cells(
                        "ranges",
                        0xf00baa, 0, 0, 0xa000_0000, 0, 0x10_0000,
                        0xf00bee, 1, 0, 0xb000_0000, 0, 0x20_0000));
  }

  private static void translations(TreeWriter tests) {
    tests
        .cells("#address-cells", 2)
        .cells("#size-cells", 1)
        .cells(
            "ranges",
            0x1000_0000, 0x100_0000, 0xa000_0000, 0x100_0000,
            0x1000_0000, 0x200_0000, 0xb000_0000, 0x100_0000,
            0x2000_0000, 0x100_0000, 0xc000_0000, 0x100_0000,
            0x2000_0000, 0x200_0000, 0xd000_0000, 0x100_0000,
            0, 0xd100_0000, 0xd100_0000, 0x100_0000,
            0, 0xe800_0000, 0xe800_0000, 0x7f0_0000,
            0, 0xefff_0000, 0xefff_0000, 0x1_0000)
        .node("bus-2cell@10000000", UnitTestTree::twoCells)
        .node("bus-3cell@20000000", UnitTestTree::threeCells)
        .node("pcie@d1070000", UnitTestTree::host);
  }

  private static void twoCells(TreeWriter bus) {
    bus.cells("#address-cells", 2)
        .cells("#size-cells", 1)
        .cells(
            "ranges",
            0x10_0000, 0x1_0000, 0x1000_0000, 0x1a0_0000, 0x1_0000,
            0x10_0000, 0x2_0000, 0x1000_0000, 0x1b0_0000, 0x1_0000,
            0x20_0000, 0x1_0000, 0x2000_0000, 0x1c0_0000, 0x1_0000,
            0x20_0000, 0x2_0000, 0x2000_0000, 0x2d0_0000, 0x1_0000)
        .node(
            "device@100000",
            d ->
                d.cells(
                    "reg",
                    0x10_0000, 0x1_1000, 0x100,
                    0x10_0000, 0x1_2000, 0x100,
                    0x20_0000, 0x1_1000, 0x100,
                    0x20_0000, 0x2_1000, 0x100));
  }

  private static void threeCells(TreeWriter bus) {
    bus.cells("#address-cells", 3)
        .cells("#size-cells", 1)
        .cells(
            "ranges",
            1, 0x10_0000, 0x1_0000, 0x1000_0000, 0x1a0_0000, 0x1_0000,
            2, 0x10_0000, 0x1_0000, 0x1000_0000, 0x1b0_0000, 0x1_0000,
            3, 0x20_0000, 0x1_0000, 0x2000_0000, 0x1c0_0000, 0x1_0000,
            4, 0x20_0000, 0x2_0000, 0x2000_0000, 0x2d0_0000, 0x1_0000)
        .node(
            "local-bus@100000",
            local ->
                local
                    .cells32()
                    .cells(
                        "ranges",
                        0xf100_0000, 1, 0x10_0000, 0x1_0000, 0x1_0000,
                        0xf200_0000, 2, 0x10_0000, 0x1_0000, 0x1_0000,
                        0xf300_0000, 3, 0x20_0000, 0x1_0000, 0x8000,
                        0xf380_0000, 3, 0x20_0000, 0x1_8000, 0x8000,
                        0xf400_0000, 4, 0x20_0000, 0x2_0000, 0x1_0000)
                    .node(
                        "device@f1001000",
                        d ->
                            d.cells(
                                "reg",
                                0xf100_1000, 0x100,
                                0xf200_2000, 0x100,
                                0xf300_1000, 0x100,
                                0xf380_1000, 0x100,
                                0xf400_1000, 0x100)));
  }

  private static void host(TreeWriter host) {
    host.text("device_type", "pci")
        .cells("#address-cells", 3)
        .cells("#size-cells", 2)
        .cells("reg", 0, 0xd107_0000, 0x2_0000)
        .cells(
            "ranges",
            0x8200_0000, 0, 0xe800_0000, 0, 0xe800_0000, 0, 0x7f0_0000,
            0x8100_0000, 0, 0, 0, 0xefff_0000, 0, 0x1_0000)
        .cells("dma-ranges", 0x4300_0000, 0x10, 0, 0, 0, 0, 0x1000_0000)
        .node(
            "pci@0,0",
            bridge ->
                bridge
                    .text("device_type", "pci")
                    .cells("#address-cells", 3)
                    .cells("#size-cells", 2)
                    .cells("reg", 0, 0, 0, 0, 0)
                    .cells(
                        "ranges",
                        0x8200_0000, 0, 0xe800_0000, 0x8200_0000, 0, 0xe800_0000, 0, 0x440_0000)
                    .node("dev@0,0", UnitTestTree::function));
  }

  private static void function(TreeWriter function) {
    function
        .cells("#address-cells", 3)
        .cells("#size-cells", 2)
        .cells("reg", 0x1_0000, 0, 0, 0, 0)
        .cells(
            "ranges",
            0, 0, 0, 0x8201_0000, 0, 0xe800_0000, 0, 0x200_0000,
            1, 0, 0, 0x8201_0000, 0, 0xea00_0000, 0, 0x100_0000)
        .node(
            "local-bus@0",
            bus ->
                bus.cells32()
                    .cells(
                        "ranges",
                        0xa000_0000, 0, 0, 0, 0x200_0000,
                        0xb000_0000, 1, 0, 0, 0x100_0000)
                    .cells("dma-ranges", 0xc000_0000, 0x4300_0000, 0x10, 0, 0x1000_0000)
                    .node(
                        "dev@e0000000",
                        d -> d.cells("reg", 0xa000_1000, 0x1000, 0xb000_2000, 0x2000)));
  }

  /** A bus without {@code ranges} ends the way. */
  private static void untranslatable(TreeWriter tests) {
    tests.node(
        "node",
        n -> n.cells32().node("test-device@100", d -> d.cells("reg", 0x100, 1)));
  }
}
