package org.bufferyard.iommu.exynos;

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

/** One SysMMU with its master in an unmanaged domain. */
final class SysmmuBench {
  static final long KIB = 1 << 10;
  static final long MIB = 1 << 20;
  static final int R = IommuProt.READ;
  static final int W = IommuProt.WRITE;

  final IommuBench yard = new IommuBench();
  final StreamId master = new StreamId("sysmmu0", List.of());
  final Iommu iommu;
  final IommuDomain domain;

  SysmmuBench(String version) {
    iommu =
        new SysmmuKind()
            .open(
                new IommuUnit("sysmmu0", "samsung,exynos-sysmmu", Map.of("version", version)),
                yard);
    domain = iommu.newDomain(DomainType.UNMANAGED);
    assertEquals(0, iommu.attach(master, domain));
  }

  void map(long iova, long phys, long size, int prot) {
    assertEquals(size, domain.map(iova, phys, size, 1, prot));
  }

  Translation access(long address, boolean write) {
    return iommu.translate(master, address, write);
  }

  /** Physical address of the first level: the only 16 KiB table. */
  long firstLevel() {
    return yard.liveTables().entrySet().stream()
        .filter(table -> table.getValue() == 16 * KIB)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /** The first-level entry for an IOVA, from the bytes in memory. */
  int firstLevelEntry(long iova) {
    return yard.word(firstLevel() + (iova >> 20) * 4);
  }

  /** The second-level entry for an IOVA below that table. */
  int secondLevelEntry(long table, long iova) {
    return yard.word(table + (iova >> 12 & 0xff) * 4);
  }
}
