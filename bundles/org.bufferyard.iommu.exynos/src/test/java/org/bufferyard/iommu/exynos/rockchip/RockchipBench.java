package org.bufferyard.iommu.exynos.rockchip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.iommu.exynos.MasterIommu;

/** One Rockchip IOMMU with its master in an unmanaged domain. */
final class RockchipBench {
  static final long KIB = 1 << 10;
  static final long MIB = 1 << 20;
  static final long PAGE = 4 * KIB;
  static final int R = IommuProt.READ;
  static final int W = IommuProt.WRITE;

  final IommuBench yard = new IommuBench();
  final StreamId master = new StreamId("mmu0", List.of());
  final Iommu iommu;
  final Mmu mmu;
  final IommuDomain domain;

  /** Physical address of the domain's directory. */
  final long directory;

  RockchipBench(String model) {
    boolean first = model.equals(RockchipIommuKind.VERSION_1);
    IommuUnit unit = new IommuUnit("mmu0", model, Map.of());
    RockchipIommu driver =
        new RockchipIommu(unit, first ? TableEntry.V1 : TableEntry.V2, yard);
    mmu = driver.mmu();
    iommu = new MasterIommu("mmu0", driver);
    domain = iommu.newDomain(DomainType.UNMANAGED);
    directory = yard.liveTables().keySet().iterator().next();
    assertEquals(0, iommu.attach(master, domain));
  }

  static RockchipBench version1() {
    return new RockchipBench(RockchipIommuKind.VERSION_1);
  }

  static RockchipBench version2() {
    return new RockchipBench(RockchipIommuKind.VERSION_2);
  }

  void map(long iova, long phys, long size, int prot) {
    assertEquals(size, domain.map(iova, phys, size, 1, prot));
  }

  Translation access(long address, boolean write) {
    return iommu.translate(master, address, write);
  }

  /** The DTE for an IOVA, from the bytes in memory. */
  int dte(long iova) {
    return yard.word(directory + (iova >> 22) * 4);
  }

  /** Physical address of the page table for an IOVA; the bench's RAM ends below 4 GiB. */
  long pageTable(long iova) {
    return dte(iova) & 0xffff_f000L;
  }

  /** The PTE for an IOVA, from the bytes in memory. */
  int pte(long iova) {
    return yard.word(pteAt(iova));
  }

  /** Where that PTE stands. */
  long pteAt(long iova) {
    return pageTable(iova) + (iova >> 12 & 0x3ff) * 4;
  }

  /** Overwrites a PTE behind the driver's back. */
  void poke(long iova, int pte) {
    byte[] bytes = {(byte) pte, (byte) (pte >> 8), (byte) (pte >> 16), (byte) (pte >> 24)};
    yard.memory().write(pteAt(iova), bytes, 0, 4);
  }
}
