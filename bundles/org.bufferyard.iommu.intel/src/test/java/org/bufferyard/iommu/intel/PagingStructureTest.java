package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.VtdBench.GIB;
import static org.bufferyard.iommu.intel.VtdBench.MIB_2;
import static org.bufferyard.iommu.intel.VtdBench.RW;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.iommu.intel.InvalidationDescriptor.ContextInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.IotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidCacheInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidIotlbInvalidation;
import org.junit.jupiter.api.Test;

/** VT-d specification 6.2.4, "Paging-Structure Caches", and IH of 6.5.2.3 and 6.5.2.4. */
class PagingStructureTest {
  private static final long PHYS = 0x8_8000_0000L;
  private static final int DID = 2;

  private VtdBench bench = new VtdBench(KernelProfile.DEFAULT, Map.of());

  /** Address of the second-level entry of the table of 4 KiB pages for GIB. */
  private long pointer() {
    long top = bench.contextLow(bench.unit.hardware().root()) & -4096L;
    long second = bench.word(Paging.slot(top, GIB, 3)) & -4096L;
    long third = bench.word(Paging.slot(second, GIB, 2)) & -4096L;
    return Paging.slot(third, GIB, 1);
  }

  /** Points the entry elsewhere: to a table with other pages, behind the hardware's back. */
  private void replaceTable() {
    long was = bench.word(pointer());
    long table = bench.yard.allocTable(4096);
    bench.setWord(Paging.slot(table, GIB, 0), PHYS + MIB_2 | 3);
    bench.setWord(Paging.slot(table, GIB + 4096, 0), PHYS + MIB_2 + 4096 | 3);
    bench.setWord(pointer(), table | was & 0xfff);
  }

  private void mapTwoAndTouchOne() {
    bench.map(GIB, PHYS, 4096, RW);
    bench.map(GIB + 4096, PHYS + 4096, 4096, RW);
    bench.access(GIB, true);
  }

  private static IotlbInvalidation pages(long address, int mask, boolean leavesOnly) {
    return new IotlbInvalidation(
        InvalidationDescriptor.SELECTIVE, DID, true, true, address, mask, leavesOnly);
  }

  @Test
  void anInvalidationOfLeavesLeavesAStaleTablePointer() {
    mapTwoAndTouchOne();
    replaceTable();
    bench.unit.hardware().invalidate(pages(GIB, 1, true));
    assertEquals(
        new Translated(PHYS, true), bench.access(GIB, true), "through the table that is gone");
    assertEquals(new Translated(PHYS + 4096, true), bench.access(GIB + 4096, true));
    bench.unit.hardware().invalidate(pages(GIB, 1, false));
    assertEquals(new Translated(PHYS + MIB_2, false), bench.access(GIB, true));
  }

  @Test
  void aStalePointerMayHideWhatIsMappedNow() {
    mapTwoAndTouchOne();
    bench.setWord(Paging.slot(bench.word(pointer()) & -4096L, GIB, 0), 0);
    replaceTable();
    bench.unit.hardware().invalidate(pages(GIB, 1, true));
    assertEquals(5, ((Fault) bench.access(GIB, true)).code(), "the old table has no such page");
    bench.unit.hardware().invalidate(pages(GIB, 1, false));
    assertEquals(new Translated(PHYS + MIB_2, false), bench.access(GIB, true));
  }

  @Test
  void whatDropsAPointer() {
    Map<String, InvalidationDescriptor> drops =
        Map.of(
            "global", new IotlbInvalidation(1, 0, true, true, 0, 0, false),
            "domain", new IotlbInvalidation(2, DID, true, true, 0, 0, false),
            "any page below it", pages(GIB + 100 * 4096, 0, false));
    drops.forEach(
        (name, descriptor) -> {
          bench = new VtdBench(KernelProfile.DEFAULT, Map.of());
          mapTwoAndTouchOne();
          replaceTable();
          bench.unit.hardware().invalidate(descriptor);
          assertEquals(
              PHYS + MIB_2 + 4096,
              ((Translated) bench.access(GIB + 4096, true)).phys(),
              name);
        });
  }

  @Test
  void whatLeavesAPointerAlone() {
    for (InvalidationDescriptor descriptor :
        List.of(
            new ContextInvalidation(1, 0, 0, 0),
            new PasidCacheInvalidation(3, 0, 0),
            new IotlbInvalidation(2, DID + 1, true, true, 0, 0, false),
            new PasidIotlbInvalidation(2, DID, 0, 0, 0, false),
            pages(GIB + MIB_2, 0, false),
            pages(GIB, 0, true))) {
      bench = new VtdBench(KernelProfile.DEFAULT, Map.of());
      mapTwoAndTouchOne();
      replaceTable();
      bench.unit.hardware().invalidate(descriptor);
      assertEquals(
          PHYS + 4096,
          ((Translated) bench.access(GIB + 4096, true)).phys(),
          descriptor::toString);
    }
  }

  @Test
  void firstLevelPointersGoByPasid() {
    bench = new VtdBench(KernelProfile.DEFAULT, Map.of("scalable-mode", "on"));
    mapTwoAndTouchOne();
    RemappingUnit hardware = bench.unit.hardware();
    long top = bench.word(bench.pasidEntry(0) + 16) & -4096L;
    bench.setWord(Paging.slot(top, GIB, 3), 0);
    hardware.invalidate(new PasidIotlbInvalidation(3, DID, 1, GIB, 0, false));
    hardware.invalidate(new PasidIotlbInvalidation(3, DID, 0, GIB, 0, true));
    assertEquals(new Translated(PHYS, true), bench.access(GIB, true), "IH");
    hardware.invalidate(new PasidIotlbInvalidation(2, DID, 0, 0, 0, false));
    assertEquals(0x71, ((Fault) bench.access(GIB, true)).code(), "PASID-selective");
  }

  @Test
  void theDriverFreesNoTableThatACacheLeadsTo() {
    bench = new VtdBench(KernelProfile.DEFAULT, Map.of("scalable-mode", "on"));
    bench.map(GIB, PHYS, MIB_2, RW, 4096);
    bench.access(GIB, true);
    int tables = bench.yard.liveTables().size();
    bench.domain.unmap(GIB, 4096, 512);
    bench.access(GIB + 4096, true);
    assertEquals(tables, bench.yard.liveTables().size(), "before the sync");
    bench.domain.sync();
    assertEquals(tables - 1, bench.yard.liveTables().size());
    bench.map(GIB, PHYS, 4096, RW);
    assertEquals(new Translated(PHYS, false), bench.access(GIB, true), "IH was clear");
  }

  @Test
  void aLargePageInTheirPlaceFlushesTables() {
    for (KernelProfile kernel : List.of(KernelProfile.LINUX_6_12, KernelProfile.LINUX_7_3)) {
      bench = new VtdBench(kernel, Map.of());
      bench.map(GIB, PHYS, 4096, RW);
      bench.access(GIB, true);
      bench.domain.unmap(GIB, 4096, 1);
      bench.domain.sync();
      int tables = bench.yard.liveTables().size();
      bench.map(GIB, PHYS, MIB_2, RW);
      assertEquals(
          new Translated(PHYS + 8192, false), bench.access(GIB + 8192, true), kernel.toString());
      assertEquals(tables - 1, bench.yard.liveTables().size());
    }
  }
}
