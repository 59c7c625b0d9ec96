package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.VtdBench.GIB;
import static org.bufferyard.iommu.intel.VtdBench.MIB_2;
import static org.bufferyard.iommu.intel.VtdBench.RW;
import static org.bufferyard.iommu.intel.VtdBench.SOURCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** Scalable mode: tables, the choice of levels, first-level tables, PASIDs. */
class ScalableModeTest {
  private static final long PHYS = 0x8_8000_0000L;
  private static final KernelProfile OLD = KernelProfile.named("6.1").orElseThrow();

  private static VtdBench bench(KernelProfile kernel, String... parameters) {
    Map<String, String> map = new HashMap<>(Map.of("scalable-mode", "on"));
    for (int i = 0; i < parameters.length; i += 2) {
      map.put(parameters[i], parameters[i + 1]);
    }
    return new VtdBench(kernel, map);
  }

  private static VtdBench bench(String... parameters) {
    return bench(KernelProfile.DEFAULT, parameters);
  }

  private static StreamId pasid(long pasid) {
    return new StreamId("dmar0", List.of((long) SOURCE, pasid));
  }

  /** Address of the context entry, found as the hardware does: 00:10.0 is in the upper half. */
  private static long context(VtdBench bench) {
    long root = bench.unit.hardware().root();
    assertEquals(1 << 10, root & 0xfff, "RTADDR.TTM 01");
    long half = bench.word((root & -4096L) + 8);
    assertEquals(1, half & 0xfff, "UP");
    return (half & -4096L) + (SOURCE & 0x7f) * 32L;
  }

  private static long pasidEntry(VtdBench bench, int pasid) {
    long directory = bench.word(context(bench)) & -4096L;
    long table = bench.word(directory + (pasid >>> 6) * 8L);
    assertEquals(1, table & 0xfff, "P");
    return (table & -4096L) + (pasid & 63) * 64L;
  }

  @Test
  void rootAndContextEntriesAreThoseOfTheManual() {
    // VT-d specification 9.2, "Scalable-Mode Root Entry"; 9.4, "Scalable-Mode Context Entry".
    VtdBench bench = bench();
    long entry = context(bench);
    assertEquals(
        1 | 1 << 3 | 2 << 9, bench.word(entry) & 0xfff, "P, PASIDE, PDTS 2: 2^9 entries; no DTE");
    assertEquals(0, bench.word(entry + 8), "RID_PASID 0");
    assertEquals(0, bench.word(bench.unit.hardware().root() & -4096L), "LP: no device below 16");
    VtdBench cached = bench("device-tlb", "00:10.0");
    assertEquals(1 << 2, cached.word(context(cached)) & 1 << 2, "DTE");
  }

  @Test
  void pasidEntriesAreThoseOfTheManual() {
    // VT-d specification 9.6, "Scalable-Mode PASID Table Entry".
    VtdBench first = bench();
    long entry = pasidEntry(first, 0);
    assertEquals(1 | 2 << 2 | 1 << 6, first.word(entry), "P, AW 2, PGTT 1: first level");
    assertEquals(2 | 1 << 23, first.word(entry + 8), "DID 2, PWSNP");
    assertEquals(0, first.word(entry + 16) & 0xfff, "FSPM 0: four levels; no NXE");
    VtdBench five = bench(OLD, "address-bits", "57", "stages", "first");
    entry = pasidEntry(five, 0);
    assertEquals(1 << 2 | 1 << 5, five.word(entry + 16) & 0xfff, "FSPM 1, NXE");
    VtdBench second = bench("stages", "second");
    entry = pasidEntry(second, 0);
    assertEquals(1 | 2 << 2 | 2 << 6, second.word(entry) & 0xfff, "P, AW 2, PGTT 2");
    assertEquals(2 | 1 << 23, second.word(entry + 8));
    assertEquals(0, second.word(entry + 16));
    second.iommu.attach(second.device, second.iommu.newDomain(DomainType.IDENTITY));
    assertEquals(1 | 2 << 2 | 4 << 6, second.word(entry), "PGTT 4: pass-through");
    assertEquals(1 | 1 << 23, second.word(entry + 8), "FLPT_DEFAULT_DID");
    second.iommu.attach(second.device, second.iommu.newDomain(DomainType.BLOCKED));
    assertEquals(0, second.word(entry));
  }

