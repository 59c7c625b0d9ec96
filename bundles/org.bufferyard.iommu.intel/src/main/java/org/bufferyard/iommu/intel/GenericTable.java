package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.EntryFormat.address;
import static org.bufferyard.iommu.intel.EntryFormat.isPage;
import static org.bufferyard.iommu.intel.Paging.ADDRESS_BITS;
import static org.bufferyard.iommu.intel.Paging.span;

import org.bufferyard.api.kernel.Errno;

/**
 * The table as {@code generic_pt/iommu_pt.h} keeps it (H3, H4): an occupied entry is refused, a
 * table without pages makes room for a large page, a range that begins at a large page removes it
 * whole, and unmapping ends at the first hole. Engine thread only.
 */
final class GenericTable extends PageTable {
  private long unmapped;

  GenericTable(TableWords words, EntryFormat format, int levels) {
    super(words, format, levels);
  }

  @Override
  long map(long iova, long phys, int level, long count, int prot) {
    long size = span(level);
    if (phys >>> ADDRESS_BITS != 0 || phys + count * size - 1 >>> ADDRESS_BITS != 0) {
      return Errno.ERANGE.rc();
    }
    long done = 0;
    while (done < count) {
      long at = iova + done * size;
      long table = tableFor(at, level);
      if (table < 0) {
        long errno = table == COVERED ? Errno.EADDRINUSE.rc() : table;
        return done > 0 ? done * size : errno;
      }
      int entries = inOneTable(at, level, count - done);
      int written = fill(Paging.slot(table, at, level), entries, phys + done * size, level, prot);
      done += written;
      if (written < entries) {
        return done > 0 ? done * size : Errno.EADDRINUSE.rc();
      }
    }
    return count * size;
  }

  /** Writes entries of one table up to the first that is occupied; how many. */
  private int fill(long at, int count, long phys, int level, int prot) {
    words.read(at, run, count);
    int free = 0;
    while (free < count && makesRoom(run[free], level)) {
      free++;
    }
    for (int i = 0; i < free; i++) {
      run[i] = format.page(phys + i * span(level), level, prot);
    }
    words.write(at, run, free);
    return free;
  }

  private boolean makesRoom(long entry, int level) {
    if (!format.isPresent(entry)) {
      return true;
    }
    if (isPage(entry, level) || !isEmpty(address(entry), level - 1)) {
      return false;
    }
    dropTree(address(entry), level - 1);
    return true;
  }

  @Override
  long unmap(long iova, long size) {
    unmapped = 0;
    unmapBelow(top(), levels - 1, iova, iova + size - 1);
    return unmapped;
  }

  /** __unmap_range(): false when it met a hole or began inside a large page. */
  private boolean unmapBelow(long table, int level, long first, long last) {
    long from = first;
    long end = Math.min(last, first | span(level + 1) - 1);
    if (level == 0) {
      return unmapPages(Paging.slot(table, first, 0), (int) (end - first >>> 12) + 1);
    }
    while (from <= end) {
      long at = Paging.slot(table, from, level);
      long entry = words.read(at);
      boolean whole = (from & span(level) - 1) == 0;
      if (!format.isPresent(entry) || isPage(entry, level) && !whole) {
        return false;
      }
      if (isPage(entry, level)) {
        words.write(at, 0);
        unmapped += span(level);
      } else {
        if (!unmapBelow(address(entry), level - 1, from, end)) {
          return false;
        }
        if (whole && end - from >= span(level) - 1) {
          drop(address(entry));
          words.write(at, 0);
        }
      }
      from = (from | span(level) - 1) + 1;
    }
    return true;
  }

  private boolean unmapPages(long at, int count) {
    words.read(at, run, count);
    int present = 0;
    while (present < count && format.isPresent(run[present])) {
      present++;
    }
    words.clear(at, present);
    unmapped += present * span(0);
    return present == count;
  }
}
