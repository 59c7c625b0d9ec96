package org.bufferyard.iommu.arm.pgtable;

import static org.bufferyard.iommu.arm.pgtable.LpaeShape.LAST_LEVEL;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;

/**
 * An LPAE table of any granule and stage ({@code drivers/iommu/io-pgtable-arm.c}, SEMANTICS H1).
 *
 * <p>Until 6.13 the driver splits a block when a part of it is unmapped; since, it refuses.
 *
 * <p>Cost: one word read a level; no allocation in a walk. Engine thread only.
 */
final class LpaeTable implements PageTable {
  /** A part of a block is not unmapped. */
  private static final Rule PARTIAL_REFUSED = Rule.of("H1", "__arm_lpae_unmap").since(6, 14);

  private final LpaeShape shape;
  private final TableMemory memory;
  private final Complaints complaints;
  private final TlbFlush flush;
  private final boolean splitsBlocks;
  private final LpaeWalker walker;
  private long pgd;

  LpaeTable(
      LpaeShape shape,
      TableMemory memory,
      KernelProfile kernel,
      Complaints complaints,
      TlbFlush flush) {
    this.shape = shape;
    this.memory = memory;
    this.complaints = complaints;
    this.flush = flush;
    this.splitsBlocks = !PARTIAL_REFUSED.holdsIn(kernel);
    this.pgd = memory.allocate(shape.pgdBlock(), addressBits());
    this.walker = new LpaeWalker(shape, memory, pgd);
  }

  private int addressBits() {
    return shape.request().outputBits();
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
    return shape.request().pageSizes();
  }

  @Override
  public int inputBits() {
    return shape.request().inputBits();
  }

  @Override
  public int outputBits() {
    return addressBits();
  }

  @Override
  public boolean isStage2() {
    return shape.request().format().isStage2();
  }

  private boolean isInput(long iova) {
    return shape.isInput(iova);
  }

  @Override
  public long map(long iova, long phys, long pageSize, long count, int prot) {
    if (Long.bitCount(pageSize) != 1 || (pageSize & pageSizes()) == 0) {
      complaints.warn("arm_lpae_map_pages: page size " + pageSize + " is not supported");
      return Errno.EINVAL.rc();
    }
    if (!isInput(iova) || phys >>> addressBits() != 0) {
      complaints.warn(
          "arm_lpae_map_pages: iova %#x or phys %#x is out of range".formatted(iova, phys));
      return Errno.ERANGE.rc();
    }
    if ((prot & (IommuProt.READ | IommuProt.WRITE)) == 0) {
      return Errno.EINVAL.rc();
    }
    long attributes = LpaeEntry.attributes(shape.request(), prot);
    return map(iova, phys, pageSize, count, attributes);
  }

  /** __arm_lpae_map(). */
  private long map(long iova, long phys, long size, long count, long attributes) {
    long table = pgd;
    int level = shape.startLevel();
    while (size != shape.blockSize(level)) {
      long at = entryAt(table, iova, level);
      long entry = memory.readLong(at);
      if (entry == 0) {
        long below = memory.allocate(shape.granule(), addressBits());
        if (below == TableMemory.NONE) {
          return Errno.ENOMEM.rc();
        }
        entry = LpaeEntry.table(shape, below);
        memory.writeLong(at, entry);
      }
      if (!LpaeEntry.isTable(shape, level, entry)) {
        return occupied(iova);
      }
      table = LpaeEntry.phys(shape, entry);
      level++;
    }
    int index = shape.index(iova, level);
    int entries = (int) Math.min(count, shape.entriesFrom(index, level));
    return fill(table, iova, phys, level, entries, attributes);
  }

  /** arm_lpae_init_pte(): nothing is written when one of the entries is in use. */
  private long fill(long table, long iova, long phys, int level, int entries, long attributes) {
    long size = shape.blockSize(level);
    long first = entryAt(table, iova, level);
    for (int i = 0; i < entries; i++) {
      long entry = memory.readLong(first + 8L * i);
      if (LpaeEntry.isLeaf(shape, level, entry)) {
        return occupied(iova + i * size);
      }
      if (LpaeEntry.isTable(shape, level, entry)) {
        // A block takes the place of a table, which is given back first.
        memory.writeLong(first + 8L * i, 0);
        flush.flushWalk(iova + i * size, size, shape.granule());
        freeTables(LpaeEntry.phys(shape, entry), level + 1);
      }
    }
    for (int i = 0; i < entries; i++) {
      memory.writeLong(
          first + 8L * i, LpaeEntry.leaf(shape, level, phys + i * size, attributes));
    }
    return entries * size;
  }

  private int occupied(long iova) {
    if (!shape.request().has(Quirk.NO_WARN)) {
      complaints.warn(
          "arm_lpae_map: %#x is mapped already; it needs an unmap first".formatted(iova));
    }
    return Errno.EEXIST.rc();
  }

  private long entryAt(long table, long iova, int level) {
    return table + 8L * shape.index(iova, level);
  }

