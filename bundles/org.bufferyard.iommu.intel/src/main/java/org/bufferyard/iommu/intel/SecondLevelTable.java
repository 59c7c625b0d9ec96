package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.SecondLevelEntry.ENTRIES;
import static org.bufferyard.iommu.intel.SecondLevelEntry.address;
import static org.bufferyard.iommu.intel.SecondLevelEntry.isPage;
import static org.bufferyard.iommu.intel.SecondLevelEntry.isPresent;
import static org.bufferyard.iommu.intel.SecondLevelEntry.span;

import org.bufferyard.api.kernel.Errno;

/**
 * The second-level table of one domain, in the yard's memory as the hardware walks it: 3 to 5 levels
 * of 512 entries (SEMANTICS H3).
 *
 * <p>How a table is changed belongs to the release: {@link GenericTable} (7.x, {@code
 * generic_pt/iommu_pt.h}) or {@link ClassicTable} ({@code __domain_mapping()}, {@code
 * domain_unmap()}). Shared is the walk. Cost: one word read a level. Engine thread only.
 */
abstract sealed class SecondLevelTable implements AutoCloseable
    permits GenericTable, ClassicTable {
  /** A walk that found no page. */
  static final int NOTHING = -1;

  /** A walk that met a table where no memory answers. */
  static final int BROKEN = -2;

  /** A page where a table was looked for. */
  protected static final long COVERED = -1L << 32;

  protected final TableWords words;

  /** Entries of the table at hand. */
  protected final long[] run = new long[ENTRIES];

  protected final int levels;
  private final int largestLevel;

  /** Physical address of the top table; {@code NONE} without memory and after close. */
  private long top;

  private long leaf;

  SecondLevelTable(TableWords words, Capabilities unit) {
    this.words = words;
    this.levels = unit.levels();
    this.largestLevel = unit.largestLevel();
    this.top = words.allocate();
  }

  final boolean exists() {
    return top != TableWords.NONE;
  }

  final long top() {
    return top;
  }

  /** Bytes that the table translates. */
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

  /**
   * Walks the table.
   *
   * @return level of the page found, whose entry is {@link #leaf}; else {@link #NOTHING} or {@link
   *     #BROKEN}
   */
  final int walk(long iova) {
    if (top == TableWords.NONE) {
      return BROKEN;
    }
    long table = top;
    for (int level = levels - 1; level >= 0; level--) {
      long at = slot(table, iova, level);
      if (!words.answers(at)) {
        return BROKEN;
      }
      long entry = words.read(at);
      if (!isPresent(entry)) {
        return NOTHING;
      }
      if (isPage(entry, level)) {
        leaf = entry;
        return level <= largestLevel ? level : BROKEN;
      }
      table = address(entry);
    }
    return NOTHING;
  }

  /** Entry of the page that the last successful walk found. */
  final long leaf() {
    return leaf;
  }

  /** Physical address behind {@code iova}; 0 where nothing is mapped. */
  final long phys(long iova) {
    if (Long.compareUnsigned(iova, reach()) >= 0) {
      return 0;
    }
    int level = walk(iova);
    return level < 0 ? 0 : (address(leaf) & -span(level)) + (iova & span(level) - 1);
  }

  static final long slot(long table, long iova, int level) {
    return table + (long) SecondLevelEntry.index(iova, level) * SecondLevelEntry.BYTES;
  }

  /** Gives a table and all below it back. */
  protected final void freeTree(long table, int level) {
    if (level > 0) {
      for (int index = 0; index < ENTRIES; index++) {
        long entry = words.read(table + (long) index * SecondLevelEntry.BYTES);
        if (isPresent(entry) && !isPage(entry, level)) {
          freeTree(address(entry), level - 1);
        }
      }
    }
    words.free(table);
  }

  /** Whether a table and all below it hold no page. */
  protected final boolean isEmpty(long table, int level) {
    for (int index = 0; index < ENTRIES; index++) {
      long entry = words.read(table + (long) index * SecondLevelEntry.BYTES);
      if (isPresent(entry) && (isPage(entry, level) || !isEmpty(address(entry), level - 1))) {
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
      if (isPresent(entry) && isPage(entry, l)) {
        return COVERED;
      }
      table = isPresent(entry) ? address(entry) : descend(at);
      if (table < 0) {
        return table;
      }
    }
    return table;
  }

  /** How many of {@code count} entries from {@code iova} on are in one table. */
  protected static int inOneTable(long iova, int level, long count) {
    return (int) Math.min(count, ENTRIES - SecondLevelEntry.index(iova, level));
  }

  /** A new table below an entry that is not present; negative errno without memory. */
  private long descend(long at) {
    long below = words.allocate();
    if (below == TableWords.NONE) {
      return Errno.ENOMEM.rc();
    }
    words.write(at, SecondLevelEntry.table(below));
    return below;
  }

  @Override
  public final void close() {
    if (top != TableWords.NONE) {
      freeTree(top, levels - 1);
      top = TableWords.NONE;
    }
  }
}
