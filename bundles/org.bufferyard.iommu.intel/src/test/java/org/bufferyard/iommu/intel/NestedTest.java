package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.VtdBench.GIB;
import static org.bufferyard.iommu.intel.VtdBench.MIB_2;
import static org.bufferyard.iommu.intel.VtdBench.RW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.iommu.intel.InvalidationDescriptor.IotlbInvalidation;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PasidIotlbInvalidation;
import org.junit.jupiter.api.Test;

/** VT-d specification 3.8, "Nested Translation": PGTT 011b. */
class NestedTest {
  /** In the 1 GiB page 34 of the host. */
  private static final long PHYS = 0x8_8000_0000L;

  private final VtdBench bench =
      new VtdBench(
          KernelProfile.DEFAULT, Map.of("scalable-mode", "on", "stages", "nested"));

  /** Address of the host's entry for a 1 GiB page. */
  private long host(long page) {
    long top = bench.word(bench.pasidEntry(0)) & -4096L;
    return (bench.word(top) & -4096L) + page * 8;
  }

  /** Address of the guest's entry of a level, for an address. */
  private long guest(long address, int level) {
    long table = bench.word(bench.pasidEntry(0) + 16) & -4096L;
    for (int l = 3; l > level; l--) {
      table = bench.word(Paging.slot(table, address, l)) & Paging.ADDRESS;
    }
    return Paging.slot(table, address, level);
  }

  private void forget() {
    bench.unit.flushes().everything();
  }

  private long code(long address, boolean write) {
    forget();
    return ((Fault) bench.access(address, write)).code();
  }

  @Test
  void thePasidEntryHasBothTables() {
    long entry = bench.pasidEntry(0);
    assertEquals(1 | 2 << 2 | 3 << 6, bench.word(entry) & 0xfff, "P, AW 2, PGTT 3");
    assertEquals(2 | 1 << 23, bench.word(entry + 8), "DID 2, PWSNP");
    assertEquals(0, bench.word(entry + 16) & 0xfff, "FSPM 0");
    assertEquals(34 * GIB | 0x83, bench.word(host(34)), "1 GiB of the guest's memory is itself");
  }

  @Test
  void thePageIsWhatBothLevelsAllow() {
    bench.map(GIB, PHYS, MIB_2, RW);
    assertEquals(new Translated(PHYS + 0x1234, false), bench.access(GIB + 0x1234, true));
    bench.setWord(host(34), 34 * GIB | 0x81);
    String denied = "SM: Read/Write permission error in second-level paging entry";
    forget();
    assertEquals(new Fault(0x79, denied, GIB, true), bench.access(GIB, true));
    assertEquals(new Translated(PHYS, false), bench.access(GIB, false), "R is there");
    assertEquals(new Fault(0x79, denied, GIB, true), bench.access(GIB, true), "from the IOTLB too");
    bench.map(GIB + MIB_2, PHYS, 4096, IommuProt.READ);
    assertEquals(0x85, code(GIB + MIB_2, true), "the first level comes first");
    bench.setWord(host(34), 0);
    assertEquals(0x79, code(GIB, false), "not present");
    bench.setWord(host(34), 34 * GIB | 0x83 | 1 << 11);
    assertEquals(0x7a, code(GIB, false), "SNP without ECAP.SC");
  }

  @Test
  void theCachedPageIsTheSmallerOfBoth() {
    bench.map(GIB, PHYS, GIB, RW);
    bench.access(GIB, true);
    bench.setWord(host(34), 3 * GIB | 0x83);
    assertEquals(
        new Translated(PHYS + 5, false), bench.access(GIB + 5, true), "1 GiB is one entry");
    forget();
    assertEquals(new Translated(3 * GIB + 5, false), bench.access(GIB + 5, true));
  }

  @Test
  void tablesOfTheFirstLevelAreAddressesOfTheSecond() {
    bench.map(GIB, PHYS, 4096, RW);
    bench.setWord(host(1), GIB | 0x82);
    assertEquals(0x75, code(GIB, true), "no R for the top table");
    bench.setWord(host(1), 0);
    assertEquals(0x75, code(GIB, true), "or nothing at all");
    bench.setWord(host(1), GIB | 0x83);
    long next = bench.word(guest(GIB, 3));
    bench.setWord(guest(GIB, 3), next + GIB);
    bench.setWord(host(2), GIB | 0x83);
    forget();
    assertEquals(new Translated(PHYS, false), bench.access(GIB, true), "found elsewhere");
    bench.setWord(host(2), GIB | 0x82);
    assertEquals(0x76, code(GIB, true), "no R for a lower table");
    bench.setWord(guest(GIB, 3), 1L << 48 | 7 | 1 << 5);
    assertEquals(0x74, code(GIB, true), "beyond MGAW");
  }

  @Test
  void aAndDAreWrittenBackIfTheSecondLevelAllowsIt() {
    bench.map(GIB, PHYS, 4096, RW);
    long page = guest(GIB, 0);
    long entry = bench.word(page);
    bench.setWord(page, entry & ~(1L << 5 | 1 << 6));
    bench.access(GIB, false);
    assertEquals(entry & ~(1L << 6), bench.word(page), "A of a page that is read");
    forget();
    bench.access(GIB, true);
    assertEquals(entry, bench.word(page), "and D of one that is written to");
    bench.setWord(page, entry & ~(1L << 6));
    bench.setWord(host(1), GIB | 0x81);
    assertEquals(0x77, code(GIB, true), "no W for the table");
    forget();
    assertEquals(new Translated(PHYS, false), bench.access(GIB, false), "nothing is to be set");
  }

  @Test
  void invalidationsOfTheSecondLevelReachWhatIsNested() {
    bench.map(GIB, PHYS, 4096, RW);
    bench.access(GIB, true);
    bench.setWord(host(34), 3 * GIB | 0x83);
    long moved = 3 * GIB;
    RemappingUnit hardware = bench.unit.hardware();
    hardware.invalidate(new PasidIotlbInvalidation(3, 3, 0, GIB, 0, false));
    assertEquals(new Translated(PHYS, false), bench.access(GIB, true), "another domain's");
    hardware.invalidate(new PasidIotlbInvalidation(3, 2, 0, GIB, 0, true));
    assertEquals(new Translated(moved, false), bench.access(GIB, true), "by PASID and page");
    bench.setWord(host(34), 34 * GIB | 0x83);
    hardware.invalidate(new IotlbInvalidation(3, 2, false, false, 0x7000, 0, false));
    assertEquals(new Translated(PHYS, false), bench.access(GIB, true), "any page of the second");
  }

  @Test
  void withoutNestInTheCapabilitiesTheEntryIsInvalid() {
    VtdBench plain = new VtdBench(KernelProfile.DEFAULT, Map.of("scalable-mode", "on"));
    long entry = plain.pasidEntry(0);
    plain.setWord(entry, plain.word(entry) | 2 << 6);
    assertEquals(0x5b, ((Fault) plain.access(0x1000, true)).code());
  }

  @Test
  void aUnitThatCannotNestIsRefused() {
    for (Map<String, String> wrong :
        java.util.List.of(
            Map.of("stages", "nested"),
            Map.of("stages", "nested", "scalable-mode", "on", "largest-page", "2M"))) {
      assertEquals(
          "VT-d dmar0: stages 'nested' is not modelled; give it with scalable-mode, NEST and pages"
              + " of 1G",
          assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      new VtdKind()
                          .open(new IommuUnit("dmar0", "intel,vt-d", wrong), new IommuBench()))
              .getMessage());
    }
  }
}
