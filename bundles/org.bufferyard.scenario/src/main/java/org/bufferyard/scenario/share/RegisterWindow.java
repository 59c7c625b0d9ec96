package org.bufferyard.scenario.share;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.Frame.BusSegment;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.yard.YardDevice;

/**
 * Registers of the exporting device as a buffer: the largest of its windows, or as much of that as was
 * asked for. Immutable.
 *
 * <p>A PCI function's driver makes a dma-buf of them where the kernel has the helper for it (F15).
 * Elsewhere nothing exports registers, and the importer's driver has to map them itself (C5).
 */
final class RegisterWindow {
  /** Ops that take registers. */
  private static final List<String> OPS = List.of("phys-vec", "vfio-pci");

  private final YardDevice device;
  private final PhysRange window;

  private RegisterWindow(YardDevice device, PhysRange window) {
    this.device = device;
    this.window = window;
  }

  /**
   * Picks the window.
   *
   * @throws BadInputException when the device has none
   */
  static RegisterWindow of(YardDevice device, long sizeBytes, Reasons reasons) {
    PhysRange largest =
        device.spec().registers().stream()
            .max(Comparator.comparing(PhysRange::size, Long::compareUnsigned))
            .orElseThrow(
                () ->
                    new BadInputException(
                        "device '" + device.name() + "' has no register window",
                        "--memory resource",
                        "give it registers in the model, or take another exporter"));
    boolean fits = Long.compareUnsigned(sizeBytes, largest.size()) <= 0;
    PhysRange taken = fits ? new PhysRange(largest.base(), sizeBytes) : largest;
    reasons.step(
        ShareRules.REGISTERS,
        device.id(),
        "the buffer is its registers at "
            + hex(taken.base())
            + ", "
            + taken.size()
            + " bytes"
            + (fits ? "" : "; its largest window has no more of the " + sizeBytes + " asked for")
            + ": as memory it is taken to answer, which the device decides",
        "phys",
        hex(taken.base()),
        "size",
        Long.toString(taken.size()));
    return new RegisterWindow(device, taken);
  }

  /** Whether a dma-buf can be made of it; if not, the chain gets a step that says why. */
  boolean isExportedIn(KernelProfile kernel, Reasons reasons) {
    boolean helper = ShareRules.PHYS_VEC.holdsIn(kernel);
    if (helper && device.isPci()) {
      return true;
    }
    reasons.step(
        ShareRules.REGISTERS,
        device.id(),
        (helper
                ? "its registers are no PCI function's, and the helper that exports registers takes"
                    + " no others"
                : "this kernel has no helper that exports registers")
            + ": no dma-buf, the importer's driver maps them by their CPU address");
    return false;
  }

  /**
   * Ops that somebody asks for.
   *
   * @throws BadInputException when they are made for memory
   */
  static void check(Optional<String> forcedOps) {
    if (forcedOps.filter(ops -> !OPS.contains(ops)).isPresent()) {
      throw new BadInputException(
          "the ops " + forcedOps.get() + " take memory, not registers",
          "--ops " + forcedOps.get(),
          "take one of " + String.join(", ", OPS) + ", or leave --ops away");
    }
  }

  /** The ops of the driver, if they take registers, else the plain ones. */
  String ops(String driverOps) {
    return OPS.contains(driverOps) ? driverOps : OPS.getFirst();
  }

  /** As an exporter lists it: entries whose frames have no page. */
  ExportedMemory memory() {
    long offset = window.base() & (PageRef.SIZE - 1);
    PageRef first = new PageRef(window.base() >>> PageRef.SHIFT, PageBacking.NONE);
    return new ExportedMemory(
        device,
        window.size(),
        Optional.empty(),
        Optional.of(
            SgTable.ofPages(
                List.of(new Segment.PageBacked(first, (int) offset, window.size())))));
  }

  PhysRange range() {
    return window;
  }

  /** Where the device itself finds it. */
  List<BusSegment> segments() {
    return List.of(new BusSegment(window.base(), window.size()));
  }
}
