package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.SecondLevelEntry.ADDRESS_BITS;
import static org.bufferyard.iommu.intel.SecondLevelEntry.address;
import static org.bufferyard.iommu.intel.SecondLevelEntry.isPage;
import static org.bufferyard.iommu.intel.SecondLevelEntry.isPresent;
import static org.bufferyard.iommu.intel.SecondLevelEntry.span;

import org.bufferyard.api.kernel.Errno;

/**
 * The table as {@code generic_pt/iommu_pt.h} keeps it (H3, H4): an occupied entry is refused, a
 * table without pages makes room for a large page, a range that begins at a large page removes it
 * whole, and unmapping ends at the first hole. Engine thread only.
 */
final class GenericTable extends SecondLevelTable {
  private long unmapped;

  GenericTable(TableWords words, Capabilities unit) {
    super(words, unit);
  }

  @Override
  long map(long iova, long phys, int level, long count, int prot) {
    long size = span(level);
    if (phys >>> ADDRESS_BITS != 0 || phys + count * size - 1 >>> ADDRESS_BITS != 0) {
      return Errno.ERANGE.rc();
    }
    for (long done = 0; done < count; done++) {
      long at = entryFor(iova + done * size, level);
      if (at < 0) {
        return done > 0 ? done * size : at;
      }
      words.write(at, SecondLevelEntry.page(phys + done * size, level, prot));
    }
    return count * size;
  }

  /** Where a page's entry goes, with the tables above it; a negative errno. */
  private long entryFor(long iova, int level) {
    long table = top();
    for (int l = levels - 1; l > level; l--) {
      long at = slot(table, iova, l);
      long entry = words.read(at);
      if (!isPresent(entry)) {
        table = descend(at);
        if (table < 0) {
          return table;
        }
      } else if (isPage(entry, l)) {
        return Errno.EADDRINUSE.rc();
      } else {
        table = address(entry);
      }
    }
    long at = slot(table, iova, level);
    long entry = words.read(at);
    if (isPresent(entry)) {
      if (isPage(entry, level) || !isEmpty(address(entry), level - 1)) {
        return Errno.EADDRINUSE.rc();
      }
      freeTree(address(entry), level - 1);
    }
    return at;
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
    while (from <= end) {
      long at = slot(table, from, level);
      long entry = words.read(at);
      boolean whole = (from & span(level) - 1) == 0;
      if (!isPresent(entry) || isPage(entry, level) && !whole) {
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
          words.free(address(entry));
          words.write(at, 0);
        }
      }
      from = (from | span(level) - 1) + 1;
    }
    return true;
  }
}
