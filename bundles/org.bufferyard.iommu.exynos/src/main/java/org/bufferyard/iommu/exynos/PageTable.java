package org.bufferyard.iommu.exynos;

import static org.bufferyard.iommu.exynos.Descriptor.LARGE_PAGE;
import static org.bufferyard.iommu.exynos.Descriptor.SECTION;
import static org.bufferyard.iommu.exynos.Descriptor.SMALL_PAGE;
import static org.bufferyard.iommu.exynos.Descriptor.SMALL_PER_LARGE;

import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PhysMemory;

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
final class PageTable implements AutoCloseable {
  static final long L1_SIZE = 16 << 10;
  static final long L2_SIZE = 1 << 10;

  /** Answers of {@link #walk} that are no page order. */
  static final int NOTHING = 0;

  static final int BROKEN = -1;

  private static final int L1_ENTRIES = 4096;
  private static final int L2_ENTRIES = 256;
  private static final long NONE = -1;

  private final IommuContext context;
  private final PhysMemory memory;
  private final Descriptor format;
  private final int zeroLink;
  private final byte[] word = new byte[4];

  /** Free entries of the second level below each first-level entry (lv2entcnt). */
  private final short[] free = new short[L1_ENTRIES];

  /** Physical address of the first level; {@link #NONE} without memory and after close. */
  private long l1 = NONE;

  private long walkedPhys;
  private int walkedProt;
  private boolean replacedZeroLink;

  /**
   * A table without mappings.
   *
   * @param zeroTable a second level of zeros, not owned; -1 when there was no memory for it
   */
  PageTable(IommuContext context, Descriptor format, long zeroTable) {
    this.context = context;
    this.memory = context.memory();
    this.format = format;
    this.zeroLink = format.link(zeroTable);
    if (zeroTable == NONE) {
      return;
    }
    l1 = allocate(context, format, L1_SIZE);
    if (l1 != NONE) {
      byte[] links = new byte[(int) L1_SIZE];
      for (int at = 0; at < links.length; at += 4) {
        encode(zeroLink, links, at);
      }
      memory.write(l1, links, 0, links.length);
    }
  }

  /**
   * A table that descriptors of this format can point to; -1 when there is none. The kernel takes
   * them from low memory, so that it never meets one that it cannot reach.
   */
  static long allocate(IommuContext context, Descriptor format, long size) {
    long table = context.allocTable(size);
    if (table != NONE && !format.reaches(table + size - 1)) {
      context.freeTable(table, size);
      return NONE;
    }
    return table;
  }

  boolean exists() {
    return l1 != NONE;
  }

  /** The value of REG_PT_BASE_ADDR; in version 5 the register holds its page number. */
  long base() {
    return l1;
  }

  /**
   * Maps one page.
   *
   * @return 0 or a negative errno with nothing mapped
   */
  int map(int iova, long phys, long size, int prot) {
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
      context.freeTable(format.table(entry), L2_SIZE);
      free[index] = 0;
    }
    write(l1 + index * 4L, format.section(phys, prot));
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
      long table = allocate(context, format, L2_SIZE);
      if (table == NONE) {
        return Errno.ENOMEM.rc();
      }
      replacedZeroLink = entry == zeroLink;
      entry = format.link(table);
      write(l1 + index * 4L, entry);
      free[index] = L2_ENTRIES;
    }
    long at = l2Entry(entry, iova);
    int count = size == LARGE_PAGE ? SMALL_PER_LARGE : 1;
    for (int i = 0; i < count; i++) {
      if (!Descriptor.isFault(read(at + i * 4L))) {
        return Errno.EADDRINUSE.rc();
      }
    }
    int page = size == LARGE_PAGE ? format.large(phys, prot) : format.small(phys, prot);
    for (int i = 0; i < count; i++) {
      write(at + i * 4L, page);
    }
    free[index] = (short) (free[index] - count);
    return 0;
  }

  /**
   * Unmaps at most one page.
   *
   * @return bytes gone, counting what was not mapped as the driver does: up to {@code size} below a
   *     first-level entry without a table, one small page in a table; negative the size of the page
   *     of which only a part was asked for, with nothing changed
   */
  long unmap(int iova, long size) {
    int index = iova >>> 20;
    int entry = readL1(index);
    if (Descriptor.isSection(entry)) {
      if (size < SECTION) {
        return -SECTION;
      }
      write(l1 + index * 4L, zeroLink);
      return SECTION;
    }
    if (!hasSecondLevel(entry)) {
      return size;
    }
    long at = l2Entry(entry, iova);
    int page = read(at);
    if (Descriptor.isFault(page)) {
      return SMALL_PAGE;
    }
    if (Descriptor.isSmall(page)) {
      write(at, 0);
      free[index]++;
      return SMALL_PAGE;
    }
    if (size < LARGE_PAGE) {
      return -LARGE_PAGE;
    }
    memory.fill(at, SMALL_PER_LARGE * 4L, (byte) 0);
    free[index] = (short) (free[index] + SMALL_PER_LARGE);
    return LARGE_PAGE;
  }

  /**
   * Walks the table as the hardware does.
   *
   * @return log2 of the size of the page found, {@link #NOTHING}, or {@link #BROKEN} when a table
   *     lies where no memory answers; for a page, {@link #walkedPhys} and {@link #walkedProt} hold
   *     the rest
   */
  int walk(int iova) {
    long at = l1 + (iova >>> 20) * 4L;
    if (l1 == NONE || !memory.isRam(at)) {
      return BROKEN;
    }
    int entry = read(at);
    if (Descriptor.isSection(entry)) {
      return found(20, format.page(entry, SECTION), format.sectionProt(entry));
    }
    if (!Descriptor.isLink(entry)) {
      return NOTHING;
    }
    at = l2Entry(entry, iova);
    if (!memory.isRam(at)) {
      return BROKEN;
    }
    entry = read(at);
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

  /** Physical base of the page that the last successful walk found. */
  long walkedPhys() {
    return walkedPhys;
  }

  /** READ and WRITE bits of the page that the last successful walk found. */
  int walkedProt() {
    return walkedProt;
  }

  private int readL1(int index) {
    return read(l1 + index * 4L);
  }

  /** lv1ent_page(): a link to anything but the zero table. */
  private boolean hasSecondLevel(int entry) {
    return entry != zeroLink && Descriptor.isLink(entry);
  }

  private long l2Entry(int entry, int iova) {
    return format.table(entry) + ((iova >>> 12) & (L2_ENTRIES - 1)) * 4L;
  }

  private int read(long at) {
    byte[] bytes = word;
    memory.read(at, bytes, 0, 4);
    return (bytes[0] & 0xff)
        | ((bytes[1] & 0xff) << 8)
        | ((bytes[2] & 0xff) << 16)
        | (bytes[3] << 24);
  }

  private void write(long at, int entry) {
    encode(entry, word, 0);
    memory.write(at, word, 0, 4);
  }

  private static void encode(int entry, byte[] into, int at) {
    for (int i = 0; i < 4; i++) {
      into[at + i] = (byte) (entry >> (8 * i));
    }
  }

  /** exynos_iommu_domain_free(). */
  @Override
  public void close() {
    if (l1 == NONE) {
      return;
    }
    for (int index = 0; index < L1_ENTRIES; index++) {
      int entry = readL1(index);
      if (hasSecondLevel(entry)) {
        context.freeTable(format.table(entry), L2_SIZE);
      }
    }
    context.freeTable(l1, L1_SIZE);
    l1 = NONE;
  }
}
