package org.bufferyard.iommu.arm.pgtable;

import static org.bufferyard.iommu.arm.pgtable.V7sEntry.CONTIGUOUS;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;

/**
 * A short-descriptor table ({@code drivers/iommu/io-pgtable-arm-v7s.c}, SEMANTICS H2): a first
 * level of one entry a MiB (16 KiB for 32 bits of input), second levels of 256 entries (1 KiB).
 *
 * <p>Until 6.13 the driver splits a larger page when a part of it is unmapped; since, it refuses.
 *
 * <p>Cost: two word reads a walk, no allocation. Engine thread only.
 */
final class V7sTable implements PageTable {
  private static final long SIZES = 1L << 12 | 1L << 16 | 1L << 20 | 1L << 24;
  private static final long L2_SIZE = 1 << 10;
  private static final int L2_ENTRIES = 256;
  private static final int ENTRY_BITS = 32;

  private static final Rule PARTIAL_REFUSED = Rule.of("H2", "__arm_v7s_unmap").since(6, 14);

  private static final Set<Quirk> QUIRKS =
      EnumSet.of(Quirk.ARM_NS, Quirk.NO_PERMS, Quirk.ARM_MTK_EXT, Quirk.ARM_MTK_TTBR_EXT);

  private final TableRequest request;
  private final TableMemory memory;
  private final Complaints complaints;
  private final TlbFlush flush;
  private final boolean splits;
  private long pgd;

  private long walkedPhys;
  private int walkedOrder;
  private int walkedProt;

  V7sTable(
      TableRequest asked,
      TableMemory memory,
      KernelProfile kernel,
      Complaints complaints,
      TlbFlush flush) {
    this.request =
        asked.with(asked.pageSizes() & SIZES, asked.inputBits(), asked.outputBits());
    this.memory = memory;
    this.complaints = complaints;
    this.flush = flush;
    this.splits = !PARTIAL_REFUSED.holdsIn(kernel);
    this.pgd = memory.allocate(l1Size(), tableBits());
  }

  /** arm_v7s_alloc_pgtable(): whether it would return a table. */
  static boolean supports(TableRequest request) {
    boolean mediatek = request.has(Quirk.ARM_MTK_EXT);
    return (request.pageSizes() & SIZES) != 0
        && request.inputBits() > V7sEntry.SECTION_SHIFT
        && request.inputBits() <= (mediatek ? 34 : 32)
        && request.outputBits() <= (mediatek ? 35 : 32)
        && QUIRKS.containsAll(request.quirks())
        && (!mediatek || request.has(Quirk.NO_PERMS))
        && (mediatek || !request.has(Quirk.ARM_MTK_TTBR_EXT));
  }

  /** How far up a table may lie. */
  private int tableBits() {
    return request.has(Quirk.ARM_MTK_TTBR_EXT) ? request.outputBits() : ENTRY_BITS;
  }

  private int l1Entries() {
    return 1 << (request.inputBits() - V7sEntry.SECTION_SHIFT);
  }

  private long l1Size() {
    return 4L * l1Entries();
  }

  @Override
  public boolean exists() {
    return pgd != TableMemory.NONE;
  }

  @Override
  public long base() {
    return pgd;
  }

  @Override
  public long pageSizes() {
    return request.pageSizes();
  }

  @Override
  public int inputBits() {
    return request.inputBits();
  }

  @Override
  public int outputBits() {
    return request.outputBits();
  }

  @Override
  public boolean isStage2() {
    return false;
  }

  private boolean isInput(long iova) {
    return iova >>> request.inputBits() == 0;
  }

  private long entryAt(long table, long iova, int level) {
    int entries = level == 1 ? l1Entries() : L2_ENTRIES;
    return table + 4L * ((iova >>> V7sEntry.shift(level)) & (entries - 1));
  }

  @Override
  public long map(long iova, long phys, long pageSize, long count, int prot) {
    long done = 0;
    for (long page = 0; page < count; page++) {
      int rc = mapOne(iova + done, phys + done, pageSize, prot);
      if (rc != 0) {
        return done == 0 ? rc : done;
      }
      done += pageSize;
    }
    return done;
  }

