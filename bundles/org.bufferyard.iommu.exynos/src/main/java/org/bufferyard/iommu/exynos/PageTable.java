package org.bufferyard.iommu.exynos;

import static org.bufferyard.iommu.exynos.Descriptor.LARGE_PAGE;
import static org.bufferyard.iommu.exynos.Descriptor.SECTION;
import static org.bufferyard.iommu.exynos.Descriptor.SMALL_PAGE;
import static org.bufferyard.iommu.exynos.Descriptor.SMALL_PER_LARGE;

import org.bufferyard.api.kernel.Errno;

/**
 * The two-level table of one domain, held in the yard's memory as the hardware reads it: a first
 * level of 4096 entries (16 KiB, one a MiB), second levels of 256 (1 KiB, one a page), all entries
 * little-endian 32-bit (exynos_iommu_map, exynos_iommu_unmap, exynos_iommu_iova_to_phys).
 *
 * <p>A first-level entry without a mapping points to a second level that is all zero, shared by all
 * domains of a SysMMU: version 3.3 would cache a faulty first-level entry and go on faulting.
 *
 * <p>A second level is given back when a section replaces it while it is empty, or with the domain.
 *
 * <p>Cost: two word reads a walk, no allocation. Engine thread only.
 */
final class PageTable implements MappedTable {
  static final long L1_SIZE = 16 << 10;
  static final long L2_SIZE = 1 << 10;

  private static final int L1_ENTRIES = 4096;
  private static final int L2_ENTRIES = 256;

  private final TableMemory memory;
  private final Descriptor format;
  private final int zeroLink;

  /** Free entries of the second level below each first-level entry (lv2entcnt). */
  private final short[] free = new short[L1_ENTRIES];

  /** Physical address of the first level; {@code NONE} without memory and after close. */
  private long l1 = TableMemory.NONE;

  private long walkedPhys;
  private int walkedProt;
  private boolean replacedZeroLink;

  /**
   * A table without mappings.
   *
   * @param zeroTable a second level of zeros, not owned; -1 when there was no memory for it
   */
  PageTable(TableMemory memory, Descriptor format, long zeroTable) {
    this.memory = memory;
    this.format = format;
    this.zeroLink = format.link(zeroTable);
    if (zeroTable == TableMemory.NONE) {
      return;
    }
    l1 = memory.allocate(L1_SIZE);
    if (l1 != TableMemory.NONE) {
      memory.fill(l1, L1_ENTRIES, zeroLink);
    }
  }

  Descriptor format() {
    return format;
  }

  @Override
  public boolean exists() {
    return l1 != TableMemory.NONE;
  }

  /** {@inheritDoc} In version 5 the register holds its page number. */
  @Override
  public long base() {
    return l1;
  }

  @Override
  public boolean reaches(long last) {
    return format.reaches(last);
  }

  @Override
  public int map(int iova, long phys, long size, int prot) {
    replacedZeroLink = false;
    return size == SECTION ? setSection(iova, phys, prot) : setPage(iova, phys, size, prot);
  }

  /**
   * Whether the last {@link #map} put a second level where the zero table was, which the driver
   * follows with a flush (sysmmu_tlb_invalidate_flpdcache).
   */
  boolean replacedZeroLink() {
    return replacedZeroLink;
  }

  /** lv1set_section(). */
  private int setSection(int iova, long phys, int prot) {
    int index = iova >>> 20;
    int entry = readL1(index);
    if (Descriptor.isSection(entry)) {
      return Errno.EADDRINUSE.rc();
    }
    if (hasSecondLevel(entry)) {
      if (free[index] != L2_ENTRIES) {
        return Errno.EADDRINUSE.rc();
      }
      memory.free(format.table(entry), L2_SIZE);
      free[index] = 0;
    }
    memory.write(l1 + index * 4L, format.section(phys, prot));
    return 0;
  }

