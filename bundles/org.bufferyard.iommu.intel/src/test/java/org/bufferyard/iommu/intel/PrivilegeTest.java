package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.VtdBench.GIB;
import static org.bufferyard.iommu.intel.VtdBench.RW;
import static org.bufferyard.iommu.intel.VtdBench.SOURCE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/**
 * Supervisor and execute requests: SRE, ERE, WPE, NXE and SMEP of the PASID entry, RID_PRIV of the
 * context entry, U/S, R/W and XD of first-level entries (VT-d specification 3.6.1, "Access Rights").
 */
class PrivilegeTest {
  private static final long PHYS = 0x8_8000_0000L;
  private static final int PASID = 0x45;
  private static final AccessAttributes USER = AccessAttributes.PLAIN.withPasid(PASID);
  private static final AccessAttributes SUPERVISOR = USER.asPrivileged();
  private static final AccessAttributes FETCH = USER.asInstruction();

  private final VtdBench bench = new VtdBench(KernelProfile.DEFAULT, parameters(3L << 30));
  private final IommuDomain space = bench.iommu.newDomain(DomainType.UNMANAGED);
  private final long controls;

  PrivilegeTest() {
    assertEquals(
        0, bench.iommu.attach(new StreamId("dmar0", List.of((long) SOURCE, 0x45L)), space));
    controls = bench.pasidEntry(PASID) + 16;
    assertEquals(4096, space.map(GIB, PHYS, 4096, 1, RW));
    assertEquals(4096, space.map(GIB + 4096, PHYS, 4096, 1, IommuProt.READ));
  }

  /** A unit in scalable mode with more bits in ECAP: 30 ERS, 31 SRS, 7 SC. */
  private static Map<String, String> parameters(long more) {
    Capabilities both =
        Capabilities.of(
            new IommuUnit("dmar0", "intel,vt-d", Map.of("scalable-mode", "on")));
    return Map.of(
        "cap", Long.toHexString(both.cap()), "ecap", Long.toHexString(both.ecap() | more));
  }

  private void allow(int bits) {
    bench.setWord(controls, bench.word(controls) & -4096L | bits);
    bench.unit.flushes().everything();
  }

  private Translation to(long address, boolean write, AccessAttributes attributes) {
    return bench.access(address, write, attributes);
  }

  private long code(long address, boolean write, AccessAttributes attributes) {
    return ((Fault) to(address, write, attributes)).code();
  }

  /** Address of the entry of the page at GIB. */
  private long leaf() {
    long table = ((VtdDomain) space).table().top();
    for (int level = 3; level > 0; level--) {
      table = bench.word(Paging.slot(table, GIB, level)) & Paging.ADDRESS;
    }
    return Paging.slot(table, GIB, 0);
  }

  @Test
  void withoutSreNoSupervisorComes() {
    assertEquals(new Translated(PHYS, false), to(GIB, true, USER));
    assertEquals(
        new Fault(0x5d, "SM: SRE field is clear in PASID Table Entry", GIB, true),
        to(GIB, true, SUPERVISOR));
    allow(Route.SRE);
    assertEquals(new Translated(PHYS, false), to(GIB, true, SUPERVISOR));
  }

  @Test
  void aPageOfTheSupervisorIsNoUsers() {
    allow(Route.SRE);
    bench.setWord(leaf(), bench.word(leaf()) & ~(1L << 2));
    assertEquals(0x81, code(GIB, false, USER), "U/S 0");
    assertEquals(new Translated(PHYS, false), to(GIB, true, SUPERVISOR));
    assertEquals(0x81, code(GIB, false, USER), "nor from the IOTLB");
  }

  @Test
  void aSupervisorWritesReadOnlyPagesUnlessWpe() {
    allow(Route.SRE);
    assertEquals(0x85, code(GIB + 4096, true, USER));
    assertEquals(new Translated(PHYS, false), to(GIB + 4096, true, SUPERVISOR));
    allow(Route.SRE | Route.WPE);
    assertEquals(0x85, code(GIB + 4096, true, SUPERVISOR));
  }

  @Test
  void fetchesNeedEreAndAPageWithoutXd() {
    assertEquals(
        new Fault(0x5c, "SM: ERE field is clear in PASID Table Entry", GIB, false),
        to(GIB, false, FETCH));
    allow(Route.ERE | Route.NXE);
    assertEquals(new Translated(PHYS, false), to(GIB, false, FETCH));
    bench.setWord(leaf(), bench.word(leaf()) | 1L << 63);
    allow(Route.ERE | Route.NXE);
    assertEquals(
        new Fault(0x82, "SM: No execute permission for request with PASID and ER=1", GIB, false),
        to(GIB, false, FETCH));
    assertEquals(new Translated(PHYS, false), to(GIB, false, USER), "it can be read");
    allow(Route.ERE);
    assertEquals(0x72, code(GIB, false, USER), "XD is reserved without NXE");
  }