  @Override
  public long unmap(long iova, long pageSize, long count) {
    if (Long.bitCount(pageSize) != 1 || (pageSize & pageSizes()) == 0 || !isInput(iova)) {
      complaints.warn("arm_lpae_unmap_pages: iova %#x, page size %#x".formatted(iova, pageSize));
      return 0;
    }
    long table = pgd;
    for (int level = shape.startLevel(); level <= LAST_LEVEL; level++) {
      long at = entryAt(table, iova, level);
      long entry = memory.readLong(at);
      if (entry == 0) {
        absent(iova);
        return 0;
      }
      if (pageSize == shape.blockSize(level)) {
        return clear(table, iova, level, count);
      }
      if (LpaeEntry.isLeaf(shape, level, entry)) {
        return partial(at, entry, iova, pageSize, count, level);
      }
      table = LpaeEntry.phys(shape, entry);
    }
    return 0;
  }

  private void absent(long iova) {
    if (!shape.request().has(Quirk.NO_WARN)) {
      complaints.warn("__arm_lpae_unmap: nothing is mapped at %#x".formatted(iova));
    }
  }

  private long clear(long table, long iova, int level, long count) {
    long size = shape.blockSize(level);
    int index = shape.index(iova, level);
    int entries = (int) Math.min(count, shape.entriesFrom(index, level));
    int done = 0;
    for (; done < entries; done++) {
      long at = table + 8L * (index + done);
      long entry = memory.readLong(at);
      long address = iova + done * size;
      if (entry == 0) {
        absent(address);
        break;
      }
      memory.writeLong(at, 0);
      if (LpaeEntry.isTable(shape, level, entry)) {
        flush.flushWalk(address, size, shape.granule());
        freeTables(LpaeEntry.phys(shape, entry), level + 1);
      } else {
        flush.addPage(address, size);
      }
    }
    return done * size;
  }

  private long partial(
      long at, long block, long iova, long pageSize, long count, int level) {
    if (!splitsBlocks) {
      complaints.warn("Unmap of a partial large IOPTE is not allowed");
      return 0;
    }
    return split(at, block, iova, pageSize, count, level);
  }

  /**
   * arm_lpae_split_blk_unmap(): the block becomes a table of the next smaller size without the part
   * that goes. The driver flushes only that part; a cached block may go on to serve it.
   */
  private long split(
      long at, long block, long iova, long pageSize, long count, int level) {
    long below = memory.allocate(shape.granule(), addressBits());
    if (below == TableMemory.NONE) {
      return 0;
    }
    int next = level + 1;
    long size = shape.blockSize(next);
    long phys = LpaeEntry.phys(shape, block);
    long attributes = LpaeEntry.attributesOf(block);
    boolean here = size == pageSize;
    int from = here ? shape.index(iova, next) : -1;
    int gone = here ? (int) Math.min(count, shape.entriesFrom(from, next)) : 0;
    for (int i = 0; i < 1 << shape.bitsPerLevel(); i++) {
      if (i < from || i >= from + gone || !here) {
        memory.writeLong(
            below + 8L * i, LpaeEntry.leaf(shape, next, phys + i * size, attributes));
      }
    }
    memory.writeLong(at, LpaeEntry.table(shape, below));
    if (!here) {
      return unmap(iova, pageSize, count);
    }
    for (int i = 0; i < gone; i++) {
      flush.addPage(iova + i * size, size);
    }
    return gone * size;
  }

  @Override
  public Found walk(long iova) {
    return pgd == TableMemory.NONE ? Found.NOTHING : walker.walk(iova);
  }

  @Override
  public long walkedPhys() {
    return walker.walkedPhys();
  }

  @Override
  public int walkedOrder() {
    return walker.walkedOrder();
  }

  @Override
  public int walkedProt() {
    return walker.walkedProt();
  }

  @Override
  public int walkedRights() {
    return walker.walkedRights();
  }

  @Override
  public List<TableWalk.Entry> entries(long iova) {
    List<TableWalk.Entry> entries = new ArrayList<>();
    long table = isInput(iova) ? pgd : TableMemory.NONE;
    for (int level = shape.startLevel(); table != TableMemory.NONE; level++) {
      long entry = memory.readLong(entryAt(table, iova, level));
      boolean leaf = LpaeEntry.isLeaf(shape, level, entry);
      boolean below = LpaeEntry.isTable(shape, level, entry);
      if (leaf || below) {
        long page = leaf ? shape.blockSize(level) : 0;
        int index = shape.index(iova, level);
        entries.add(new TableWalk.Entry(level, index, entry, Long.BYTES, page, 1));
      }
      table = below ? LpaeEntry.phys(shape, entry) : TableMemory.NONE;
    }
    return entries;
  }

  @Override
  public Map<String, Long> configuration() {
    return shape.configuration();
  }

  /** __arm_lpae_free_pgtable() below the first table. */
  private void freeTables(long table, int level) {
    freeBelow(table, level, 1 << shape.bitsPerLevel());
    memory.free(table, shape.granule());
  }

  private void freeBelow(long table, int level, int entries) {
    for (int i = 0; level < LAST_LEVEL && i < entries; i++) {
      long entry = memory.readLong(table + 8L * i);
      if (LpaeEntry.isTable(shape, level, entry)) {
        freeTables(LpaeEntry.phys(shape, entry), level + 1);
      }
    }
  }

  @Override
  public void close() {
    if (pgd != TableMemory.NONE) {
      freeBelow(pgd, shape.startLevel(), 1 << shape.pgdBits());
      memory.free(pgd, shape.pgdBlock());
      pgd = TableMemory.NONE;
    }
  }
}
