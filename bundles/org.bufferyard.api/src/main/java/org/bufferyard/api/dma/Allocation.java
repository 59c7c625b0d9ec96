package org.bufferyard.api.dma;

import java.util.List;
import java.util.Objects;
import org.bufferyard.api.memory.PhysRange;

/**
 * The result of dma_alloc_attrs() and its relatives: an identity, compared by reference.
 *
 * <p>Immutable; whether it is still allocated is the ledger's knowledge.
 */
public final class Allocation {

  /** How the CPU reaches it. */
  public enum CpuAddress {
    LINEAR,
    /** Through the vmalloc area: remapped or a pool's write-combining mapping. */
    VMALLOC,
    /** DMA_ATTR_NO_KERNEL_MAPPING: the address is an opaque cookie. */
    COOKIE
  }

  private final String owner;
  private final long sizeBytes;
  private final long handle;
  private final List<PhysRange> runs;
  private final AllocationSource source;
  private final CpuAddress cpuAddress;
  private final DmaAttrs attrs;

  /**
   * @param owner id of the device it was allocated for
   * @param sizeBytes as asked for, not rounded
   * @param handle bus address or IOVA for the owner
   * @param runs physical memory in handle order, page-granular
   */
  public Allocation(
      String owner,
      long sizeBytes,
      long handle,
      List<PhysRange> runs,
      AllocationSource source,
      CpuAddress cpuAddress,
      DmaAttrs attrs) {
    this.owner = Objects.requireNonNull(owner, "owner");
    this.sizeBytes = sizeBytes;
    this.handle = handle;
    this.runs = List.copyOf(runs);
    this.source = Objects.requireNonNull(source, "source");
    this.cpuAddress = Objects.requireNonNull(cpuAddress, "cpuAddress");
    this.attrs = Objects.requireNonNull(attrs, "attrs");
  }

  public String owner() {
    return owner;
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  public long handle() {
    return handle;
  }

  public List<PhysRange> runs() {
    return runs;
  }

  public AllocationSource source() {
    return source;
  }

  public CpuAddress cpuAddress() {
    return cpuAddress;
  }

  public DmaAttrs attrs() {
    return attrs;
  }

  /** Physical address of byte {@code offset}; all ones beyond the last run. */
  public long physAt(long offset) {
    long rest = offset;
    for (PhysRange run : runs) {
      if (Long.compareUnsigned(rest, run.size()) < 0) {
        return run.base() + rest;
      }
      rest -= run.size();
    }
    return -1L;
  }
}
