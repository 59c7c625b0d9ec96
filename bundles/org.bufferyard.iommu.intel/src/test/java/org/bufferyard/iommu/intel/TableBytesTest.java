package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.VtdBench.GIB;
import static org.bufferyard.iommu.intel.VtdBench.MIB_2;
import static org.bufferyard.iommu.intel.VtdBench.RW;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** Root, context and second-level entries as they lie in memory, bit by bit (H3). */
final class TableBytesTest {
  private static final long IOVA = 0xffff_f000L;
  private static final long PHYS = 0x8_8000_0000L;

  private final VtdBench bench = new VtdBench();
  private final TreeMap<Long, Long> tables = new TreeMap<>(bench.yard.liveTables());
  private final long root = bench.unit.hardware().root();

  /** The bench allocates upwards: the domain's top table, the root table, the context table. */
  private final long top = tables.lowerKey(root);

  private long entry(long table, long iova, int level) {
    return bench.word(table + (iova >>> 12 + 9 * level & 511) * 8);
  }

  @Test
  void contextEntriesPointToTheTableWithWidthAndDomain() {
    assertEquals(tables.lastKey() | 1, bench.word(root), "root entry of bus 0: present");
    assertEquals(0, bench.word(root + 8));
    assertEquals(top | 1, bench.contextLow(root), "TT 00, present");
    assertEquals(1 | 2 << 8, bench.contextHigh(root), "AW 1: 39 bits; domain id 2");
  }

  @Test
  void passThroughHasTranslationTypeTwo() {
    bench.iommu.attach(bench.device, bench.iommu.newDomain(DomainType.IDENTITY));
    assertEquals(0b1001, bench.contextLow(root));
    bench.iommu.attach(bench.device, bench.iommu.newDomain(DomainType.BLOCKED));
    assertEquals(0, bench.contextLow(root));
  }

  @Test
  void aPageHasReadWriteAndItsAddress() {
    bench.map(IOVA, PHYS, 4096, RW);
    long middle = entry(top, IOVA, 2);
    assertEquals(3, middle & 0xfff, "a table: read and write");
    long last = entry(middle & -4096L, IOVA, 1);
    assertEquals(3, last & 0xfff);
    assertEquals(PHYS | 3, entry(last & -4096L, IOVA, 0));
    bench.map(IOVA - 4096, PHYS, 4096, IommuProt.READ | IommuProt.CACHE);
    assertEquals(PHYS | 1, entry(last & -4096L, IOVA - 4096, 0), "no bit for CACHE");
    bench.map(IOVA - 8192, PHYS, 4096, IommuProt.WRITE | IommuProt.MMIO | IommuProt.NOEXEC);
    assertEquals(PHYS | 2, entry(last & -4096L, IOVA - 8192, 0), "write alone");
  }

  @Test
  void largePagesHaveBit7() {
    bench.map(GIB, 3 * GIB, GIB, RW);
    assertEquals(3 * GIB | 0x83, entry(top, GIB, 2));
    bench.map(0, MIB_2, MIB_2, IommuProt.READ);
    assertEquals(MIB_2 | 0x81, entry(entry(top, 0, 2) & -4096L, 0, 1));
  }

  @Test
  void addressesReachTo52Bits() {
    long high = (1L << 52) - 4096;
    bench.map(IOVA, high, 4096, RW);
    assertEquals(high, bench.domain.iovaToPhys(IOVA));
    assertEquals(
        Errno.ERANGE.rc(), bench.domain.map(0x1000, 1L << 52, 4096, 1, RW), "generic tables");
  }

  @Test
  void aRangeThatCoversATableTakesItAway() {
    int before = bench.yard.liveTables().size();
    for (long at = 0; at < MIB_2; at += 4096) {
      bench.map(GIB + at, PHYS + at, 4096, RW);
    }
    assertEquals(before + 2, bench.yard.liveTables().size());
    assertEquals(MIB_2, bench.domain.unmap(GIB, MIB_2, 1));
    assertEquals(before + 2, bench.yard.liveTables().size(), "caches may still lead there");
    bench.domain.sync();
    assertEquals(before + 1, bench.yard.liveTables().size(), "the 4K table went");
    assertEquals(0, bench.domain.unmap(GIB, 4096, 1));
  }

  @Test
  void anEmptyTableMakesRoomForALargePage() {
    bench.map(GIB, PHYS, 4096, RW);
    assertEquals(Errno.EADDRINUSE.rc(), bench.domain.map(GIB, PHYS, MIB_2, 1, RW));
    assertEquals(4096, bench.domain.unmap(GIB, 4096, 1));
    bench.map(GIB, PHYS, MIB_2, RW);
    assertEquals(PHYS + 0x1234, bench.domain.iovaToPhys(GIB + 0x1234));
  }

  @Test
  void unmappingEndsAtTheFirstHole() {
    bench.map(GIB, PHYS, 4096, RW);
    bench.map(GIB + 8192, PHYS, 4096, RW);
    assertEquals(4096, bench.domain.unmap(GIB, 4096, 3));
    assertEquals(PHYS, bench.domain.iovaToPhys(GIB + 8192));
  }

  @Test
  void unmappingFromTheMiddleOfALargePageIsRefused() {
    bench.map(GIB, GIB, MIB_2, RW);
    assertEquals(0, bench.domain.unmap(GIB + 4096, 4096, 1));
    assertEquals(MIB_2, bench.domain.unmap(GIB, 4096, 1), "from its start it goes whole");
  }

  @Test
  void theDriversOwnTablesLeaveASetEntryAndReportTheSpanOfAHole() {
    VtdBench old =
        new VtdBench(KernelProfile.named("6.12").orElseThrow(), Map.of("address-bits", "39"));
    old.map(IOVA, PHYS, 4096, RW);
    assertEquals(4096, old.domain.map(IOVA, PHYS + 4096, 4096, 1, RW), "the call succeeds");
    assertEquals(PHYS, old.domain.iovaToPhys(IOVA), "and changes nothing");
    assertEquals(
        List.of("H3"),
        old.yard.events().of(org.bufferyard.api.event.DmaEvent.HazardRaised.class).stream()
            .map(h -> h.rule().id())
            .toList());
    assertEquals(
        "DMAR: ERROR: DMA PTE for vPFN 0xfffff already set (to 880000003 not 880001003)",
        old.yard.events().of(org.bufferyard.api.event.DmaEvent.KernelMessage.class).getLast().text());
    assertEquals(4096, old.domain.unmap(IOVA, 4096, 1));
    assertEquals(GIB, old.domain.unmap(0, 4096, 1), "nothing below the top level");
    IommuDomain wide = old.domain;
    old.map(GIB, GIB, MIB_2, RW);
    assertEquals(MIB_2, wide.unmap(GIB, 4096, 1));
    assertEquals(0, wide.iovaToPhys(GIB));
  }
}