  @Test
  void withSmepASupervisorFetchesNoPageOfUsers() {
    allow(Route.SRE | Route.ERE | Route.SMEP);
    assertEquals(0x82, code(GIB, false, SUPERVISOR.asInstruction()));
    assertEquals(new Translated(PHYS, false), to(GIB, false, FETCH));
    allow(Route.SRE | Route.ERE);
    assertEquals(new Translated(PHYS, false), to(GIB, false, SUPERVISOR.asInstruction()));
  }

  @Test
  void withoutAPasidRidPrivSaysWhoAsks() {
    bench.map(GIB, PHYS, 4096, RW);
    AccessAttributes plain = AccessAttributes.PLAIN.asPrivileged().asInstruction();
    assertEquals(new Translated(PHYS, false), to(GIB, false, plain), "PR and ER need a PASID");
    long half = bench.word((bench.unit.hardware().root() & -4096L) + 8);
    long second = (half & -4096L) + (SOURCE & 0x7f) * 32L + 8;
    bench.setWord(second, bench.word(second) | 1 << 20);
    bench.unit.flushes().everything();
    assertEquals(0x5d, code(GIB, false, AccessAttributes.PLAIN), "RID_PRIV, but no SRE");
  }

  @Test
  void theFaultRecordSaysWhatTheRequestWas() {
    FaultRecord record = FaultRecord.of(DmarFault.NO_SUPERVISOR, fetch(PASID));
    assertEquals(
        1L << 63 | 1L << 62 | 0x45L << 40 | 0x5dL << 32 | 1L << 31 | 1 << 30 | 1 << 29 | 0x80,
        record.high(),
        "F, T1, PV, FR, PP, EXE, PRIV, SID");
    assertEquals(record, FaultRecord.of(record.low(), record.high()));
    long plain = FaultRecord.of(DmarFault.READ, fetch(RequesterLookup.NO_PASID)).high();
    assertEquals(0, plain & 7L << 29, "PP, EXE and PRIV without a PASID");
  }

  private static Request fetch(int pasid) {
    return new Request(SOURCE, pasid, GIB, false, true, true, false);
  }

  @Test
  void bitsThatTheUnitLacksAreReservedInAPasidEntry() {
    VtdBench plain = new VtdBench(KernelProfile.DEFAULT, parameters(0));
    long entry = plain.pasidEntry(0);
    assertReserved(plain, entry + 16, Route.SRE, "SRE without ECAP.SRS");
    assertReserved(plain, entry + 16, Route.ERE, "ERE without ECAP.ERS");
    assertReserved(plain, entry + 8, 1 << 24, "PGSNP without ECAP.SC");
    VtdBench snooping = new VtdBench(KernelProfile.DEFAULT, parameters(1 << 7));
    snooping.map(GIB, PHYS, 4096, RW);
    snooping.setWord(
        snooping.pasidEntry(0) + 8, snooping.word(snooping.pasidEntry(0) + 8) | 1 << 24);
    assertEquals(new Translated(PHYS, false), snooping.access(GIB, true));
  }

  private static void assertReserved(VtdBench bench, long word, long bit, String what) {
    bench.setWord(word, bench.word(word) | bit);
    assertEquals(0x5a, ((Fault) bench.access(0x1000, true)).code(), what);
    bench.setWord(word, bench.word(word) & ~bit);
  }

  @Test
  void pwsnpNeedsCoherentWalksAndSnpSnoopControl() {
    Capabilities both =
        Capabilities.of(
            new IommuUnit("dmar0", "intel,vt-d", Map.of("scalable-mode", "on")));
    VtdBench incoherent =
        new VtdBench(
            KernelProfile.DEFAULT,
            Map.of(
                "cap", Long.toHexString(both.cap()),
                "ecap", Long.toHexString(both.ecap() & ~(1L << 48))));
    long second = incoherent.pasidEntry(0) + 8;
    assertEquals(0, incoherent.word(second) & 1 << 23, "the driver sets PWSNP by SMPWC");
    assertReserved(incoherent, second, 1 << 23, "PWSNP without ECAP.SMPWC");
    for (int control : new int[] {0, 1 << 7}) {
      VtdBench legacy =
          new VtdBench(
              KernelProfile.DEFAULT, Map.of("ecap", Long.toHexString(0xf00f4aL | control)));
      legacy.map(GIB, PHYS, GIB, RW);
      long at = Paging.slot(legacy.contextLow(legacy.unit.hardware().root()) & -4096L, GIB, 3);
      long page = Paging.slot(legacy.word(at) & -4096L, GIB, 2);
      legacy.setWord(page, legacy.word(page) | 1 << 11);
      assertEquals(
          control == 0
              ? new Fault(0xc, "non-zero reserved fields in PTE", GIB, true)
              : new Translated(PHYS, false),
          legacy.access(GIB, true),
          "SNP");
    }
  }
}
