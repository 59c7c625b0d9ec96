package org.bufferyard.api.iommu;

/**
 * What the translation caches of one IOMMU did since it was opened, those of devices behind it
 * included.
 *
 * @param hits look-ups that a cache answered
 * @param misses look-ups that had to walk, or would have had to
 * @param evictions cached translations that gave way to others
 * @param invalidations requests to drop translations that the hardware carried out
 * @param invalidated cached translations that they dropped
 */
public record TlbCounts(
    long hits, long misses, long evictions, long invalidations, long invalidated) {
  public static final TlbCounts NONE = new TlbCounts(0, 0, 0, 0, 0);

  /** Of several caches together. */
  public TlbCounts plus(TlbCounts other) {
    return new TlbCounts(
        hits + other.hits,
        misses + other.misses,
        evictions + other.evictions,
        invalidations + other.invalidations,
        invalidated + other.invalidated);
  }
}
