package org.bufferyard.iommu.arm.smmu;

import static org.bufferyard.iommu.arm.smmu.HardwareBench.RW;
import static org.bufferyard.iommu.arm.smmu.HardwareBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.iommu.arm.pgtable.PageTable;
import org.bufferyard.iommu.arm.smmu.ContextDescriptor.Faults;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.DefaultSubstream;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Format;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage1;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * STE.Config 0b111: a guest whose addresses are {@link #GUEST} above the physical ones of its tables.
 */
class SmmuV3NestedTest {
  /** Intermediate minus physical address of tables and descriptors. */
  private static final long GUEST = 0x10_0000_0000L;

  private static final int VMID = 9;
  private static final int ASID = 7;
  private static final long PAGE = 0x20_0000_0000L;
  private static final long PHYS = 0x4800_0000L;

  private final HardwareBench bench = new HardwareBench();
  private final PageTable stage2 = bench.stage2();

  /** Tables of the guest as the host sees them, to be copied with addresses of the guest. */
  private long context;

  private long root;
  private long leaf;

  /** Three tables that map 0x1000 to {@link #PAGE}, and a context. */
  @BeforeEach
  void build() {
    root = bench.block(4096);
    long level1 = bench.block(4096);
    long level2 = bench.block(4096);
    leaf = bench.block(4096);
    bench.memory.writeLong(root, level1 + GUEST | 3);
    bench.memory.writeLong(level1, level2 + GUEST | 3);
    bench.memory.writeLong(level2, leaf + GUEST | 3);
    mapGuest(0x1000, PAGE, 0);
    context = bench.block(4096);
    ContextDescriptor descriptor =
        new ContextDescriptor(
            true, ASID, 16, 0, false, 2, 3, root + GUEST, 0, Faults.TERMINATE);
    descriptor.write(bench.memory, context);
    for (long table : new long[] {root, level1, level2, leaf, context}) {
      assertEquals(4096, stage2.map(table + GUEST, table, 4096, 1, RW));
    }
    assertEquals(4096, stage2.map(PAGE, PHYS, 4096, 1, RW));
    install(Stage1.single(context + GUEST));
  }

  /** AP 01, AF, SH 11. */
  private void mapGuest(long iova, long ipa, long bits) {
    bench.memory.writeLong(
        leaf + 8 * (iova >>> 12), ipa | 3 | 1L << 6 | 3L << 8 | 1L << 10 | 1L << 11 | bits);
  }

  private void install(Stage1 stage1) {
    bench.install(StreamTableEntry.nested(stage1, HardwareBench.fields(VMID, stage2)));
  }

  private void assertFault(
      EventRecord event, boolean inStage2, int kind, long ipa) {
    assertEquals(inStage2, event.fault().stage2(), "S2");
    assertEquals(kind, event.fault().kind(), "CLASS");
    assertEquals(ipa, event.fault().last(), "IPA");
    assertEquals(0x1008, event.from().address(), "InputAddr");
    assertFalse(event.from().write(), "RnW");
  }

  @Test
  void outputDescriptorsAndContextsGoThroughStage2() {
    bench.assertReaches(PHYS + 8, bench.read(0x1008));
    bench.assertReaches(PHYS + 9, bench.read(0x1009));
  }

  @Test
  void aFaultOfStage1HasNoIpa() {
    bench.memory.writeLong(leaf + 8, 0);
    assertFault(
        bench.fault(SmmuV3Event.F_TRANSLATION, bench.read(0x1008)),
        false,
        WalkFault.CLASS_IN,
        0);
  }

  @Test
  void aFaultOfStage2NamesTheIntermediateAddress() {
    stage2.unmap(PAGE, 4096, 1);
    bench.read(0x1008);
    assertEquals(1L << 39, bench.eventWord(1) & 1L << 39, "S2 bit 39 of word 1");
    assertEquals(0b10, bench.eventWord(1) >>> 40 & 3, "CLASS 41:40 is IN");
    assertEquals(PAGE, bench.eventWord(3), "IPA in word 3");
    assertFault(
        bench.event(SmmuV3Event.F_TRANSLATION), true, WalkFault.CLASS_IN, PAGE);
    stage2.map(PAGE, PHYS, 4096, 1, IommuProt.WRITE);
    assertFault(
        bench.fault(SmmuV3Event.F_PERMISSION, bench.read(0x1008)),
        true,
        WalkFault.CLASS_IN,
        PAGE);
  }

  @Test
  void aDescriptorOutOfReachIsClassTt() {
    stage2.unmap(leaf + GUEST, 4096, 1);
    EventRecord event = bench.fault(SmmuV3Event.F_TRANSLATION, bench.read(0x1008));
    assertFault(event, true, WalkFault.CLASS_TT, leaf + GUEST);
    List<String> lines = event.log("smmu", "card", KernelProfile.LINUX_7_3);
    assertTrue(
        lines.getLast().endsWith("read s2 \"Stage 1 translation table fetch\" ttd_write stag: 0x0"),
        lines.getLast());
  }

  @Test
  void s2ptwKeepsTablesOutOfDeviceMemory() {
    stage2.unmap(leaf + GUEST, 4096, 1);
    stage2.map(leaf + GUEST, leaf, 4096, 1, RW | IommuProt.MMIO);
    bench.read(0x1008);
    assertEquals(1, bench.eventWord(1) >>> 44 & 1, "TTRnW bit 44 of word 1: a read");
    assertFault(
        bench.event(SmmuV3Event.F_PERMISSION),
        true,
        WalkFault.CLASS_TT,
        leaf + GUEST);
  }

  @Test
  void aContextOutOfReachIsClassCd() {
    stage2.unmap(context + GUEST, 4096, 1);
    assertFault(
        bench.fault(SmmuV3Event.F_TRANSLATION, bench.read(0x1008)),
        true,
        WalkFault.CLASS_CD,
        context + GUEST);
    long nowhere = 0x10_0000L;
    stage2.map(context + GUEST, nowhere, 4096, 1, RW);
    EventRecord event = bench.fault(SmmuV3Event.F_CD_FETCH, bench.read(0x1008));
    assertEquals(nowhere, event.fault().last(), "FetchAddr is physical");
  }

  @Test
  void memoryThatDoesNotAnswerIsAWalkAbort() {
    stage2.unmap(leaf + GUEST, 4096, 1);
    stage2.map(leaf + GUEST, 0x10_0000L, 4096, 1, RW);
    EventRecord event = bench.fault(SmmuV3Event.F_WALK_EABT, bench.read(0x1008));
    assertFault(event, false, WalkFault.CLASS_TT, 0x10_0008L);
  }

  @Test
  void stage1IsCheckedBeforeStage2() {
    mapGuest(0x1000, PAGE + 0x5000, 1L << 7);
    EventRecord event =
        bench.fault(
            SmmuV3Event.F_PERMISSION, bench.access(0x1008, true, AccessAttributes.PLAIN));
    assertFalse(event.fault().stage2(), "the page of stage 2 is not asked for");
  }

  @Test
  void theSmallerPageOfBothIsCached() {
    // A block of 2 MiB in stage 1 over single pages in stage 2.
    bench.memory.writeLong(
        bench.memory.readLong(bench.memory.readLong(root) - 3 - GUEST) - 3 - GUEST,
        PAGE | 1 | 1L << 6 | 3L << 8 | 1L << 10 | 1L << 11);
    bench.assertReaches(PHYS + 8, bench.read(8));
    EventRecord event = bench.fault(SmmuV3Event.F_TRANSLATION, bench.read(0x1008));
    assertFault(event, true, WalkFault.CLASS_IN, PAGE + 0x1000);
  }

  @Test
  void commandsForgetByVmidAndAsid() {
    for (Command forgets :
        List.of(
            new TlbCommand.Asid(VMID, ASID),
            new TlbCommand.Stage1OfVmid(VMID),
            new TlbCommand.Vmid(VMID),
            new TlbCommand.All(),
            new TlbCommand.Range(TlbCommand.Scope.VA, VMID, ASID, 0x1000, true, 0, 0, 0, 0),
            new TlbCommand.Range(
                TlbCommand.Scope.ANY_VA, VMID, 0, 0x1000, true, 0, 0, 0, 0))) {
      stage2.unmap(PAGE, 4096, 1);
      stage2.map(PAGE, PHYS, 4096, 1, RW);
      bench.assertReaches(PHYS, bench.read(0x1000));
      stage2.unmap(PAGE, 4096, 1);
      for (Command keeps :
          List.of(
              new TlbCommand.Asid(VMID, ASID + 1),
              new TlbCommand.Asid(VMID + 1, ASID),
              new TlbCommand.Stage1OfVmid(VMID + 1),
              new TlbCommand.Vmid(VMID + 1),
              // Of stage 2 alone: what both led to stays.
              new TlbCommand.Range(TlbCommand.Scope.IPA, VMID, 0, PAGE, true, 0, 0, 0, 0))) {
        bench.run(keeps);
        bench.assertReaches(PHYS, bench.read(0x1000));
      }
      bench.run(forgets);
      bench.fault(SmmuV3Event.F_TRANSLATION, bench.read(0x1000));
    }
  }

  @Test
  void s1dssBypassLeavesStage2() {
    install(
        new Stage1(context + GUEST, Format.LINEAR, 1, DefaultSubstream.BYPASS, false));
    bench.assertReaches(PHYS + 4, bench.read(PAGE + 4));
    bench.run(new TlbCommand.Range(TlbCommand.Scope.IPA, VMID, 0, PAGE, true, 0, 0, 0, 0));
    stage2.unmap(PAGE, 4096, 1);
    EventRecord event = bench.fault(SmmuV3Event.F_TRANSLATION, bench.read(PAGE + 4));
    assertTrue(event.fault().stage2());
  }

  @Test
  void aTableOfContextsIsOfTheGuestToo() {
    long level1 = bench.block(4096);
    stage2.map(level1 + GUEST, level1, 4096, 1, RW);
    bench.memory.writeLong(level1, context + GUEST | 1);
    install(new Stage1(level1 + GUEST, Format.LEAF_4K, 6, DefaultSubstream.SSID0, false));
    bench.assertReaches(PHYS, bench.read(0x1000));
    stage2.unmap(level1 + GUEST, 4096, 1);
    bench.run(new Command.ConfigCdAll(SID));
    EventRecord event = bench.fault(SmmuV3Event.F_TRANSLATION, bench.read(0x1008));
    assertFault(event, true, WalkFault.CLASS_CD, level1 + GUEST);
  }

  @Test
  void withoutBothStagesItIsAnIllegalEntry() {
    HardwareBench plain = new HardwareBench(SmmuV3Features.PLAIN);
    plain.install(
        StreamTableEntry.nested(
            Stage1.single(0x4000_0000L), HardwareBench.fields(VMID, plain.stage2())));
    plain.fault(SmmuV3Event.C_BAD_STE, plain.read(0x1000));
  }
}