  @Test
  void theTablesOfADeviceGoWithIt() {
    VtdBench bench = bench();
    int before = bench.yard.liveTables().size();
    long entry = context(bench);
    bench.iommu.detach(bench.device);
    assertEquals(0, bench.word(entry));
    assertEquals(before - 2, bench.yard.liveTables().size(), "directory and table");
    assertEquals(0x41, ((Fault) bench.access(0x1000, false)).code());
    assertEquals(0, bench.iommu.attach(bench.device, bench.domain));
    assertEquals(before, bench.yard.liveTables().size());
    bench.iommu.attach(bench.device, bench.iommu.newDomain(DomainType.BLOCKED));
    bench.iommu.detach(bench.device);
    assertEquals(before - 2, bench.yard.liveTables().size(), "those of a blocked one too");
  }

  private static boolean firstLevel(VtdBench bench, DomainType type) {
    return ((VtdDomain) bench.iommu.newDomain(type)).table().isFirstLevel();
  }

  @Test
  void theLevelIsChosenAsTheKernelDoes() {
    VtdBench both = bench();
    assertTrue(firstLevel(both, DomainType.DMA));
    assertTrue(firstLevel(both, DomainType.UNMANAGED), "since 6.13 whatever the type");
    VtdBench old = bench(KernelProfile.LINUX_6_12);
    assertTrue(firstLevel(old, DomainType.DMA));
    assertTrue(firstLevel(old, DomainType.DMA_FQ));
    assertFalse(firstLevel(old, DomainType.UNMANAGED), "before, by the domain's type");
    assertFalse(firstLevel(bench("stages", "second"), DomainType.DMA), "the only one");
    assertTrue(firstLevel(bench(OLD, "stages", "first"), DomainType.UNMANAGED), "the only one");
    assertFalse(firstLevel(new VtdBench(), DomainType.DMA), "legacy mode has the second");
  }

  @Test
  void addressesAreTheLowerHalfOfTheCanonicalOnes() {
    VtdBench bench = bench();
    assertEquals((1L << 47) - 1, bench.domain.geometry().apertureEnd());
    assertEquals((1L << 56) - 1, bench("address-bits", "57").domain.geometry().apertureEnd());
    assertEquals((1L << 38) - 1, bench("address-bits", "39").domain.geometry().apertureEnd());
    assertEquals(
        Errno.EINVAL.rc(), bench.domain.map(1L << 47, PHYS, 4096, 1, RW), "outside the aperture");
    assertEquals(
        new Fault(0x80, "SM: Address in first-level translation is not canonical", 1L << 47, true),
        bench.access(1L << 47, true));
    assertEquals(
        0x71, ((Fault) bench.access(-1L << 47, true)).code(), "the upper half is canonical too");
    assertEquals(
        new Fault(0x83, "SM: Address beyond the DMA hardware max", 1L << 48, false),
        bench("stages", "second").access(1L << 48, false));
  }

  @Test
  void threeLevelsAreNoFirstLevelTableForTheDriversOwnCode() {
    Map<String, String> narrow =
        Map.of("address-bits", "39", "scalable-mode", "on", "stages", "both");
    VtdBench scalable = new VtdBench(KernelProfile.LINUX_6_12, narrow);
    IommuDomain domain = scalable.iommu.newDomain(DomainType.DMA);
    assertEquals(Errno.EINVAL.rc(), scalable.iommu.attach(scalable.device, domain));
  }

