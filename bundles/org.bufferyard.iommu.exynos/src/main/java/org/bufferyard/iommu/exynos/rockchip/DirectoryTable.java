package org.bufferyard.iommu.exynos.rockchip;

import static org.bufferyard.iommu.exynos.rockchip.TableWalk.ENTRIES;
import static org.bufferyard.iommu.exynos.rockchip.TableWalk.PAGE;
import static org.bufferyard.iommu.exynos.rockchip.TableWalk.TABLE_SIZE;

import org.bufferyard.api.kernel.Errno;
import org.bufferyard.iommu.exynos.MappedTable;
import org.bufferyard.iommu.exynos.TableMemory;

/**
 * The tables of one domain as the driver keeps them: a directory of 4 KiB and a page table of 4 KiB
 * for each 4 MiB in use (rk_iommu_map, rk_iommu_unmap, rk_iommu_iova_to_phys). A mapping of any
 * size is a run of PTEs in one page table, so nothing remembers afterwards how large it was.
 *
 * <p>A page table is given back with the domain only. Cost: one word read and written a PTE. Engine
 * thread only.
 */
final class DirectoryTable implements MappedTable {
  private final TableMemory memory;
  private final TableEntry format;
  private final TableWalk walk;

  /** Physical address; {@code NONE} without memory and after close. */
  private long directory;

  private long occupiedIova;
  private long occupiedPhys;

  /** A table without mappings. */
  DirectoryTable(TableMemory memory, TableEntry format) {
    this.memory = memory;
    this.format = format;
    this.directory = memory.allocate(TABLE_SIZE);
    this.walk = new TableWalk(memory, format);
    walk.startAt(directory);
  }

  @Override
  public boolean exists() {
    return directory != TableMemory.NONE;
  }

  /** {@inheritDoc} That is DTE_ADDR. */
  @Override
  public long base() {
    return Integer.toUnsignedLong(format.table(directory));
  }

  @Override
  public boolean reaches(long last) {
    return format.reaches(last);
  }

  TableEntry format() {
    return format;
  }

  /**
   * Maps a run of pages, all below one DTE.
   *
   * @return 0; -ENOMEM; or -EADDRINUSE over a valid PTE, with those before it invalid again and
   *     {@link #occupiedIova} and {@link #occupiedPhys} set
   */
  @Override
  public int map(int iova, long phys, long size, int prot) {
    long table = pageTable(iova);
    if (table == TableMemory.NONE) {
      return Errno.ENOMEM.rc();
    }
    long first = TableWalk.pteAddress(table, iova);
    int total = (int) (size / PAGE);
    for (int i = 0; i < total; i++) {
      int pte = memory.read(first + i * 4L);
      if (TableEntry.isValid(pte)) {
        invalidate(first, i);
        occupiedIova = Integer.toUnsignedLong(iova + i * PAGE);
        occupiedPhys = format.address(pte);
        return Errno.EADDRINUSE.rc();
      }
      memory.write(first + i * 4L, format.page(phys + (long) i * PAGE, prot));
    }
    return 0;
  }

  /** IOVA of the page that refused the last {@link #map}. */
  long occupiedIova() {
    return occupiedIova;
  }

  /** Where that page lies. */
  long occupiedPhys() {
    return occupiedPhys;
  }

  /** rk_dte_get_page_table(). */
  private long pageTable(int iova) {
    long at = TableWalk.dteAddress(directory, iova);
    int dte = memory.read(at);
    if (TableEntry.isValid(dte)) {
      return format.address(dte);
    }
    long table = memory.allocate(TABLE_SIZE);
    if (table != TableMemory.NONE) {
      memory.write(at, format.table(table));
    }
    return table;
  }

  /** {@inheritDoc} They end before the first PTE that is invalid. */
  @Override
  public long unmap(int iova, long size) {
    int dte = memory.read(TableWalk.dteAddress(directory, iova));
    if (!TableEntry.isValid(dte)) {
      return 0;
    }
    return invalidate(TableWalk.pteAddress(format.address(dte), iova), (int) (size / PAGE)) * PAGE;
  }

  /** rk_iommu_unmap_iova(): the PTEs that were valid. */
  private int invalidate(long first, int total) {
    for (int i = 0; i < total; i++) {
      int pte = memory.read(first + i * 4L);
      if (!TableEntry.isValid(pte)) {
        return i;
      }
      memory.write(first + i * 4L, TableEntry.invalid(pte));
    }
    return total;
  }

  @Override
  public int walk(int iova) {
    return walk.walk(iova);
  }

  @Override
  public long walkedPhys() {
    return walk.walkedPhys();
  }

  @Override
  public int walkedProt() {
    return walk.walkedProt();
  }

  /** rk_iommu_domain_free(). */
  @Override
  public void close() {
    if (!exists()) {
      return;
    }
    for (int index = 0; index < ENTRIES; index++) {
      int dte = memory.read(directory + index * 4L);
      if (TableEntry.isValid(dte)) {
        memory.free(format.address(dte), TABLE_SIZE);
      }
    }
    memory.free(directory, TABLE_SIZE);
    directory = TableMemory.NONE;
    walk.startAt(TableMemory.NONE);
  }
}
