package org.bufferyard.iommu.arm.pgtable;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.TableWalk;

/**
 * One translation table of one domain, in the yard's memory as hardware reads it: {@code struct
 * io_pgtable_ops}, and the walk of the hardware. Engine thread only.
 */
public interface PageTable extends TableWalker, AutoCloseable {
  /** False when there was no memory for the first level, and after close. */
  boolean exists();

  /** Physical address of the first level: what TTBR holds. */
  long base();

  /** Supported page sizes in bytes, one bit each. */
  long pageSizes();

  /** Width of an input address: ias. */
  int inputBits();

  /** Width of an output address: oas. */
  int outputBits();

  /** Whether it is stage 2 of a translation. */
  boolean isStage2();

  /**
   * map_pages().
   *
   * @return bytes mapped, fewer than asked for where a table ends; or a negative errno with nothing
   *     mapped
   */
  long map(long iova, long phys, long pageSize, long count, int prot);

  /**
   * unmap_pages().
   *
   * @return bytes unmapped
   */
  long unmap(long iova, long pageSize, long count);

  /** iova_to_phys(): 0 where nothing is mapped. */
  default long phys(long iova) {
    return walk(iova) == Found.PAGE ? walkedPhys() : 0;
  }

  /** The entries that a walk reads, first level first, up to the one that ends it. */
  List<TableWalk.Entry> entries(long iova);

  /** {@link TableWalk#configuration}. */
  Map<String, Long> configuration();

  @Override
  void close();
}