  private int mapOne(long iova, long phys, long size, int prot) {
    if (!isInput(iova) || phys >>> request.outputBits() != 0) {
      complaints.warn(
          "arm_v7s_map_pages: iova %#x or phys %#x is out of range".formatted(iova, phys));
      return Errno.ERANGE.rc();
    }
    if ((prot & (IommuProt.READ | IommuProt.WRITE)) == 0) {
      return Errno.EINVAL.rc();
    }
    long at = entryAt(pgd, iova, 1);
    if (size >> V7sEntry.SECTION_SHIFT != 0) {
      return fill(at, iova, phys, 1, (int) (size >> V7sEntry.SECTION_SHIFT), prot);
    }
    int entry = memory.readInt(at);
    if (entry == 0) {
      long below = memory.allocate(L2_SIZE, tableBits());
      if (below == TableMemory.NONE) {
        return Errno.ENOMEM.rc();
      }
      entry = V7sEntry.table(request, below);
      memory.writeInt(at, entry);
    }
    if (!V7sEntry.isTable(entry, 1)) {
      return occupied(iova);
    }
    long l2 = entryAt(V7sEntry.phys(request, entry, 1), iova, 2);
    return fill(l2, iova, phys, 2, (int) (size >> V7sEntry.PAGE_SHIFT), prot);
  }

  /** arm_v7s_init_pte(). */
  private int fill(long at, long iova, long phys, int level, int entries, int prot) {
    for (int i = 0; i < entries; i++) {
      int entry = memory.readInt(at + 4L * i);
      if (V7sEntry.isTable(entry, level)) {
        memory.writeInt(at + 4L * i, 0);
        dropTable(entry, iova + ((long) i << V7sEntry.SECTION_SHIFT));
      } else if (entry != 0) {
        return occupied(iova + ((long) i << V7sEntry.shift(level)));
      }
    }
    int bits = V7sEntry.attributes(request, level, prot);
    if (entries > 1) {
      bits = V7sEntry.contiguous(bits, level);
    }
    write(at, bits | V7sEntry.address(request, level, phys), entries);
    return 0;
  }

  private void write(long at, int entry, int entries) {
    for (int i = 0; i < entries; i++) {
      memory.writeInt(at + 4L * i, entry);
    }
  }

  private int occupied(long iova) {
    complaints.warn("arm_v7s_map: %#x is mapped already; it needs an unmap first".formatted(iova));
    return Errno.EEXIST.rc();
  }

  private void dropTable(int entry, long iova) {
    flush.flushWalk(iova, 1L << V7sEntry.SECTION_SHIFT, 1L << V7sEntry.PAGE_SHIFT);
    memory.free(V7sEntry.phys(request, entry, 1), L2_SIZE);
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    long done = 0;
    for (long page = 0; page < count; page++) {
      if (!isInput(iova + done)) {
        complaints.warn("arm_v7s_unmap_pages: iova %#x is out of range".formatted(iova + done));
        break;
      }
      long unmapped = unmapOne(iova + done, pageSize, 1, pgd);
      if (unmapped == 0) {
        break;
      }
      done += unmapped;
    }
    return done;
  }

  /** __arm_v7s_unmap(). */
  private long unmapOne(long iova, long size, int level, long table) {
    int entries = (int) (size >> V7sEntry.shift(level));
    long at = entryAt(table, iova, level);
    for (int i = 0; i < Math.max(1, entries); i++) {
      if (!V7sEntry.isValid(memory.readInt(at + 4L * i))) {
        complaints.warn("__arm_v7s_unmap: nothing is mapped at %#x".formatted(iova));
        return 0;
      }
    }
    if (entries <= 1 && V7sEntry.isContiguous(memory.readInt(at), level)) {
      if (!splits) {
        return refused();
      }
      splitContiguous(at, iova, level);
    }
    int entry = memory.readInt(at);
    if (entries != 0) {
      clear(at, iova, level, entries);
      return size;
    }
    if (level == 1 && !V7sEntry.isTable(entry, 1)) {
      return splits ? splitSection(at, entry, iova, size) : refused();
    }
    return unmapOne(iova, size, 2, V7sEntry.phys(request, entry, 1));
  }

  private void clear(long at, long iova, int level, int entries) {
    long block = 1L << V7sEntry.shift(level);
    for (int i = 0; i < entries; i++) {
      int entry = memory.readInt(at + 4L * i);
      memory.writeInt(at + 4L * i, 0);
      if (V7sEntry.isTable(entry, level)) {
        dropTable(entry, iova + i * block);
      } else {
        flush.addPage(iova + i * block, block);
      }
    }
  }

  private long refused() {
    complaints.warn("Unmap of a partial large IOPTE is not allowed");
    return 0;
  }