  @Test
  void faultsCarryTheReasonsOfScalableMode() {
    VtdBench bench = bench();
    bench.map(0x1000, PHYS, 4096, IommuProt.READ);
    bench.map(0x2000, PHYS, 4096, IommuProt.WRITE);
    assertEquals(
        new Fault(0x85, "SM: No write permission for Write/AtomicOp request", 0x1000, true),
        bench.access(0x1000, true));
    assertEquals(new Translated(PHYS, false), bench.access(0x2000, false), "readable all the same");
    assertEquals(
        new Fault(0x71, "SM: Present bit in first-level paging entry is clear", 0x9000, false),
        bench.access(0x9000, false));
    VtdBench second = bench("stages", "second");
    second.map(0x1000, PHYS, 4096, IommuProt.READ);
    String denied = "SM: Read/Write permission error in second-level paging entry";
    assertEquals(new Fault(0x79, denied, 0x1000, true), second.access(0x1000, true));
    assertEquals(new Fault(0x79, denied, 0x9000, false), second.access(0x9000, false));
    second.iommu.attach(second.device, second.iommu.newDomain(DomainType.BLOCKED));
    assertEquals(0x59, ((Fault) second.access(0x1000, true)).code());
    StreamId below = new StreamId("dmar0", List.of(0x08L));
    assertEquals(0x39, ((Fault) second.iommu.translate(below, 0x1000, true)).code());
    StreamId beside = new StreamId("dmar0", List.of(0x88L));
    assertEquals(0x41, ((Fault) second.iommu.translate(beside, 0x1000, true)).code());
  }

  @Test
  void theHardwareReadsWhatStandsInMemory() {
    VtdBench bench = bench();
    bench.map(0x1000, PHYS, 4096, RW);
    long top = bench.word(pasidEntry(bench, 0) + 16) & -4096L;
    long entry = bench.word(top);
    setWord(bench, top, entry & ~4L);
    assertEquals(
        new Fault(0x81, "SM: U/S set 0 for first-level translation with user privilege", 0x1000, true),
        bench.access(0x1000, true));
    setWord(bench, top, entry | 1 << 7);
    bench.unit.flushes().everything();
    assertEquals(0x72, ((Fault) bench.access(0x1000, true)).code(), "PS is reserved here");
    setWord(bench, top, 0x7f_ffff_f000L | 7);
    bench.unit.flushes().everything();
    assertEquals(0x70, ((Fault) bench.access(0x1000, true)).code(), "no memory answers");
    long type = bench.word(pasidEntry(bench, 0));
    setWord(bench, pasidEntry(bench, 0), type & ~(7L << 6) | 3 << 6);
    bench.unit.hardware().invalidate(
        new InvalidationDescriptor.PasidCacheInvalidation(
            InvalidationDescriptor.PasidCacheInvalidation.EVERYTHING, 0, 0));
    assertEquals(0x5b, ((Fault) bench.access(0x1000, true)).code(), "nested without ECAP.NEST");
  }

  private static void setWord(VtdBench bench, long at, long value) {
    byte[] bytes = new byte[8];
    java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(value);
    bench.yard.memory().write(at, bytes, 0, 8);
  }

  @Test
  void unmappingAPartOfALargePageTakesItWholeInBothFormats() {
    for (VtdBench bench : List.of(bench(), bench("stages", "second"))) {
      bench.map(GIB, PHYS, MIB_2, RW);
      bench.map(GIB + MIB_2, PHYS + MIB_2, 4096, RW);
      assertEquals(0, bench.domain.unmap(GIB + 4096, 4096, 1), "not from its middle");
      assertEquals(MIB_2, bench.domain.unmap(GIB, 4096, 1));
      bench.domain.sync();
      assertInstanceOf(Fault.class, bench.access(GIB + MIB_2 - 1, false));
      assertEquals(new Translated(PHYS + MIB_2, false), bench.access(GIB + MIB_2, false));
      assertEquals(
          Errno.EADDRINUSE.rc(), bench.domain.map(GIB + MIB_2, PHYS, 4096, 1, RW), "occupied");
    }
  }

  @Test
  void aTableShowsItsEntries() {
    VtdBench bench = bench();
    bench.map(GIB, PHYS, MIB_2, IommuProt.READ);
    VtdDomain domain = (VtdDomain) bench.domain;
    List<TableWalk.Entry> path = domain.entries(GIB + 5);
    assertEquals(List.of(4, 3, 2), path.stream().map(TableWalk.Entry::level).toList());
    assertEquals(List.of(0L, 1L, 0L), path.stream().map(TableWalk.Entry::index).toList());
    assertEquals(PHYS | 0xa5, path.getLast().descriptor(), "P, U/S, A, PS");
    assertEquals(MIB_2, path.getLast().pageBytes());
    assertEquals(3, domain.entries(GIB + MIB_2).size() + 1, "down to the table without it");
    assertEquals(Map.of("levels", 4L, "fspm", 0L), domain.configuration());
    assertEquals(
        Map.of("levels", 4L, "aw", 2L),
        ((VtdDomain) bench("stages", "second").domain).configuration());
    assertEquals(Errno.ERANGE.rc(), bench.domain.map(0, 1L << 52, 4096, 1, RW), "52 bits");
    assertEquals(Errno.EINVAL.rc(), bench.domain.map(0, PHYS, 4096, 1, 0), "no right at all");
  }

