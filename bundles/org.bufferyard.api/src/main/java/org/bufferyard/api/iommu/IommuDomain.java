package org.bufferyard.api.iommu;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * One translation table, as {@code struct iommu_domain_ops}. The core has already split a request
 * into page sizes (N3) and checks alignment. Engine thread only.
 */
@ConsumerType
public interface IommuDomain extends AutoCloseable {
  Geometry geometry();

  /**
   * map_pages().
   *
   * @param pageSize one of the geometry's sizes
   * @param count pages of that size
   * @param prot {@link IommuProt} bits
   * @return bytes mapped (fewer than asked for is allowed), or a negative errno with nothing mapped:
   *     -EINVAL for a size, count or alignment that the geometry does not have and in a blocked or
   *     identity domain, -ENOMEM without memory for a table, -EEXIST or -EADDRINUSE over a mapping
   */
  long map(long iova, long phys, long pageSize, long count, int prot);

  /**
   * unmap_pages().
   *
   * @return bytes unmapped, 0 when nothing was there or the driver refuses. Fewer than asked for is
   *     allowed, more too where the format removes a large page whole (H4); a driver may count pages
   *     that were not mapped (H5).
   */
  long unmap(long iova, long pageSize, long count);

  /** Physical address behind {@code iova}; 0 when nothing is mapped, as iommu_iova_to_phys(). */
  long iovaToPhys(long iova);

  /** iotlb_sync(): after it no access is served from translations that were unmapped before. */
  void sync();

  /**
   * flush_iotlb_all(), which a flush queue calls instead of {@link #sync}: likewise for everything that
   * the domain ever mapped.
   */
  default void flushAll() {
    sync();
  }

  /** Gives its tables back; streams still attached reach none of its mappings afterwards. */
  @Override
  void close();
}
