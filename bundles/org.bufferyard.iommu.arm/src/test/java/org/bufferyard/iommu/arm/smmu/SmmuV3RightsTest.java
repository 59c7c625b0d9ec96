package org.bufferyard.iommu.arm.smmu;

import static org.bufferyard.iommu.arm.smmu.HardwareBench.RW;
import static org.bufferyard.iommu.arm.smmu.HardwareBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.AttributedAccess;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.iommu.arm.pgtable.PageTable;
import org.bufferyard.iommu.arm.smmu.ContextDescriptor.Faults;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Incoming;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage1;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Privilege and instructions: AP, UXN, PXN, APTable, STE.PRIVCFG and INSTCFG, PnU and InD. */
class SmmuV3RightsTest {
  private static final long PHYS = 0x4800_0000L;
  private static final long AP1 = 1L << 6;
  private static final long AP2 = 1L << 7;
  private static final long PXN = 1L << 53;
  private static final long UXN = 1L << 54;

  private final HardwareBench bench = new HardwareBench();
  private StreamTableEntry entry;
  private long[] entries;

  /** One page at 0, whose descriptors a test changes. */
  @BeforeEach
  void build() {
    PageTable table = bench.stage1();
    table.map(0, PHYS, 4096, 1, RW);
    entries = new long[4];
    long at = table.base();
    for (int level = 0; level < 4; level++) {
      entries[level] = at;
      at = bench.memory.readLong(at) & 0xffff_ffff_f000L;
    }
    long context = bench.block(64);
    HardwareBench.context(7, table, Faults.TERMINATE).write(bench.memory, context);
    entry = StreamTableEntry.stage1(Stage1.single(context));
    bench.install(entry);
  }

  private void leaf(long bits) {
    long plain = bench.memory.readLong(entries[3]) & ~(AP1 | AP2 | PXN | UXN);
    bench.memory.writeLong(entries[3], plain | bits);
    bench.run(new TlbCommand.All());
  }

  /** What an unprivileged and a privileged access may, as "rwx rwx". */
  private String allowed() {
    StringBuilder text = new StringBuilder();
    for (boolean privileged : new boolean[] {false, true}) {
      AccessAttributes words =
          privileged ? AccessAttributes.PLAIN.asPrivileged() : AccessAttributes.PLAIN;
      text.append(reaches(false, words) ? "r" : "-")
          .append(reaches(true, words) ? "w" : "-")
          .append(reaches(false, words.asInstruction()) ? "x" : "-")
          .append(privileged ? "" : " ");
    }
    return text.toString();
  }

  private boolean reaches(boolean write, AccessAttributes words) {
    Translation answer = bench.access(0, write, words);
    if (answer instanceof Translation.Fault) {
      bench.fault(SmmuV3Event.F_PERMISSION, answer);
      return false;
    }
    return true;
  }

  @Test
  void apAndExecuteNeverDecide() {
    leaf(0);
    assertEquals("--x rwx", allowed(), "AP 00: privileged alone");
    leaf(AP1);
    assertEquals("rwx rw-", allowed(), "AP 01: what others write is not executed");
    leaf(AP2);
    assertEquals("--x r-x", allowed(), "AP 10");
    leaf(AP1 | AP2);
    assertEquals("r-x r-x", allowed(), "AP 11");
    leaf(AP1 | AP2 | UXN);
    assertEquals("r-- r-x", allowed(), "UXN");
    leaf(AP1 | AP2 | PXN);
    assertEquals("r-x r--", allowed(), "PXN");
  }

  @Test
  void tablesTakeRightsAway() {
    leaf(AP1);
    long[][] cases = {{61, 0}, {62, 1}, {60, 2}, {59, 3}};
    String[] expected = {"--x rwx", "r-x r-x", "rw- rw-", "rwx rw-"};
    for (long[] each : cases) {
      long table = bench.memory.readLong(entries[1]);
      bench.memory.writeLong(entries[1], table | 1L << each[0]);
      bench.run(new TlbCommand.All());
      assertEquals(expected[(int) each[1]], allowed(), "bit " + each[0]);
      bench.memory.writeLong(entries[1], table);
    }
  }