  /** arm_v7s_split_cont(): 16 equal entries become 16 pages of their own. */
  private void splitContiguous(long at, long iova, int level) {
    long block = 1L << V7sEntry.shift(level);
    long first = at & -(4L * CONTIGUOUS);
    int entry = V7sEntry.single(memory.readInt(first), level);
    for (int i = 0; i < CONTIGUOUS; i++) {
      memory.writeInt(first + 4L * i, (int) (entry + i * block));
    }
    long size = block * CONTIGUOUS;
    long start = iova & -size;
    flush.flushWalk(start, size, size);
  }

  /** arm_v7s_split_blk_unmap(): a section becomes a table without the part that goes. */
  private long splitSection(long at, int section, long iova, long size) {
    long table = memory.allocate(L2_SIZE, tableBits());
    if (table == TableMemory.NONE) {
      return 0;
    }
    int entries = (int) (size >> V7sEntry.PAGE_SHIFT);
    int bits = V7sEntry.attributes(request, 2, V7sEntry.sectionProt(request, section));
    if (entries > 1) {
      bits = V7sEntry.contiguous(bits, 2);
    }
    long phys = V7sEntry.phys(request, section, 1);
    for (int i = 0; i < L2_ENTRIES; i += entries) {
      long page = phys + ((long) i << V7sEntry.PAGE_SHIFT);
      if (table + 4L * i != entryAt(table, iova, 2)) {
        write(table + 4L * i, bits | V7sEntry.address(request, 2, page), entries);
      }
    }
    memory.writeInt(at, V7sEntry.table(request, table));
    flush.addPage(iova, size);
    return size;
  }

  @Override
  public Found walk(long iova) {
    if (!isInput(iova) || pgd == TableMemory.NONE) {
      return Found.NOTHING;
    }
    long table = pgd;
    for (int level = 1; level <= 2; level++) {
      long at = entryAt(table, iova, level);
      if (!memory.answers(at)) {
        return Found.BROKEN;
      }
      int entry = memory.readInt(at);
      if (!V7sEntry.isValid(entry)) {
        return Found.NOTHING;
      }
      long phys = V7sEntry.phys(request, entry, level);
      if (!V7sEntry.isTable(entry, level)) {
        return found(entry, level, phys, iova);
      }
      table = phys;
    }
    return Found.NOTHING;
  }

  private Found found(int entry, int level, long phys, long iova) {
    walkedOrder = V7sEntry.order(entry, level);
    walkedPhys = phys | (iova & ((1L << walkedOrder) - 1));
    walkedProt = V7sEntry.prot(request, entry, level);
    return V7sEntry.isAccessed(request, entry, level) ? Found.PAGE : Found.NOT_ACCESSED;
  }

  @Override
  public long walkedPhys() {
    return walkedPhys;
  }

  @Override
  public int walkedOrder() {
    return walkedOrder;
  }

  @Override
  public int walkedProt() {
    return walkedProt;
  }

  @Override
  public List<TableWalk.Entry> entries(long iova) {
    List<TableWalk.Entry> entries = new ArrayList<>();
    long table = isInput(iova) ? pgd : TableMemory.NONE;
    for (int level = 1; table != TableMemory.NONE; level++) {
      long at = entryAt(table, iova, level);
      int entry = memory.readInt(at);
      boolean below = V7sEntry.isTable(entry, level);
      if (V7sEntry.isValid(entry)) {
        int repeated = V7sEntry.isContiguous(entry, level) ? CONTIGUOUS : 1;
        long index = (at - table) / 4;
        entries.add(
            new TableWalk.Entry(
                level,
                index,
                Integer.toUnsignedLong(entry),
                Integer.BYTES,
                below ? 0 : 1L << V7sEntry.order(entry, level),
                below ? 1 : repeated));
      }
      table = below ? V7sEntry.phys(request, entry, 1) : TableMemory.NONE;
    }
    return entries;
  }

  @Override
  public Map<String, Long> configuration() {
    return Map.of();
  }

  @Override
  public void close() {
    if (pgd == TableMemory.NONE) {
      return;
    }
    for (int i = 0; i < l1Entries(); i++) {
      int entry = memory.readInt(pgd + 4L * i);
      if (V7sEntry.isTable(entry, 1)) {
        memory.free(V7sEntry.phys(request, entry, 1), L2_SIZE);
      }
    }
    memory.free(pgd, l1Size());
    pgd = TableMemory.NONE;
  }
}
