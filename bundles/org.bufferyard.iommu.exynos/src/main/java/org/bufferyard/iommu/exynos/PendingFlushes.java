package org.bufferyard.iommu.exynos;

import java.util.Arrays;

/**
 * What a domain unmapped since its caches were last made to follow, oldest first. Grows as needed,
 * never shrinks. Engine thread only.
 */
public final class PendingFlushes {
  /** IOVA and size in bytes, two words each. */
  private int[] words = new int[16];

  private int used;

  /** Notes {@code sizeBytes} that are gone, at most 1 GiB. */
  public void add(int iova, int sizeBytes) {
    if (used == words.length) {
      words = Arrays.copyOf(words, 2 * used);
    }
    words[used++] = iova;
    words[used++] = sizeBytes;
  }

  public boolean isEmpty() {
    return used == 0;
  }

  public int count() {
    return used / 2;
  }

  public int iova(int index) {
    return words[2 * index];
  }

  public int sizeBytes(int index) {
    return words[2 * index + 1];
  }

  public void clear() {
    used = 0;
  }
}
