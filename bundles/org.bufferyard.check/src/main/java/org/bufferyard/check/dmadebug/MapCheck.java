package org.bufferyard.check.dmadebug;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;

/**
 * What is wrong with a mapping when it is made (I10, I12, I19-I22), and the books that remember it.
 *
 * <p>Not modelled: I11, kernel text and rodata. The kernel compares link addresses, and no recorded
 * mapping of text ever reached the line.
 */
final class MapCheck {
  /** Attributes by which a mapping promises to leave caches alone. */
  private static final long CACHE_CLEAN =
      DmaAttr.DEBUGGING_IGNORE_CACHELINES.mask() | DmaAttr.REQUIRE_COHERENT.mask();

  private final PlatformSpec board;
  private final KernelProfile kernel;
  private final EntryHash hash;
  private final ActiveLines active;
  private final KernelLines lines;
  private final long capacity;
  private final Set<Long> stackPages = new HashSet<>();
  private boolean overflowSaid;
  private boolean disabled;

  MapCheck(
      PlatformSpec board,
      KernelProfile kernel,
      EntryHash hash,
      ActiveLines active,
      KernelLines lines,
      long capacity) {
    this.board = board;
    this.kernel = kernel;
    this.hash = hash;
    this.active = active;
    this.lines = lines;
    this.capacity = capacity;
  }

  /** Whether it ran out of memory for entries and stopped looking (I24). */
  boolean disabled() {
    return disabled;
  }

  void clearWarnOnce() {
    overflowSaid = false;
  }

  void stackAt(long phys) {
    stackPages.add(phys >>> PageRef.SHIFT);
  }

  /** check_for_stack(). */
  void stack(long phys) {
    if (stackPages.contains(phys >>> PageRef.SHIFT)) {
      lines.error(
          DebugRules.STACK,
          Optional.empty(),
          "device driver maps memory from stack [probable addr=(ptrval)]");
    }
  }

  void invalidArea(long size) {
    lines.error(
        DebugRules.INVALID_AREA,
        Optional.empty(),
        "device driver maps memory from invalid area [addr=(ptrval)] [len="
            + Long.toUnsignedString(size)
            + "]");
  }

  /** pfn_valid() and no PageReserved(): ordinary RAM, where registers should be. */
  void registers(long phys) {
    if (DebugRules.RAM_RESOURCE.holdsIn(kernel) && isOrdinaryRam(phys)) {
      lines.error(
          DebugRules.RAM_RESOURCE,
          Optional.empty(),
          "dma_map_resource called for RAM address " + KernelLines.hex(phys));
    }
  }

  private boolean isOrdinaryRam(long phys) {
    return board.memory().stream().anyMatch(m -> m.range().contains(phys))
        && board.pools().stream()
            .filter(p -> p.kind() != PoolSpec.Kind.CMA)
            .noneMatch(p -> p.range().contains(phys))
        && board.machine().swiotlb().region().filter(r -> r.contains(phys)).isEmpty();
  }

  /** check_sg_segment(): the CPU entry's length, the mapped segment's addresses. */
  void segment(DmaEvent.SgMapped list, int index) {
    long maxSegment = list.limits().maxSegment();
    long length = list.cpuLengths()[index];
    if (Long.compareUnsigned(length, maxSegment) > 0) {
      lines.error(
          DebugRules.SEGMENT_SIZE,
          Optional.empty(),
          "mapping sg segment longer than device claims to support [len="
              + Long.toUnsignedString(length)
              + "] [max="
              + Long.toUnsignedString(maxSegment)
              + "]");
    }
    long start = list.dma()[index];
    long end = start + list.lengths()[index] - 1;
    long boundary = list.limits().boundary();
    if (((start ^ end) & ~boundary) != 0) {
      lines.error(
          DebugRules.SEGMENT_BOUNDARY,
          Optional.empty(),
          "mapping sg segment across boundary [start="
              + KernelLines.hex(start)
              + "] [end="
              + KernelLines.hex(end)
              + "] [boundary="
              + KernelLines.hex(boundary)
              + "]");
    }
  }

  /** add_dma_entry(). */
  void add(Entry entry, boolean unchecked) {
    if (hash.size() >= capacity) {
      disabled = true;
      lines.warn(
          DebugRules.OUT_OF_MEMORY, Optional.empty(), "debugging out of memory - disabling");
      return;
    }
    hash.add(entry, unchecked);
    ActiveLines.Outcome outcome = active.insert(entry);
    if (outcome == ActiveLines.Outcome.ALONE) {
      return;
    }
    Entry first = active.first(entry);
    boolean forgives = DebugRules.OVERLAP_FORGIVEN.holdsIn(kernel);
    boolean promised = forgives && (entry.attrs() & CACHE_CLEAN) != 0;
    if (outcome == ActiveLines.Outcome.OVERFLOW && !overflowSaid && !promised) {
      // WARN_ONCE: a line of its own, and no error of error_count.
      overflowSaid = true;
      lines.warn(
          DebugRules.OVERLAP,
          Optional.of(first),
          "exceeded "
              + ActiveLines.MAX_OVERLAP
              + " overlapping mappings of cacheline "
              + KernelLines.hex(ActiveLines.line(entry)));
    }
    boolean bothPromised = promised && (first.attrs() & CACHE_CLEAN) != 0;
    boolean skips = (entry.attrs() & DmaAttr.SKIP_CPU_SYNC.mask()) != 0;
    if (!skips && !bothPromised && !(forgives && forgiven(entry))) {
      lines.error(
          DebugRules.OVERLAP,
          Optional.of(first),
          "cacheline tracking EEXIST, overlapping mappings aren't supported");
    }
  }

  /**
   * No alignment asked of DMA buffers (x86), or CONFIG_DMA_BOUNCE_UNALIGNED_KMALLOC with a pool to
   * bounce in.
   */
  private boolean forgiven(Entry entry) {
    MachineSpec machine = board.machine();
    if (machine.architecture() == Architecture.X86) {
      return true;
    }
    return machine.kmallocBounce() && hasPool(entry.made().event().element());
  }

  /** is_swiotlb_active(). */
  private boolean hasPool(String element) {
    return board.machine().swiotlb().mode() != BounceMode.OFF
        || board.device(element).stream()
            .flatMap(d -> d.pools().stream())
            .flatMap(id -> board.pool(id).stream())
            .anyMatch(p -> p.kind() == PoolSpec.Kind.RESTRICTED);
  }
}
