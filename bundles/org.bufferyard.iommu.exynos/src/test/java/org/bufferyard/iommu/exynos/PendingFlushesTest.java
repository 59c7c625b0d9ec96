package org.bufferyard.iommu.exynos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PendingFlushesTest {
  @Test
  void nothingIsForgottenHoweverManyWait() {
    PendingFlushes pending = new PendingFlushes();
    assertTrue(pending.isEmpty());
    for (int i = 0; i < 1000; i++) {
      pending.add(i << 12, i + 1);
    }
    assertEquals(1000, pending.count());
    for (int i = 0; i < 1000; i++) {
      assertEquals(i << 12, pending.iova(i));
      assertEquals(i + 1, pending.sizeBytes(i));
    }
    assertFalse(pending.isEmpty());
    pending.clear();
    assertEquals(0, pending.count());
  }
}
