package org.bufferyard.check.dmadebug;

import java.util.Optional;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.kernel.KernelProfile;

/** check_unmap(): an unmap or free against the entry that it must have meant (I1-I9). */
final class UnmapCheck {
  /** Attributes that must be the same at map and unmap. */
  private static final long COMPARED =
      DmaAttr.NO_KERNEL_MAPPING.mask()
          | DmaAttr.FORCE_CONTIGUOUS.mask()
          | DmaAttr.MMIO.mask()
          | DmaAttr.REQUIRE_COHERENT.mask()
          | DmaAttr.PRIVILEGED.mask()
          | DmaAttr.CC_SHARED.mask();

  private final KernelProfile kernel;
  private final EntryHash hash;
  private final ActiveLines active;
  private final KernelLines lines;

  UnmapCheck(KernelProfile kernel, EntryHash hash, ActiveLines active, KernelLines lines) {
    this.kernel = kernel;
    this.hash = hash;
    this.active = active;
    this.lines = lines;
  }

  void check(Entry ref) {
    Optional<EntryHash.Held> found = hash.findExact(ref);
    if (found.isEmpty()) {
      unknown(ref);
      return;
    }
    EntryHash.Held held = found.get();
    compare(ref, held);
    hash.remove(held);
    active.remove(held.entry());
  }

  private void unknown(Entry ref) {
    // The kernel asks dma_mapping_error() itself, which counts as the driver's asking.
    hash.checked(ref.device(), ref.address());
    if (ref.address() == DmaAddress.MAPPING_ERROR) {
      lines.error(
          DebugRules.INVALID_ADDRESS,
          Optional.empty(),
          "device driver tries to free an invalid DMA memory address");
    } else if (lines.knowsAll()) {
      lines.error(
          DebugRules.NOT_ALLOCATED,
          Optional.empty(),
          "device driver tries to free DMA memory it has not allocated "
              + KernelLines.place(ref.address(), ref.size()));
    }
  }

  private void compare(Entry ref, EntryHash.Held held) {
    Entry entry = held.entry();
    String place = KernelLines.place(ref.address(), ref.size());
    compareSize(ref, entry);
    compareKind(ref, entry, place);
    compareList(ref, entry);
    compareDirection(ref, entry, place);
    if (held.unchecked()) {
      lines.error(
          DebugRules.UNCHECKED,
          Optional.of(entry),
          "device driver failed to check map error"
              + place
              + " [mapped as "
              + entry.type().word()
              + "]");
    }
    compareAttributes(ref, entry, place);
  }

  private void compareSize(Entry ref, Entry entry) {
    if (ref.size() != entry.size()) {
      lines.error(
          DebugRules.SIZE,
          Optional.of(entry),
          "device driver frees DMA memory with different size [device address="
              + KernelLines.hex(ref.address())
              + "] [map size="
              + Long.toUnsignedString(entry.size())
              + " bytes] [unmap size="
              + Long.toUnsignedString(ref.size())
              + " bytes]");
    }
  }

  private void compareList(Entry ref, Entry entry) {
    if (ref.callEnts() != 0
        && ref.type() == Entry.Type.SCATTER_GATHER
        && ref.callEnts() != entry.callEnts()) {
      lines.error(
          DebugRules.LIST_COUNT,
          Optional.of(entry),
          "device driver frees DMA sg list with different entry count [map count="
              + entry.callEnts()
              + "] [unmap count="
              + ref.callEnts()
              + "]");
    }
  }

  private void compareDirection(Entry ref, Entry entry, String place) {
    if (ref.direction() != entry.direction()) {
      lines.error(
          DebugRules.DIRECTION,
          Optional.of(entry),
          "device driver frees DMA memory with different direction "
              + place
              + " [mapped with "
              + KernelLines.direction(entry.direction())
              + "] [unmapped with "
              + KernelLines.direction(ref.direction())
              + "]");
    }
  }

  private void compareAttributes(Entry ref, Entry entry, String place) {
    if (DebugRules.ATTRIBUTES.holdsIn(kernel)
        && ((ref.attrs() ^ entry.attrs()) & COMPARED) != 0) {
      lines.error(
          DebugRules.ATTRIBUTES,
          Optional.of(entry),
          "device driver frees DMA memory with different attributes "
              + place
              + " [mapped with 0x"
              + Long.toHexString(entry.attrs())
              + "] [unmapped with 0x"
              + Long.toHexString(ref.attrs())
              + "]");
    }
  }

  private void compareKind(Entry ref, Entry entry, String place) {
    if (ref.type() != entry.type()) {
      lines.error(
          DebugRules.FUNCTION,
          Optional.of(entry),
          "device driver frees DMA memory with wrong function "
              + place
              + " [mapped as "
              + entry.type().word()
              + "] [unmapped as "
              + ref.type().word()
              + "]");
    } else if (entry.type() == Entry.Type.COHERENT && ref.paddr() != entry.paddr()) {
      // %pa brings its own 0x: the kernel prints two.
      lines.error(
          DebugRules.CPU_ADDRESS,
          Optional.of(entry),
          "device driver frees DMA memory with different CPU address "
              + place
              + " [cpu alloc address=0x"
              + KernelLines.hex(entry.paddr())
              + "] [cpu free address=0x"
              + KernelLines.hex(ref.paddr())
              + "]");
    }
  }
}