  @Test
  void anEventSaysPnuAndInd() {
    leaf(AP1 | AP2 | UXN | PXN);
    AccessAttributes words = AccessAttributes.PLAIN.asPrivileged().asInstruction();
    bench.access(0, false, words);
    assertEquals(0b111, bench.eventWord(1) >>> 33 & 7, "PnU 33, InD 34, RnW 35");
    bench.event(SmmuV3Event.F_PERMISSION);
    bench.access(0, true, words);
    assertEquals(0b001, bench.eventWord(1) >>> 33 & 7, "InD is 0 of a write");
    bench.event(SmmuV3Event.F_PERMISSION);
  }

  @Test
  void privcfgAndInstcfgOverrideWhatComesIn() {
    leaf(0);
    bench.install(entry.with(new Incoming(3, 0)));
    assertEquals("rwx rwx", allowed(), "PRIVCFG 11");
    bench.install(entry.with(new Incoming(2, 0)));
    assertEquals("--x --x", allowed(), "PRIVCFG 10");
    EventRecord event =
        bench.fault(
            SmmuV3Event.F_PERMISSION,
            bench.access(0, false, AccessAttributes.PLAIN.asPrivileged()));
    assertEquals(false, event.from().privileged(), "PnU is what it was made");
    bench.install(entry.with(new Incoming(0, 2)));
    assertEquals("--- rwx", allowed(), "INSTCFG 10: a fetch is a read");
    leaf(AP1 | AP2 | UXN | PXN);
    bench.install(entry.with(new Incoming(0, 3)));
    assertEquals("--- ---", allowed(), "INSTCFG 11: reads fetch");
    leaf(0);
    assertTrue(reaches(false, AccessAttributes.PLAIN), "a read that fetches");
    assertTrue(reaches(true, AccessAttributes.PLAIN.asPrivileged()), "writes stay data");
  }

  @Test
  void stage2KnowsNoPrivilegeAndOneXn() {
    PageTable stage2 = bench.stage2();
    stage2.map(0, PHYS, 4096, 1, RW | IommuProt.NOEXEC);
    bench.install(StreamTableEntry.stage2(HardwareBench.fields(3, stage2)));
    assertEquals("rw- rw-", allowed());
  }

  @Test
  void thePrivAttributeOfAMappingKeepsUnprivilegedDevicesOut() {
    IommuBench yard = new IommuBench();
    StreamId card = new StreamId("smmu", List.of((long) SID));
    try (Iommu smmu =
        new SmmuV3Kind().open(new IommuUnit("smmu", "arm,smmu-v3", Map.of()), yard)) {
      IommuDomain domain = smmu.newDomain(DomainType.DMA);
      assertEquals(0, smmu.attach(card, domain));
      domain.map(0x1000, PHYS, 4096, 1, RW | IommuProt.PRIV | IommuProt.NOEXEC);
      AttributedAccess able = (AttributedAccess) smmu;
      AccessAttributes words = AccessAttributes.PLAIN.asPrivileged();
      assertEquals(
          new Translation.Translated(PHYS, false), able.translate(card, 0x1000, true, words));
      assertInstanceOf(Translation.Fault.class, smmu.translate(card, 0x1000, false));
      yard.events().clear();
      Translation fetch = able.translate(card, 0x1000, false, words.asInstruction());
      assertEquals(0x13, assertInstanceOf(Translation.Fault.class, fetch).code());
      List<String> log =
          yard.events().of(KernelMessage.class).stream().map(KernelMessage::text).toList();
      assertTrue(
          log.getLast().contains(": priv inst read s1 \"Input address caused fault\" stag: 0x0"),
          log.getLast());
    }
  }
}
