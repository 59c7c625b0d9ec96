package org.bufferyard.dma.iommu;

import java.util.Optional;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.dma.mapping.CpuList;
import org.bufferyard.dma.mapping.PeerWays;

/**
 * A scatterlist as iommu_dma_map_sg() lays it out before mapping (D7, N2 step 2): each entry starts
 * on a granule, and padding keeps entries off the device's segment boundary. The padding belongs to
 * the previous entry and is mapped with it.
 *
 * <p>Cost: three longs an entry, one pass.
 */
final class PaddedList {
  /** {@code scatterlist.length} is 32 bits wide. */
  private static final long MAX_ENTRY = 0xffff_ffffL;

  final int entries;

  /** Physical address of the granule in which the entry starts. */
  final long[] base;

  /** Bytes between the granule and the entry. */
  final long[] skip;

  /** Bytes asked for. */
  final long[] length;

  /** Bytes mapped: whole granules, padding included. */
  final long[] padded;

  /** Which entries are bus addresses of peers: no IOVA, and {@link #base} is the bus address. */
  final boolean[] bus;

  /** Bytes of IOVA space: more than {@link #padded} holds where an entry wrapped. */
  private long total;

  private boolean overflow;
  private long padding;

  /**
   * @param checksOverflow whether an entry that padding makes longer than 32 bits is noticed; else
   *     its length wraps, as the kernel's did
   */
  PaddedList(
      SgTable table,
      CpuList cpu,
      Optional<PeerWays> peers,
      long granule,
      long boundaryMask,
      boolean checksOverflow) {
    entries = table.origNents();
    base = new long[entries];
    skip = new long[entries];
    length = new long[entries];
    padded = new long[entries];
    bus = new boolean[entries];
    int previous = -1;
    for (int i = 0; i < entries; i++) {
      if (peers.isPresent() && peers.get().isBusAddress(i)) {
        bus[i] = true;
        base[i] = peers.get().busAddress(i);
        length[i] = cpu.length(i);
        continue;
      }
      // Offset, not physical address: pages are at least as aligned as a granule.
      long off = cpu.offset(i) & (granule - 1);
      long len = (cpu.length(i) + off + granule - 1) & -granule;
      long pad = (boundaryMask - total + 1) & boundaryMask;
      // Unsigned, as the kernel's size_t: for an entry of 0 bytes len - 1 is huge.
      if (previous >= 0 && pad != 0 && Long.compareUnsigned(pad, len - 1) < 0) {
        padding += pad;
        grow(pad);
        long longer = padded[previous] + pad;
        if (checksOverflow && Long.compareUnsigned(longer, MAX_ENTRY) > 0) {
          overflow = true;
          return;
        }
        padded[previous] = longer & MAX_ENTRY;
      }
      base[i] = cpu.phys(i) - off;
      skip[i] = off;
      length[i] = cpu.length(i);
      padded[i] = len;
      grow(len);
      previous = i;
    }
  }

  private void grow(long bytes) {
    long sum = total + bytes;
    if (Long.compareUnsigned(sum, total) < 0) {
      overflow = true;
    }
    total = sum;
  }

  long total() {
    return total;
  }

  /** Bytes of padding, exposed to the device. */
  long padding() {
    return padding;
  }

  /** Whether the list was given up; the entries behind the one that overflowed are not laid out. */
  boolean overflows() {
    return overflow;
  }
}
