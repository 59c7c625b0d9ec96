package org.bufferyard.scenario.share;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.Frame.BusSegment;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.kernel.Errno;
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
 * Elsewhere nothing exports registers, and the importer's driver has to map them itself (C5). Ops that
 * map pages can be asked for by name: then the driver makes peer-to-peer pages of its registers (F14), as
 * one with a controller memory buffer does.
 */
final class RegisterWindow {
  /** Ops that take registers. */
  private static final List<String> OPS = List.of("phys-vec", "vfio-pci");

  /** Ops that take pages, whatever memory those are in. */
  private static final List<String> PAGE_OPS = List.of("prime", "streaming", "vb2-sg");

  /** PAGES_PER_SUBSECTION: what memory with pages is added in. */
  private static final long SUBSECTION = 2L << 20;

  private final YardDevice device;

  /** All of the device's window. */
  private final PhysRange whole;

  /** As much of it as the buffer is. */
  private final PhysRange window;

  private RegisterWindow(YardDevice device, PhysRange whole, PhysRange window) {
    this.device = device;
    this.whole = whole;
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
    return new RegisterWindow(device, largest, taken);
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
  void check(Optional<String> forcedOps) {
    if (forcedOps.filter(ops -> !OPS.contains(ops)).isPresent() && !hasPages(forcedOps)) {
      throw new BadInputException(
          "the ops " + forcedOps.get() + " take memory, not registers",
          "--ops " + forcedOps.get(),
          "take one of "
              + String.join(", ", OPS)
              + (device.isPci() ? ", " + String.join(", ", PAGE_OPS) : "")
              + ", or leave --ops away");
    }
  }

  /** Whether it has to have pages: for ops that map those. Only a PCI function's driver makes them. */
  boolean hasPages(Optional<String> forcedOps) {
    return device.isPci() && forcedOps.filter(PAGE_OPS::contains).isPresent();
  }

  /** pci_p2pdma_add_resource(), of the whole window: the driver makes pages of it. */
  Optional<Refusal> addPages(Reasons reasons) {
    boolean whole2M = ((whole.base() | whole.size()) & (SUBSECTION - 1)) == 0;
    reasons.step(
        ShareRules.PEER_PAGES,
        device.id(),
        "the driver makes peer-to-peer pages of its registers at "
            + hex(whole.base())
            + ", "
            + whole.size()
            + " bytes"
            + (whole2M ? "" : ": they are no whole blocks of 2 MiB, -EINVAL (check_pfn_span())"),
        "phys",
        hex(whole.base()),
        "size",
        Long.toString(whole.size()));
    return whole2M
        ? Optional.empty()
        : Optional.of(new Refusal(Errno.EINVAL.rc(), "pci_p2pdma_add_resource"));
  }

  /** The ops of the driver, if they take registers, else the plain ones. */
  String ops(String driverOps) {
    return OPS.contains(driverOps) ? driverOps : OPS.getFirst();
  }

  /**
   * As an exporter lists it.
   *
   * @param pages whether the frames have a page each, and are handed out whole
   */
  ExportedMemory memory(boolean pages) {
    long offset = window.base() & (PageRef.SIZE - 1);
    long sizeBytes = pages ? PageRef.align(window.size()) : window.size();
    PageRef first =
        new PageRef(
            window.base() >>> PageRef.SHIFT, pages ? PageBacking.PEER : PageBacking.NONE);
    return new ExportedMemory(
        device,
        sizeBytes,
        Optional.empty(),
        Optional.of(
            SgTable.ofPages(
                List.of(new Segment.PageBacked(first, (int) offset, sizeBytes)))));
  }

  PhysRange range() {
    return window;
  }

  /** Where the device itself finds it. */
  List<BusSegment> segments() {
    return List.of(new BusSegment(window.base(), window.size()));
  }
}
