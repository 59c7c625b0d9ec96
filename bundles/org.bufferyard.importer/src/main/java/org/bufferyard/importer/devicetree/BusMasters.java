package org.bufferyard.importer.devicetree;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which nodes access memory on their own. A devicetree does not say so; some properties prove it,
 * and the rest is a guess by what a node is called and how it is reached. Stateless.
 */
final class BusMasters {
  /** What a node's place in the model rests on. */
  enum Evidence {
    /** A property that only makes sense for a device that accesses memory. */
    PROVEN,
    /** Memory-mapped, with an interrupt, and of no kind that is known to be passive. */
    GUESSED,
    /** Nothing speaks for it. */
    NONE
  }

  private static final List<String> PROOF =
      List.of("iommus", "dma-coherent", "dma-noncoherent", "#dma-cells");

  /** Generic names (Devicetree Specification v0.4, 2.2.2) of what has registers and no DMA. */
  private static final Set<String> PASSIVE =
      Set.of(
          "adc", "bus", "cache-controller", "chipid", "clock", "clock-controller", "clocks",
          "codec-analog", "cpu", "efuse", "fuse", "gpio", "gpio-controller", "hwlock",
          "hwspinlock", "i2c", "i3c", "interrupt-controller", "interrupts", "iommu", "keyboard",
          "keypad", "l2-cache", "lcd-panel", "led-controller", "mailbox", "memory",
          "memory-controller", "msi-controller", "mux-controller", "nvmem", "otp", "phy",
          "pinctrl", "pin-controller", "pinmux", "pmu", "power-controller", "power-management",
          "pwm", "qfprom", "regulator", "reset-controller", "rng", "rtc", "sensor", "serial",
          "soc", "spi", "spmi", "sram", "syscon", "sysc", "syscon-poweroff", "sysreg",
          "system-controller", "temperature-sensor", "thermal", "thermal-sensor", "timer", "tsadc",
          "tsens", "uart", "usb-phy", "video-phy", "watchdog");

  private BusMasters() {}

  static Evidence of(TreeNode node, AddressTranslation registers) {
    if (node.compatible().isEmpty() || node.has("#iommu-cells")) {
      return Evidence.NONE;
    }
    boolean proven =
        PROOF.stream().anyMatch(node::has)
            || node.has("memory-region")
            || node.property("interconnect-names")
                .map(names -> names.texts().contains("dma-mem"))
                .orElse(false);
    if (proven) {
      return Evidence.PROVEN;
    }
    boolean interrupts = node.has("interrupts") || node.has("interrupts-extended");
    boolean passive = PASSIVE.contains(node.plainName()) || node.has("interrupt-controller");
    return interrupts && !passive && Ranges.register(node, 0, registers).isPresent()
        ? Evidence.GUESSED
        : Evidence.NONE;
  }

  /** Why a node that says what it is does not stand in the draft. */
  static String whyNot(TreeNode node, AddressTranslation registers) {
    if (node.has("dmas")) {
      return "its memory accesses are made by the DMA controller in its dmas";
    }
    if (PASSIVE.contains(node.plainName()) || node.has("interrupt-controller")) {
      return "a " + node.plainName() + " makes no memory accesses";
    }
    Optional<?> register = Ranges.register(node, 0, registers);
    return register.isPresent() ? "no interrupt and no sign of DMA" : "not on a memory bus";
  }
}