  /** alloc_lv2entry() and lv2set_page(). */
  private int setPage(int iova, long phys, long size, int prot) {
    int index = iova >>> 20;
    int entry = readL1(index);
    if (Descriptor.isSection(entry)) {
      return Errno.EADDRINUSE.rc();
    }
    if (!hasSecondLevel(entry)) {
      long table = memory.allocate(L2_SIZE);
      if (table == TableMemory.NONE) {
        return Errno.ENOMEM.rc();
      }
      replacedZeroLink = entry == zeroLink;
      entry = format.link(table);
      memory.write(l1 + index * 4L, entry);
      free[index] = L2_ENTRIES;
    }
    long at = l2Entry(entry, iova);
    int count = size == LARGE_PAGE ? SMALL_PER_LARGE : 1;
    for (int i = 0; i < count; i++) {
      if (!Descriptor.isFault(memory.read(at + i * 4L))) {
        return Errno.EADDRINUSE.rc();
      }
    }
    int page = size == LARGE_PAGE ? format.large(phys, prot) : format.small(phys, prot);
    for (int i = 0; i < count; i++) {
      memory.write(at + i * 4L, page);
    }
    free[index] = (short) (free[index] - count);
    return 0;
  }

  /**
   * {@inheritDoc} What was not mapped counts too: up to {@code size} below a first-level entry
   * without a table, one small page in a table.
   */
  @Override
  public long unmap(int iova, long size) {
    int index = iova >>> 20;
    int entry = readL1(index);
    if (Descriptor.isSection(entry)) {
      if (size < SECTION) {
        return -SECTION;
      }
      memory.write(l1 + index * 4L, zeroLink);
      return SECTION;
    }
    if (!hasSecondLevel(entry)) {
      return size;
    }
    long at = l2Entry(entry, iova);
    int page = memory.read(at);
    if (Descriptor.isFault(page)) {
      return SMALL_PAGE;
    }
    if (Descriptor.isSmall(page)) {
      memory.write(at, 0);
      free[index]++;
      return SMALL_PAGE;
    }
    if (size < LARGE_PAGE) {
      return -LARGE_PAGE;
    }
    memory.fill(at, SMALL_PER_LARGE, 0);
    free[index] = (short) (free[index] + SMALL_PER_LARGE);
    return LARGE_PAGE;
  }

  @Override
  public int walk(int iova) {
    long at = l1 + (iova >>> 20) * 4L;
    if (l1 == TableMemory.NONE || !memory.answers(at)) {
      return BROKEN;
    }
    int entry = memory.read(at);
    if (Descriptor.isSection(entry)) {
      return found(20, format.page(entry, SECTION), format.sectionProt(entry));
    }
    if (!Descriptor.isLink(entry)) {
      return NOTHING;
    }
    at = l2Entry(entry, iova);
    if (!memory.answers(at)) {
      return BROKEN;
    }
    entry = memory.read(at);
    if (Descriptor.isSmall(entry)) {
      return found(12, format.page(entry, SMALL_PAGE), format.pageProt(entry));
    }
    return Descriptor.isLarge(entry)
        ? found(16, format.page(entry, LARGE_PAGE), format.pageProt(entry))
        : NOTHING;
  }

  private int found(int order, long phys, int prot) {
    walkedPhys = phys;
    walkedProt = prot;
    return order;
  }

  @Override
  public long walkedPhys() {
    return walkedPhys;
  }

  @Override
  public int walkedProt() {
    return walkedProt;
  }

  private int readL1(int index) {
    return memory.read(l1 + index * 4L);
  }

  /** lv1ent_page(): a link to anything but the zero table. */
  private boolean hasSecondLevel(int entry) {
    return entry != zeroLink && Descriptor.isLink(entry);
  }

  private long l2Entry(int entry, int iova) {
    return format.table(entry) + ((iova >>> 12) & (L2_ENTRIES - 1)) * 4L;
  }

  /** exynos_iommu_domain_free(). */
  @Override
  public void close() {
    if (l1 == TableMemory.NONE) {
      return;
    }
    for (int index = 0; index < L1_ENTRIES; index++) {
      int entry = readL1(index);
      if (hasSecondLevel(entry)) {
        memory.free(format.table(entry), L2_SIZE);
      }
    }
    memory.free(l1, L1_SIZE);
    l1 = TableMemory.NONE;
  }
}
