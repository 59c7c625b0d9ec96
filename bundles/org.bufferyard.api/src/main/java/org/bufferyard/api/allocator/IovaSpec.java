package org.bufferyard.api.allocator;

/**
 * One IOVA space (init_iova_domain()).
 *
 * @param domain id of the domain
 * @param shift log2 of the granule in bytes
 * @param startPfn lowest frame ever given, at least 1: IOVA page 0 is never given out (D2)
 */
public record IovaSpec(String domain, int shift, long startPfn) {
  public IovaSpec {
    if (shift < 12 || shift > 30 || startPfn < 1) {
      throw new IllegalArgumentException("granule 2^" + shift + ", start frame " + startPfn);
    }
  }
}
