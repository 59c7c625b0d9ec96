package org.bufferyard.iommu.exynos;

import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;

/**
 * One MMU in front of one master, with the driver that turns it on and off: what {@link
 * MasterIommu} and {@link MasterDomain} leave to the make. Engine thread only.
 */
public interface MasterMmu {
  PageSizes sizes();

  /** A table without mappings. */
  MappedTable newTable();

  /** Whether this hardware walks such a table. */
  boolean walks(MappedTable table);

  /** Whether attaching the same domain again leaves the hardware alone. */
  boolean keepsTheSame();

  /** Turns translation on; it is off. */
  void enable(MappedTable table);

  /** Turns it off: from then on everything passes. */
  void disable();

  /**
   * One access while translation is on.
   *
   * @param mayDisagree whether flushes are still on their way, so that a cached page may be stale
   */
  Translation translate(
      MappedTable table, StreamId stream, long address, boolean write, boolean mayDisagree);

  /** Whether the flushes of a map force those of earlier unmaps to land. */
  boolean mapsInOrder();

  /** Flushes after a map, as this driver finds them needed. */
  void mapped(MappedTable table, int iova, int size);

  /** Flushes what was unmapped. */
  void unmapped(int iova, int size);

  /** Says that a map failed, if the driver does. */
  void tellRefused(MappedTable table, int rc, long iova, long phys, long size, int prot);

  /** Says that an entry has no bits for an address. */
  void tellCut(MappedTable table, long iova, long phys);

  /** Says that a part of a page of {@code pageSize} bytes was to be unmapped. */
  void tellPart(long iova, long size, long pageSize);

  TlbCounts counts();

  /** Gives back what no domain has; no domain is left. */
  void close();
}
