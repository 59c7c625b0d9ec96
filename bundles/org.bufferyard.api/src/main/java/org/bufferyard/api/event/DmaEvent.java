package org.bufferyard.api.event;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PhysRange;

/**
 * What happened, in one vocabulary for simulated runs and recorded traces.
 *
 * <p>Addresses are unsigned {@code long}s in bytes, lengths are bytes, directions and attributes are
 * the kernel's numbers, devices and domains are the
 * ids of their model elements. Our own readers switch over the family exhaustively; plug-ins take a
 * default arm, since the family grows with minor versions.
 */
public sealed interface DmaEvent {

  /** The id of the model element the event is about: a device, IOMMU, pool or buffer. */
  String element();

  // ---- reasons ----

  /**
   * A rule was applied and decided something: the raw material of a reason chain.
   *
   * @param text one sentence with the numbers in it, as a kernel developer would write it
   * @param values the numbers by name, addresses as {@code 0x…}; iteration order is kept
   */
  record Decided(Rule rule, String element, String text, Map<String, String> values)
      implements DmaEvent {
    public Decided {
      Objects.requireNonNull(rule, "rule");
      values = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(values));
    }
  }

  /** Something went well by luck, or silently wrong: the kernel reports no error here. */
  record HazardRaised(Rule rule, String element, String text) implements DmaEvent {}

  // ---- allocation ----

  /**
   * dma_alloc_attrs and its relatives succeeded.
   *
   * @param source which memory served it
   * @param runs physical runs, in handle order
   * @param scattered whether dma_alloc_noncontiguous() made it; its table is reported by a {@link
   *     SgMapped} of its own
   */
  record Allocated(
      String element,
      long dma,
      long size,
      String source,
      List<PhysRange> runs,
      long attrs,
      boolean scattered)
      implements DmaEvent {}

  record AllocationFailed(String element, long size, String source) implements DmaEvent {}

  /**
   * dma_free_attrs() and its relatives, with the arguments as given; before anything is undone.
   *
   * @param source which memory the CPU address belongs to
   * @param phys memory behind the CPU address; all ones behind the allocation's end
   * @param scattered whether it was dma_free_noncontiguous()
   */
  record Freed(
      String element,
      long dma,
      long size,
      String source,
      long phys,
      long attrs,
      boolean scattered)
      implements DmaEvent {}

  // ---- streaming ----

  record Mapped(String element, long dma, long size, long phys, int direction, long attrs)
      implements DmaEvent {}

  record MapFailed(String element, long size, long phys, int rc) implements DmaEvent {}

  /** dma_mapping_error(): the driver looked whether a mapping had failed. */
  record ErrorChecked(String element, long dma) implements DmaEvent {}

  /**
   * dma_map_single() of a CPU address that stands for no page the caller may map: its page is
   * whatever the arithmetic gives.
   */
  record InvalidAddressMapped(String element, long size) implements DmaEvent {}

  /** The calling thread's stack lies in this frame: no place for DMA. */
  record StackSeen(String element, long phys) implements DmaEvent {}

  /** Arguments as given, whether or not they fit a mapping. */
  record Unmapped(String element, long dma, long size, int direction, long attrs)
      implements DmaEvent {}

  /**
   * dma_map_sg().
   *
   * @param phys of each entry of the CPU list
   * @param cpuLengths bytes of each entry of the CPU list
   * @param dma of each mapped segment
   * @param lengths bytes of each mapped segment
   * @param limits what the device claimed at that moment
   */
  record SgMapped(
      String element,
      int direction,
      long[] phys,
      long[] cpuLengths,
      long[] dma,
      long[] lengths,
      long attrs,
      SegmentLimits limits)
      implements DmaEvent {}

  /**
   * dma_parms of a device.
   *
   * @param maxSegment bytes
   * @param boundary mask, all ones for none
   */
  record SegmentLimits(long maxSegment, long boundary) {}

  record SgMapFailed(String element, int direction, long[] phys, int rc) implements DmaEvent {}

  /**
   * dma_unmap_sg() of as many entries as the arrays hold, before anything is undone.
   *
   * @param dma sg_dma_address() of each entry, whatever stands there
   * @param lengths sg_dma_len() of each entry
   */
  record SgUnmapped(
      String element, int direction, long[] phys, long[] dma, long[] lengths, long attrs)
      implements DmaEvent {}

  /** A sync call with its arguments as given; {@code forDevice} false means for the CPU. */
  record Synced(String element, long dma, long size, int direction, boolean forDevice)
      implements DmaEvent {}

  /** dma_sync_sg_for_cpu() or _for_device() of as many entries as the arrays hold. */
  record SgSynced(
      String element, long[] dma, long[] lengths, int direction, boolean forDevice)
      implements DmaEvent {}

  // ---- the proposal ----

  /** A coherent allocation became addressable for another device (P4): its segments there. */
  record Remapped(String element, int direction, long[] dma, long[] lengths)
      implements DmaEvent {}

  /** The reverse of {@link Remapped} (P5). */
  record RemapUndone(String element, long[] dma, long[] lengths) implements DmaEvent {}

  // ---- IOMMU ----

  /** One iommu:map. {@code element} is the domain's id. */
  record IommuMapped(String element, long iova, long phys, long size, int prot)
      implements DmaEvent {}

  record IommuUnmapped(String element, long iova, long size, long unmapped) implements DmaEvent {}

  /** The hardware refused a transaction; {@code fault} is its own code and name. */
  record Faulted(String element, String iommu, long address, boolean write, String fault)
      implements DmaEvent {}

  // ---- bounce and caches ----

  /**
   * swiotlb_bounced: {@code forced} prints FORCE in the kernel's trace.
   *
   * @param phys the memory to bounce; the kernel's trace prints its bus address instead
   * @param slot where the bounce lies; all ones when the pool had no room and nothing was bounced
   */
  record Bounced(
      String element, long dmaMask, long phys, long size, long slot, boolean forced)
      implements DmaEvent {}

  record CacheCleaned(String element, long phys, long length) implements DmaEvent {}

  record CacheInvalidated(String element, long phys, long length) implements DmaEvent {}

  /**
   * A reader got other bytes than were last written there, since a CPU cache stood between.
   *
   * @param element the reader: a device's id, or {@link #CPU}
   * @param phys of the first wrong byte
   * @param wrong how many bytes of this access were wrong; a device's access is at most a page
   * @param expected the first bytes there as last written, at most eight, in hex
   * @param actual the same bytes as they were read
   * @param why what became of the cache line, one clause
   */
  record StaleRead(
      String element, long phys, long wrong, String expected, String actual, String why)
      implements DmaEvent {
    /** The element of a core. */
    public static final String CPU = "cpu";
  }

  // ---- dma-buf; element is the buffer's id, "buf:" and its inode number ----

  record Exported(String element, String exporter, String ops, long size) implements DmaEvent {}

  record Attached(String element, String importer, boolean dynamic) implements DmaEvent {}

  record BufferMapped(String element, String importer, int direction, int segments)
      implements DmaEvent {}

  record BufferUnmapped(String element, String importer, int direction) implements DmaEvent {}

  record Detached(String element, String importer) implements DmaEvent {}

  record CpuAccess(String element, int direction, boolean begin) implements DmaEvent {}

  record UserMapped(String element, long pageOffset, long size) implements DmaEvent {}

  record Released(String element) implements DmaEvent {}

  // ---- fences ----

  /**
   * dma_fence_init().
   *
   * @param element id of the device whose driver signals it; {@code "timeline:"} and the context where
   *     nobody says
   */
  record FenceMade(String element, long context, long seqno) implements DmaEvent {}

  /**
   * dma_resv_add_fence(); {@code element} is the buffer.
   *
   * @param locked whether the reservation lock was held
   * @param reserved whether a slot had been reserved since the lock was taken
   */
  record FenceAdded(
      String element, long context, long seqno, int usage, boolean locked, boolean reserved)
      implements DmaEvent {}

  /**
   * dma_resv_wait_timeout() of a reservation that has such fences.
   *
   * @param element who waits: id of a device, or of the buffer itself for a CPU
   * @param buffer whose reservation
   * @param usage class that is waited for, with all before it
   * @param over whether all were signaled
   * @param context of the first that was not, else 0
   * @param seqno of the first that was not, else 0
   */
  record FenceWaited(
      String element, String buffer, int usage, boolean over, long context, long seqno)
      implements DmaEvent {}

  record FenceSignaled(String element, long context, long seqno, int status) implements DmaEvent {}

  // ---- devices ----

  /** A device object came into being and its driver was bound to it. */
  record Bound(String element) implements DmaEvent {}

  /** The driver left the device; whatever is mapped for it now is left behind. */
  record Unbound(String element) implements DmaEvent {}

  /** A device moved bytes over the bus. */
  record DeviceAccess(String element, long address, long length, boolean write)
      implements DmaEvent {}

  // ---- the kernel ----

  /** What a kernel log line says, by the classes that recorded logs are compared by. */
  enum MessageClass {
    OVERFLOW,
    BOUNCE_FULL,
    BEYOND_MASK,
    WARNING,
    BUG,
    OOPS,
    IOMMU_FAULT,
    INFO
  }

  record KernelMessage(String element, MessageClass kind, String text) implements DmaEvent {}

  /** The calling thread died inside the kernel. */
  record Oopsed(Rule rule, String element, String text) implements DmaEvent {}

  // ---- the platform itself: none of these happen on a kernel ----

  /** A service was replaced, withdrawn or quarantined in a running yard. */
  record PlatformChanged(String element, String what) implements DmaEvent {}
}
