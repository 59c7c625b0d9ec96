package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.EntryFormat.address;
import static org.bufferyard.iommu.intel.EntryFormat.isPage;
import static org.bufferyard.iommu.intel.Paging.ENTRIES;
import static org.bufferyard.iommu.intel.Paging.slot;
import static org.bufferyard.iommu.intel.Paging.span;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.kernel.Errno;

/**
 * The page table of one domain, in the yard's memory as the hardware walks it ({@link TableWalker}): 3
 * to 5 levels of entries of either format (SEMANTICS H3, H4).
 *
 * <p>How a table is changed belongs to the release: {@link GenericTable} (7.x, {@code
 * generic_pt/iommu_pt.h}) or {@link ClassicTable} ({@code __domain_mapping()}, {@code
 * domain_unmap()}). Engine thread only.
 */
abstract sealed class PageTable implements AutoCloseable
    permits GenericTable, ClassicTable {
  /** A page where a table was looked for. */
  protected static final long COVERED = -1L << 32;

  protected final TableWords words;

  /** Entries of the table at hand. */
  protected final long[] run = new long[ENTRIES];

  protected final EntryFormat format;
  protected final int levels;

  /** Physical address of the top table; {@code NONE} without memory and after close. */
  private long top;

  /** Tables that a range took along, which caches may still lead into. */
  private final List<Long> dropped = new ArrayList<>();

  PageTable(TableWords words, EntryFormat format, int levels) {
    this.words = words;
    this.format = format;
    this.levels = levels;
    this.top = words.allocate();
  }

  final boolean isFirstLevel() {
    return format instanceof FirstLevelEntry;
  }

  final int levels() {
    return levels;
  }

  /** How many tables ranges took along that no flush has freed yet. */
  final int dropped() {
    return dropped.size();
  }

  /** Gives those back that were dropped after the first {@code kept}: no cache leads there now. */
  final void freeDropped(int kept) {
    List<Long> gone = dropped.subList(kept, dropped.size());
    gone.forEach(words::free);
    gone.clear();
  }

  /** Takes a table away that a range took along; it stays until the next flush. */
  protected final void drop(long table) {
    dropped.add(table);
  }

  final boolean exists() {
    return top != TableWords.NONE;
  }

  final long top() {
    return top;
  }

  /** Bytes that the table has entries for. */
  final long reach() {
    return span(levels);
  }

  /**
   * Maps pages of one size.
   *
   * @param level of the pages
   * @return bytes mapped, fewer when something stood in the way, or a negative errno
   */
  abstract long map(long iova, long phys, int level, long count, int prot);

  /**
   * Unmaps a range.
   *
   * @return bytes that the driver says it unmapped
   */
  abstract long unmap(long iova, long size);

  /** What the last call did that the kernel would not notice; empty: nothing. */
  String hazard() {
    return "";
  }

  /** Entry of the page at {@code iova}; 0 where nothing is mapped. */
  protected final long leafAt(long iova) {
    List<TableWalk.Entry> path = entries(iova);
    return path.isEmpty() || !path.getLast().leaf() ? 0 : path.getLast().descriptor();
  }

  /** The present entries for an address, from the top down; levels count as in the manual, from 1. */
  final List<TableWalk.Entry> entries(long iova) {
    List<TableWalk.Entry> path = new ArrayList<>();
    long table = Long.compareUnsigned(iova, reach()) < 0 ? top : TableWords.NONE;
    for (int level = levels - 1; level >= 0 && table != TableWords.NONE; level--) {
      long entry = words.read(slot(table, iova, level));
      boolean page = isPage(entry, level);
      if (format.isPresent(entry)) {
        path.add(
            new TableWalk.Entry(
                level + 1,
                Paging.index(iova, level),
                entry,
                Paging.BYTES,
                page ? span(level) : 0,
                1));
      }
      table = format.isPresent(entry) && !page ? address(entry) : TableWords.NONE;
    }
    return path;
  }

  /** Physical address behind {@code iova}; 0 where nothing is mapped. */
  final long phys(long iova) {
    // Asked for at every unmap: no list as in entries().
    long table = Long.compareUnsigned(iova, reach()) < 0 ? top : TableWords.NONE;
    for (int level = levels - 1; level >= 0 && table != TableWords.NONE; level--) {
      long entry = words.read(slot(table, iova, level));
      if (!format.isPresent(entry)) {
        return 0;
      }
      if (isPage(entry, level)) {
        return (address(entry) & -span(level)) + (iova & span(level) - 1);
      }
      table = address(entry);
    }
    return 0;
  }

  /** Drops a table and all below it. */
  protected final void dropTree(long table, int level) {
    if (level > 0) {
      for (int index = 0; index < ENTRIES; index++) {
        long entry = words.read(table + (long) index * Paging.BYTES);
        if (format.isPresent(entry) && !isPage(entry, level)) {
          dropTree(address(entry), level - 1);
        }
      }
    }
    drop(table);
  }

  /** Whether a table and all below it hold no page. */
  protected final boolean isEmpty(long table, int level) {
    for (int index = 0; index < ENTRIES; index++) {
      long entry = words.read(table + (long) index * Paging.BYTES);
      if (format.isPresent(entry) && (isPage(entry, level) || !isEmpty(address(entry), level - 1))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The table of a level that holds an address's entry, made where there is none; -ENOMEM, or {@link
   * #COVERED} by a page above that level.
   */
  protected final long tableFor(long iova, int level) {
    long table = top;
    for (int l = levels - 1; l > level; l--) {
      long at = slot(table, iova, l);
      long entry = words.read(at);
      if (format.isPresent(entry) && isPage(entry, l)) {
        return COVERED;
      }
      table = format.isPresent(entry) ? address(entry) : descend(at);
      if (table < 0) {
        return table;
      }
    }
    return table;
  }

  /** How many of {@code count} entries from {@code iova} on are in one table. */
  protected static int inOneTable(long iova, int level, long count) {
    return (int) Math.min(count, ENTRIES - Paging.index(iova, level));
  }

  /** A new table below an entry that is not present; negative errno without memory. */
  private long descend(long at) {
    long below = words.allocate();
    if (below == TableWords.NONE) {
      return Errno.ENOMEM.rc();
    }
    words.write(at, format.table(below));
    return below;
  }

  @Override
  public final void close() {
    if (top != TableWords.NONE) {
      dropTree(top, levels - 1);
      freeDropped(0);
      top = TableWords.NONE;
    }
  }
}
