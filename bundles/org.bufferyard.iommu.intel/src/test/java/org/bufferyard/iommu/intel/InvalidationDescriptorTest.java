package org.bufferyard.iommu.intel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.bufferyard.iommu.intel.InvalidationDescriptor.ContextInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.DeviceTlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.InterruptInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.IotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PageGroupResponse;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidCacheInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidDeviceTlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidIotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.Wait;
import org.junit.jupiter.api.Test;

/** Descriptors bit by bit: VT-d specification 6.5.2, "Queued Invalidation Interface". */
class InvalidationDescriptorTest {
  private static void assertBits(InvalidationDescriptor descriptor, long first, long second) {
    assertArrayEquals(new long[] {first, second}, descriptor.encode(), descriptor::toString);
    assertEquals(Optional.of(descriptor), InvalidationDescriptor.decode(first, second));
  }

  @Test
  void contextCacheInvalidate() {
    // 6.5.2.1: type 1, G 5:4, DID 31:16, SID 47:32, FM 49:48
    assertBits(new ContextInvalidation(1, 0, 0, 0), 0x11, 0);
    assertBits(new ContextInvalidation(2, 0xabcd, 0, 0), 0xabcd_0021L, 0);
    assertBits(new ContextInvalidation(3, 2, 0x80, 3), 0x3_0080_0002_0031L, 0);
  }

  @Test
  void pasidCacheInvalidate() {
    // 6.5.2.2: type 7, G 5:4, DID 31:16, PASID 51:32
    assertBits(new PasidCacheInvalidation(0, 5, 0), 0x5_0007L, 0);
    assertBits(new PasidCacheInvalidation(1, 5, 0xf_ffff), 0xf_ffff_0005_0017L, 0);
    assertBits(new PasidCacheInvalidation(3, 0, 0), 0x37, 0);
  }

  @Test
  void iotlbInvalidate() {
    // 6.5.2.3: type 2, G 5:4, DW 6, DR 7, DID 31:16; AM 5:0, IH 6, ADDR 63:12
    assertBits(new IotlbInvalidation(1, 0, true, true, 0, 0, false), 0xd2, 0);
    assertBits(new IotlbInvalidation(2, 7, false, true, 0, 0, false), 0x7_00a2L, 0);
    assertBits(
        new IotlbInvalidation(3, 7, true, false, 0xffff_e000L, 1, true), 0x7_0072L, 0xffff_e041L);
  }

  @Test
  void pasidIotlbInvalidate() {
    // 6.5.2.4: type 6, G 5:4, DID 31:16, PASID 51:32; AM 5:0, IH 6, ADDR 63:12
    assertBits(new PasidIotlbInvalidation(2, 3, 0x45, 0, 0, false), 0x45_0003_0026L, 0);
    assertBits(
        new PasidIotlbInvalidation(3, 3, 0, 0x7fff_ffff_f000L, 9, true),
        0x3_0036L,
        0x7fff_ffff_f049L);
  }

  @Test
  void deviceTlbInvalidate() {
    // 6.5.2.5: type 3, PFSID 15:12 and 63:52, MIP 20:16, SID 47:32; S 0, ADDR 63:12
    assertBits(
        new DeviceTlbInvalidation(0x80, 0x1234, 31, 0x1000, false),
        0x123L << 52 | 0x80L << 32 | 0x1f << 16 | 4 << 12 | 3,
        0x1000);
    assertBits(new DeviceTlbInvalidation(0x80, 0, 0, 0x7000, true), 0x80_0000_0003L, 0x7001);
  }

  @Test
  void pasidDeviceTlbInvalidate() {
    // 6.5.2.6: type 8, MIP 8:4, PFSID 15:12 and 63:52, SID 31:16, PASID 51:32; G 0, S 11, ADDR 63:12
    assertBits(
        new PasidDeviceTlbInvalidation(0x80, 0x21, 3, 0x45, true, 0x3000, true),
        2L << 52 | 0x45L << 32 | 0x80L << 16 | 1 << 12 | 3 << 4 | 8,
        0x3801);
  }

  @Test
  void interruptEntryCacheInvalidate() {
    // 6.5.2.7: type 4, G 4, IM 31:27, IIDX 47:32
    assertBits(new InterruptInvalidation(false, 0, 0), 4, 0);
    assertBits(new InterruptInvalidation(true, 5, 0x123), 0x123_2800_0014L, 0);
  }

  @Test
  void invalidationWait() {
    // 6.5.2.8: type 5, IF 4, SW 5, FN 6, PD 7, status data 63:32; status address 63:2
    assertBits(new Wait(false, true, false, false, 2, 0x1000_0004L), 0x2_0000_0025L, 0x1000_0004L);
    assertBits(new Wait(true, false, true, true, 0, 0), 0xd5, 0);
  }

  @Test
  void pageGroupResponse() {
    // 7.7: type 9, PASID_P 4, response code 15:12, RID 31:16, PASID 51:32; LPIG 2, PRG index 11:3
    assertBits(
        new PageGroupResponse(0x80, true, 0x45, 15, 0x1ff, true),
        0x45_0080_f019L,
        0xffc);
    assertBits(new PageGroupResponse(0x88, false, 0, 1, 2, false), 0x88_1009L, 0x10);
    assertEquals("Page Group Response", InvalidationDescriptor.typeName(0x19));
  }

  @Test
  void theRestIsNoDescriptor() {
    for (int type : new int[] {0, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf}) {
      assertEquals(Optional.empty(), InvalidationDescriptor.decode(type, 0));
      assertEquals("UNKNOWN", InvalidationDescriptor.typeName(type));
    }
  }

  @Test
  void theSizeOfADeviceTlbInvalidationIsInItsAddress() {
    // "least significant bit with value 0b": bit 12 for 8 KiB, bit 13 for 16 KiB
    assertEquals(12, new DeviceTlbInvalidation(0, 0, 0, 0x7000, false).order());
    assertEquals(13, new DeviceTlbInvalidation(0, 0, 0, 0x2000, true).order());
    assertEquals(14, new DeviceTlbInvalidation(0, 0, 0, 0x1000, true).order());
    long all = Long.MAX_VALUE & -4096L;
    assertEquals(64, new DeviceTlbInvalidation(0, 0, 0, all, true).order());
    assertEquals(64, new PasidDeviceTlbInvalidation(0, 0, 0, 1, false, all, true).order());
  }
}
