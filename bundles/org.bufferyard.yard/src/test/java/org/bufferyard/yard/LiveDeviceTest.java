package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** dma_parms as the kernel keeps and reads them. */
final class LiveDeviceTest {
  private static LiveDevice device(boolean pci) {
    Bench.Part part = new Bench.Part("d");
    part.pci = pci;
    return new LiveDevice(part.spec());
  }

  @Test
  void aSegmentSizeIsAnUnsignedIntAndZeroTheDefault() {
    LiveDevice d = device(false);
    assertEquals(65536, d.maxSegmentSize());
    d.setMaxSegmentSize(-1L);
    assertEquals(0xffff_ffffL, d.maxSegmentSize());
    d.setMaxSegmentSize(1L << 32);
    assertEquals(65536, d.maxSegmentSize());
  }

  @Test
  void aBoundaryOfZeroIsNone() {
    LiveDevice d = device(true);
    assertEquals(0xffff_ffffL, d.segmentBoundary());
    d.setSegmentBoundary(0);
    assertEquals(-1L, d.segmentBoundary());
    assertEquals(-1L, device(false).segmentBoundary());
  }

  @Test
  void anyUnsignedIntMayBeAnAlignmentMask() {
    LiveDevice d = device(false);
    d.setMinAlignMask(0x5001);
    assertEquals(0x5001, d.minAlignMask());
    d.setMinAlignMask(0x7_0000_0fffL);
    assertEquals(0xfff, d.minAlignMask());
  }
}
