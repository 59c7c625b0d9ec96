package org.bufferyard.api.iommu;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A translation table that lets itself be looked at: an {@link IommuDomain} may be one too. For
 * people and for proofs; the yard works without it. Engine thread only.
 */
@ConsumerType
public interface TableWalk {
  /**
   * One entry as it stands in memory.
   *
   * @param level as the format counts: 0 to 3 in LPAE, 1 and 2 in the short-descriptor format
   * @param index of the entry in its table
   * @param descriptor the entry's bits
   * @param entryBytes bytes of an entry, 4 or 8
   * @param pageBytes bytes of the page that it describes; 0 for a table
   * @param repeated how many entries in a row say the same page
   */
  record Entry(
      int level, long index, long descriptor, int entryBytes, long pageBytes, int repeated) {
    public boolean leaf() {
      return pageBytes != 0;
    }
  }

  /**
   * The valid entries that a walk for {@code iova} reads, first level first, ending with a page or
   * above the first invalid entry.
   */
  List<Entry> entries(long iova);

  /**
   * The table's shape and what its driver puts into registers, by the kernel's names, such as
   * {@code start_level} or {@code tcr.tsz}.
   */
  Map<String, Long> configuration();
}
