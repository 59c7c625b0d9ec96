package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.EntryFormat.address;
import static org.bufferyard.iommu.intel.EntryFormat.isPage;
import static org.bufferyard.iommu.intel.Paging.ENTRIES;
import static org.bufferyard.iommu.intel.Paging.span;

/**
 * The table as {@code drivers/iommu/intel/iommu.c} kept it itself: __domain_mapping() leaves an
 * entry that is set already as it is and goes on, a large page drops the table in its place, and
 * intel_iommu_unmap() reports at least the span of the level at which its walk ended, mapped or not.
 * Engine thread only.
 */
final class ClassicTable extends PageTable {
  private String hazard = "";

  ClassicTable(TableWords words, EntryFormat format, int levels) {
    super(words, format, levels);
  }

  @Override
  String hazard() {
    return hazard;
  }

  @Override
  long map(long iova, long phys, int level, long count, int prot) {
    hazard = "";
    long size = span(level);
    long done = 0;
    while (done < count) {
      long at = iova + done * size;
      long table = tableFor(at, level);
      if (table < 0 && table != COVERED) {
        return done > 0 ? done * size : table;
      }
      int entries = inOneTable(at, level, count - done);
      if (table == COVERED) {
        // The kernel would walk on into the page as if it were a table.
        noteSet(at, leafAt(at), format.page(phys + done * size, level, prot));
      } else {
        fill(Paging.slot(table, at, level), entries, at, phys + done * size, level, prot);
      }
      done += entries;
    }
    return count * size;
  }

  private void fill(long at, int count, long iova, long phys, int level, int prot) {
    words.read(at, run, count);
    for (int i = 0; i < count; i++) {
      long entry = run[i];
      long wanted = format.page(phys + i * span(level), level, prot);
      if (format.isPresent(entry) && isPage(entry, level)) {
        noteSet(iova + i * span(level), entry, wanted);
        continue;
      }
      if (format.isPresent(entry)) {
        // switch_to_super_page()
        dropTree(address(entry), level - 1);
      }
      run[i] = wanted;
    }
    words.write(at, run, count);
  }

  /** cmpxchg64_local() found something: a message and a stack dump, five times a boot. */
  private void noteSet(long iova, long entry, long wanted) {
    hazard =
        "DMAR: ERROR: DMA PTE for vPFN 0x%x already set (to %x not %x)"
            .formatted(iova >>> Paging.PAGE_SHIFT, entry, wanted);
  }

  @Override
  long unmap(long iova, long size) {
    hazard = "";
    long bytes = Math.max(size, span(endOfWalk(iova)));
    long last = Math.min(iova + bytes - 1, reach() - 1);
    clear(top(), levels - 1, iova, last);
    return bytes;
  }

  /** pfn_to_dma_pte() with no target level: where it meets a page or nothing. */
  private int endOfWalk(long iova) {
    long table = top();
    for (int level = levels - 1; level > 0; level--) {
      long entry = words.read(Paging.slot(table, iova, level));
      if (!format.isPresent(entry) || isPage(entry, level)) {
        return level;
      }
      table = address(entry);
    }
    return 0;
  }

  /** dma_pte_clear_level(). */
  private void clear(long table, int level, long first, long last) {
    long from = first;
    int index = Paging.index(first, level);
    if (level == 0) {
      words.clear(Paging.slot(table, first, 0), inOneTable(first, 0, (last - first >>> 12) + 1));
      return;
    }
    while (index < ENTRIES && from <= last) {
      long at = Paging.slot(table, from, level);
      long entry = words.read(at);
      long end = from | span(level) - 1;
      boolean whole = (from & span(level) - 1) == 0 && last >= end;
      if (format.isPresent(entry)) {
        if (whole || isPage(entry, level)) {
          if (!whole) {
            hazard = "unmap of a part of a large page: the kernel would walk into the page";
          }
          if (!isPage(entry, level)) {
            dropTree(address(entry), level - 1);
          }
          words.write(at, 0);
        } else {
          clear(address(entry), level - 1, from, last);
        }
      }
      from = end + 1;
      index++;
    }
  }
}
