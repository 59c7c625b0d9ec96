package org.bufferyard.importer.devicetree;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Boards made at random, with all that the importer gives a meaning to. */
final class RandomBoard {
  private static final String[] NAMES = {
    "codec", "vop", "isp", "gpu", "ethernet", "usb", "dma-controller", "timer", "serial"
  };

  private final RandomGenerator random;
  private final List<Integer> phandles = new ArrayList<>(List.of(0));
  private int next = 1;

  private RandomBoard(RandomGenerator random) {
    this.random = random;
  }

  static TreeWriter of(RandomGenerator random) {
    RandomBoard board = new RandomBoard(random);
    TreeWriter root = TreeWriter.root();
    root.text("compatible", "test,board", "test,soc").text("model", "Test board");
    board.cells(root);
    for (int i = random.nextInt(3); i > 0; i--) {
      root.reserve(random.nextLong() & 0xffff_f000L, 0x1000L << random.nextInt(8));
    }
    root.node("memory@0", m -> m.text("device_type", "memory").cells("reg", board.some(4)));
    root.node("reserved-memory", board::reserved);
    root.node("cpus", c -> c.node("cpu@0", cpu -> cpu.text("compatible", "arm,cortex-a76")));
    board.fill(root, 3);
    root.node("__symbols__", s -> s.text("left", "/reserved-memory/pool@0").text("x", "/nowhere"));
    return root;
  }

  /** An overlay that fits such a board: by label and by path, with references of its own. */
  static TreeWriter overlay(RandomGenerator random) {
    RandomBoard board = new RandomBoard(random);
    return TreeWriter.root()
        .node(
            "fragment@0",
            f ->
                f.cells("target", -1)
                    .node("__overlay__", o -> o.flag("no-map").cells("size", board.some(2))))
        .node(
            "fragment@1",
            f ->
                f.text("target-path", "/")
                    .node(
                        "__overlay__",
                        o -> {
                          o.node("first@1", node -> board.unit(node, 0));
                          o.node("extra@2", node -> node.cells("iommus", 1, -1).flag("dma-coherent"));
                        }))
        .node(
            "__local_fixups__",
            l ->
                l.node(
                    "fragment@1",
                    f -> f.node("__overlay__", o -> o.node("extra@2", e -> e.cells("iommus", 0)))))
        .node(
            "__fixups__",
            x ->
                x.text(
                    "left", "/fragment@0:target:0", "/fragment@1/__overlay__/extra@2:iommus:4"))
        .node("__symbols__", s -> s.text("first", "/fragment@1/__overlay__/first@1"));
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private int number() {
    return switch (random.nextInt(5)) {
      case 0 -> 0;
      case 1 -> random.nextInt();
      case 2 -> 0x1000 << random.nextInt(20);
      case 3 -> random.nextInt(4);
      default -> 0x4000_0000;
    };
  }

  private int[] some(int atMost) {
    int[] cells = new int[random.nextInt(atMost + 1)];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = number();
    }
    return cells;
  }

  private void cells(TreeWriter node) {
    node.cells("#address-cells", 1 + random.nextInt(3)).cells("#size-cells", 1 + random.nextInt(2));
  }

  private int phandle(TreeWriter node) {
    node.cells("phandle", next);
    phandles.add(next);
    return next++;
  }

  private int anyPhandle() {
    return chance(20) ? random.nextInt() : phandles.get(random.nextInt(phandles.size()));
  }

  private void reserved(TreeWriter node) {
    cells(node);
    node.flag("ranges");
    for (int i = random.nextInt(4); i >= 0; i--) {
      node.node("pool@" + i, this::region);
    }
  }

  private void region(TreeWriter pool) {
    phandle(pool);
    pool.text("compatible", chance(3) ? "restricted-dma-pool" : "shared-dma-pool");
    for (String flag : List.of("no-map", "reusable", "linux,cma-default", "linux,dma-default")) {
      if (chance(3)) {
        pool.flag(flag);
      }
    }
    if (chance(2)) {
      pool.cells("reg", some(8));
    } else {
      pool.cells("size", some(2)).cells("alignment", some(2)).cells("alloc-ranges", some(8));
    }
    if (chance(4)) {
      pool.cells("iommu-addresses", anyPhandle(), number(), number(), number(), number());
    }
  }

  private void fill(TreeWriter parent, int levels) {
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      String name = NAMES[random.nextInt(NAMES.length)] + "@" + Integer.toHexString(next) + i;
      parent.node(chance(8) ? "pcie@" + next + i : name, node -> unit(node, levels));
    }
  }

  private void unit(TreeWriter node, int levels) {
    int own = phandle(node);
    node.text("compatible", "test,unit", "test,generic").cells("reg", some(6));
    node.text("status", chance(5) ? "disabled" : "okay");
    if (chance(4)) {
      node.cells("#iommu-cells", random.nextInt(3));
    }
    if (chance(2)) {
      node.cells("iommus", anyPhandle(), number(), anyPhandle());
    }
    if (chance(4)) {
      node.cells("memory-region", anyPhandle(), anyPhandle());
    }
    if (chance(4)) {
      node.flag(chance(2) ? "dma-coherent" : "dma-noncoherent");
    }
    if (chance(6)) {
      node.text("interconnect-names", "a", "dma-mem")
          .cells("interconnects", own, anyPhandle(), number())
          .cells("#interconnect-cells", random.nextInt(2));
    }
    if (chance(3)) {
      node.cells("interrupts", number());
    }
    if (levels > 0 && chance(2)) {
      below(node, levels);
    }
  }

  private void below(TreeWriter node, int levels) {
    cells(node);
    if (chance(4)) {
      node.text("device_type", "pci").cells("iommu-map", 0, anyPhandle(), number(), 0x1_0000);
    }
    node.cells("ranges", chance(2) ? some(14) : new int[0]);
    if (chance(2)) {
      node.cells("dma-ranges", chance(3) ? new int[0] : some(21));
    }
    fill(node, levels - 1);
  }
}