  @Test
  void beforeTheGenericTablesASetEntryStaysInBothFormats() {
    VtdBench old = bench(OLD, "stages", "first");
    old.map(0x1000, PHYS, 4096, RW);
    assertEquals(4096, old.domain.map(0x1000, PHYS + 4096, 4096, 1, RW), "the call succeeds");
    assertEquals(PHYS, old.domain.iovaToPhys(0x1000), "and changes nothing");
    DmaEvent.KernelMessage said = old.yard.events().of(DmaEvent.KernelMessage.class).getLast();
    assertEquals(
        "DMAR: ERROR: DMA PTE for vPFN 0x1 already set"
            + " (to 8000000880000067 not 8000000880001067)",
        said.text());
  }

  @Test
  void aPasidHasItsOwnDomain() {
    VtdBench bench = bench();
    IommuDomain other = bench.iommu.newDomain(DomainType.UNMANAGED);
    assertEquals(0, bench.iommu.attach(pasid(0x45), other));
    bench.map(GIB, PHYS, 4096, RW);
    assertEquals(4096, other.map(GIB, PHYS + MIB_2, 4096, 1, RW));
    assertEquals(new Translated(PHYS, false), bench.access(GIB, true));
    assertEquals(
        new Translated(PHYS + MIB_2, false), bench.iommu.translate(pasid(0x45), GIB, true));
    assertEquals(1 << 6 | 2 << 2 | 1, bench.word(pasidEntry(bench, 0x45)));
    assertEquals(3, bench.word(pasidEntry(bench, 0x45) + 8) & 0xffff, "DID 3");
    bench.iommu.translate(pasid(0x45), 0x5000, true);
    assertEquals(
        "DMAR: [DMA Write PASID 0x45] Request device [0000:00:10.0] fault addr 0x5000 [fault reason"
            + " 0x71] SM: Present bit in first-level paging entry is clear",
        bench.yard.events().of(DmaEvent.KernelMessage.class).getLast().text());
    assertEquals(0x59, ((Fault) bench.iommu.translate(pasid(0x46), GIB, true)).code());
    assertEquals(0x51, ((Fault) bench.iommu.translate(pasid(0x1000), GIB, true)).code());
    assertEquals(0x46, ((Fault) bench.iommu.translate(pasid(0x8000), GIB, true)).code());
    bench.iommu.detach(pasid(0x45));
    assertEquals(0x59, ((Fault) bench.iommu.translate(pasid(0x45), GIB, true)).code());
    assertEquals(new Translated(PHYS, false), bench.access(GIB, true), "the device goes on");
  }

  @Test
  void aPasidMayReachTheInterruptRangeByTranslationOnly() {
    VtdBench bench = bench();
    IommuDomain other = bench.iommu.newDomain(DomainType.UNMANAGED);
    assertEquals(0, bench.iommu.attach(pasid(1), other));
    assertEquals(4096, other.map(0xfee0_0000L, PHYS, 4096, 1, RW));
    assertEquals(4096, other.map(0x1000, 0xfee0_1000L, 4096, 1, RW));
    assertEquals(new Translated(PHYS, false), bench.iommu.translate(pasid(1), 0xfee0_0000L, true));
    assertEquals(
        new Fault(0x87, "SM: Invalid address-interrupt address", 0x1000, true),
        bench.iommu.translate(pasid(1), 0x1000, true));
  }

  @Test
  void legacyModeKnowsNoPasids() {
    VtdBench bench = new VtdBench();
    assertEquals(Errno.EINVAL.rc(), bench.iommu.attach(pasid(1), bench.domain));
    assertEquals(0x31, ((Fault) bench.iommu.translate(pasid(1), 0x1000, true)).code());
    assertEquals(Errno.EINVAL.rc(), bench().iommu.attach(pasid(0x8000), bench.domain));
  }
}
