package org.bufferyard.iommu.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.KernelProfile;

/** One unit with device 00:10.0 in an unmanaged domain. */
final class VtdBench {
  static final long MIB_2 = 2 << 20;
  static final long GIB = 1 << 30;
  static final int RW = IommuProt.READ | IommuProt.WRITE;

  /** 00:10.0. */
  static final int SOURCE = 0x80;

  final IommuBench yard;
  final StreamId device = new StreamId("dmar0", List.of((long) SOURCE));
  final Vtd unit;
  final Iommu iommu;
  final IommuDomain domain;

  VtdBench() {
    this(KernelProfile.DEFAULT, Map.of("address-bits", "39"));
  }

  VtdBench(KernelProfile kernel, Map<String, String> parameters) {
    yard = new IommuBench(kernel);
    unit = (Vtd) new VtdKind().open(new IommuUnit("dmar0", "intel,vt-d", parameters), yard);
    iommu = unit;
    domain = iommu.newDomain(DomainType.UNMANAGED);
    assertEquals(0, iommu.attach(device, domain));
  }

  void map(long iova, long phys, long size, int prot) {
    assertEquals(size, domain.map(iova, phys, size, 1, prot));
  }

  /** Maps a range in pages of one size. */
  void map(long iova, long phys, long bytes, int prot, long page) {
    assertEquals(bytes, domain.map(iova, phys, page, bytes / page, prot));
  }

  Translation access(long address, boolean write) {
    return iommu.translate(device, address, write);
  }

  /** The 64-bit word in memory. */
  long word(long phys) {
    return Integer.toUnsignedLong(yard.word(phys)) | (long) yard.word(phys + 4) << 32;
  }

  /** Puts a 64-bit word into memory. */
  void setWord(long phys, long value) {
    byte[] bytes = new byte[Long.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    yard.memory().write(phys, bytes, 0, bytes.length);
  }

  Translation access(long address, boolean write, AccessAttributes attributes) {
    return unit.translate(device, address, write, attributes);
  }

  /** Lines of the kernel's log. */
  List<String> log() {
    return yard.events().of(KernelMessage.class).stream().map(KernelMessage::text).toList();
  }

  /** Address of a PASID entry in scalable mode, found as the hardware does. */
  long pasidEntry(int pasid) {
    long half = word((unit.hardware().root() & -4096L) + 8);
    long context = (half & -4096L) + (SOURCE & 0x7f) * 32L;
    long directory = word(context) & -4096L;
    long table = word(directory + (pasid >>> 6) * 8L);
    return (table & -4096L) + (pasid & 63) * 64L;
  }

  /** The context entry's lower half, found as the hardware does: the root table is the second. */
  long contextLow(long root) {
    long context = word(root + (SOURCE >>> 8) * 16L) & -4096L;
    return word(context + (SOURCE & 0xff) * 16L);
  }

  long contextHigh(long root) {
    long context = word(root + (SOURCE >>> 8) * 16L) & -4096L;
    return word(context + (SOURCE & 0xff) * 16L + 8);
  }
}
