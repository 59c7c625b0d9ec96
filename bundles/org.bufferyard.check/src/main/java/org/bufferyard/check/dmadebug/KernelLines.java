package org.bufferyard.check.dmadebug;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Clue;
import org.bufferyard.platform.spec.DeviceSpec;

/**
 * err_printk(): the kernel's lines, {@code DMA-API: <driver> <device>: …}. What the kernel prints as a
 * hashed pointer stands as {@code (ptrval)}; the driver is called by the device's compatible string,
 * or by the bus where that says no more.
 */
final class KernelLines {
  private static final String PREFIX = "DMA-API: ";

  private final CheckSite site;

  /** Devices that may have mappings from before the watch began. */
  private final Set<String> strangers = new HashSet<>();

  /** The event that is being looked at. */
  private Clue now;

  KernelLines(CheckSite site) {
    this.site = site;
    if (site.joined()) {
      site.board().devices().forEach(device -> strangers.add(device.id()));
    }
  }

  void at(Clue event) {
    now = event;
    if (event.event() instanceof DmaEvent.Bound b) {
      strangers.remove(b.element());
    }
  }

  /** Whether all that is mapped for the device of the event was seen. */
  boolean knowsAll() {
    return !strangers.contains(now.event().element());
  }

  Clue now() {
    return now;
  }

  /**
   * A counted error.
   *
   * @param earlier the entry it clashes with
   */
  void error(Rule rule, Optional<Entry> earlier, String text) {
    String element = now.event().element();
    error(rule, element, driver(element), earlier, text);
  }

  /** The same, when the driver is gone already: the bus's name stands for it. */
  void errorWithoutDriver(Rule rule, Optional<Entry> earlier, String text) {
    String element = now.event().element();
    error(rule, element, bus(element), earlier, text);
  }

  private void error(
      Rule rule, String element, String driver, Optional<Entry> earlier, String text) {
    report(rule, element, PREFIX + driver + " " + name(element) + ": " + text, true, earlier);
  }

  /** A line that error_count does not know. */
  void warn(Rule rule, Optional<Entry> earlier, String text) {
    report(rule, now.event().element(), PREFIX + text, false, earlier);
  }

  private void report(
      Rule rule, String element, String line, boolean counted, Optional<Entry> earlier) {
    List<Clue> clues = new ArrayList<>();
    earlier.map(Entry::made).ifPresent(clues::add);
    clues.add(now);
    site.report(
        new Finding(
            Finding.Family.DMA_DEBUG,
            Finding.Severity.ERROR,
            rule,
            element,
            line,
            counted,
            clues));
  }

  private String driver(String element) {
    return site.board()
        .device(element)
        .map(DeviceSpec::model)
        .filter(model -> !model.isEmpty())
        .orElseGet(() -> bus(element));
  }

  private String bus(String element) {
    return site.board().device(element).filter(DeviceSpec::pci).isPresent() ? "pci" : "platform";
  }

  private String name(String element) {
    return site.board()
        .device(element)
        .map(d -> d.path().isEmpty() ? d.name() : d.path())
        .orElse(element);
  }

  static String place(long address, long size) {
    return "[device address=" + hex(address) + "] [size=" + Long.toUnsignedString(size) + " bytes]";
  }

  /** {@code 0x%016llx}. */
  static String hex(long value) {
    return String.format("0x%016x", value);
  }

  /** dir2name[]. */
  static String direction(int code) {
    for (DmaDirection d : DmaDirection.values()) {
      if (d.code() == code) {
        return "DMA_" + d.name();
      }
    }
    return "DMA_NONE";
  }
}
