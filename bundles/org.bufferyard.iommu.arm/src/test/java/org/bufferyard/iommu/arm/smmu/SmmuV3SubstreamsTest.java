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
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.iommu.arm.pgtable.PageTable;
import org.bufferyard.iommu.arm.smmu.ContextDescriptor.Faults;
import org.bufferyard.iommu.arm.smmu.SmmuV3Features.StallModel;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.DefaultSubstream;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Format;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage1;
import org.junit.jupiter.api.Test;

/** Substreams: STE.S1Fmt, S1CDMax and S1DSS, tables of descriptors, C_BAD_SUBSTREAMID. */
class SmmuV3SubstreamsTest {
  private static final long PHYS = 0x4800_0000L;

  private HardwareBench bench = new HardwareBench();

  private static AccessAttributes pasid(int pasid) {
    return AccessAttributes.PLAIN.withPasid(pasid);
  }

  /** A context whose page at 0x1000 is the given one. */
  private ContextDescriptor context(int asid, long phys) {
    PageTable table = bench.stage1();
    table.map(0x1000, phys, 4096, 1, RW);
    return HardwareBench.context(asid, table, Faults.TERMINATE);
  }

  private long linear(int contexts) {
    long table = bench.block(64L * contexts);
    for (int i = 0; i < contexts; i++) {
      context(i + 1, PHYS + 0x1_0000L * i).write(bench.memory, table + 64L * i);
    }
    return table;
  }

  private void install(long table, Format format, int cdMax, DefaultSubstream dss) {
    bench.install(StreamTableEntry.stage1(new Stage1(table, format, cdMax, dss, false)));
  }

  @Test
  void aLinearTableIsIndexedBySubstream() {
    install(linear(4), Format.LINEAR, 2, DefaultSubstream.SSID0);
    for (int i = 1; i < 4; i++) {
      bench.assertReaches(PHYS + 0x1_0000L * i + 8, bench.access(0x1008, true, pasid(i)));
    }
    bench.assertReaches(PHYS + 8, bench.read(0x1008));
    EventRecord beyond =
        bench.fault(SmmuV3Event.C_BAD_SUBSTREAMID, bench.access(0x1000, false, pasid(4)));
    assertEquals(4, beyond.from().substream(), "SubstreamID >= 2^S1CDMax");
    bench.fault(SmmuV3Event.F_STREAM_DISABLED, bench.access(0x1000, false, pasid(0)));
  }

  @Test
  void s1dssSaysWhatBecomesOfTransactionsWithoutASubstream() {
    long table = linear(2);
    install(table, Format.LINEAR, 1, DefaultSubstream.TERMINATE);
    bench.fault(SmmuV3Event.F_STREAM_DISABLED, bench.read(0x1000));
    bench.assertReaches(PHYS, bench.access(0x1000, false, pasid(0)));
    install(table, Format.LINEAR, 1, DefaultSubstream.BYPASS);
    bench.assertReaches(0x1000, bench.read(0x1000));
    bench.assertReaches(PHYS + 0x1_0000L, bench.access(0x1000, false, pasid(1)));
  }

  @Test
  void twoLevelsAreSplitAtBit6OrBit10() {
    for (Format format : List.of(Format.LEAF_4K, Format.LEAF_64K)) {
      int bits = format.leafBits();
      int last = (2 << bits) - 1;
      long leaf = bench.block(64L << bits);
      long level1 = bench.block(64);
      context(7, PHYS).write(bench.memory, leaf + 64L * (last & ((1 << bits) - 1)));
      bench.memory.writeLong(level1 + 8, leaf | 1);
      install(level1, format, bits + 1, DefaultSubstream.SSID0);
      bench.assertReaches(PHYS, bench.access(0x1000, false, pasid(last)));
      bench.fault(SmmuV3Event.C_BAD_CD, bench.access(0x1000, false, pasid(last - 1)));
      EventRecord invalid =
          bench.fault(SmmuV3Event.C_BAD_SUBSTREAMID, bench.access(0x1000, false, pasid(5)));
      assertEquals(5, invalid.from().substream(), "L1CD.V is 0");
    }
  }

  @Test
  void aSubstreamWhereThereAreNoneIsBad() {
    bench.install(StreamTableEntry.stage1(Stage1.single(linear(1))));
    bench.access(0x1000, false, pasid(1));
    assertEquals(0x0000_0080_0000_1008L, bench.eventWord(0), "SubstreamID without SSV");
    assertEquals(0, bench.eventWord(1));
    bench.event(SmmuV3Event.C_BAD_SUBSTREAMID);
    bench.install(StreamTableEntry.BYPASS);
    bench.fault(SmmuV3Event.C_BAD_SUBSTREAMID, bench.access(0x1000, false, pasid(1)));
    PageTable stage2 = bench.stage2();
    bench.install(StreamTableEntry.stage2(HardwareBench.fields(1, stage2)));
    bench.fault(SmmuV3Event.C_BAD_SUBSTREAMID, bench.access(0x1000, false, pasid(1)));
    bench.install(StreamTableEntry.ABORT);
    bench.assertSilent("STE_ABORT", bench.access(0x1000, false, pasid(1)));
  }

  @Test
  void moreThanIdr1OrIdr0AllowsIsAnIllegalEntry() {
    bench =
        new HardwareBench(new SmmuV3Features(false, 2, false, StallModel.NONE, false, false));
    long table = linear(4);
    install(table, Format.LINEAR, 3, DefaultSubstream.SSID0);
    bench.fault(SmmuV3Event.C_BAD_STE, bench.read(0x1000));
    install(table, Format.LEAF_4K, 2, DefaultSubstream.SSID0);
    bench.fault(SmmuV3Event.C_BAD_STE, bench.read(0x1000));
    install(table, Format.LEAF_4K, 0, DefaultSubstream.SSID0);
    bench.assertReaches(PHYS, bench.read(0x1000));
  }

  @Test
  void contextsAreCachedBySubstreamUntilCfgiCd() {
    long table = linear(4);
    install(table, Format.LINEAR, 2, DefaultSubstream.SSID0);
    for (int i = 1; i < 3; i++) {
      bench.access(0x1000, false, pasid(i));
      bench.memory.writeLong(table + 64L * i, 0);
      bench.assertReaches(PHYS + 0x1_0000L * i, bench.access(0x1000, false, pasid(i)));
    }
    bench.run(new Command.ConfigCd(SID, 1));
    EventRecord event =
        bench.fault(SmmuV3Event.C_BAD_CD, bench.access(0x1000, false, pasid(1)));
    assertEquals(1, event.from().substream(), "SSV and SubstreamID");
    bench.assertReaches(PHYS + 0x2_0000L, bench.access(0x1000, false, pasid(2)));
    bench.run(new Command.ConfigCdAll(SID));
    bench.fault(SmmuV3Event.C_BAD_CD, bench.access(0x1000, false, pasid(2)));
  }

  @Test
  void cfgiSteRangeForgetsAnAlignedSpan() {
    long table = linear(1);
    bench.install(StreamTableEntry.stage1(Stage1.single(table)));
    bench.assertReaches(PHYS, bench.read(0x1000));
    bench.memory.writeLong(bench.streams.entry(SID), 0);
    bench.run(new Command.ConfigRange(0x7f, 6));
    bench.assertReaches(PHYS, bench.read(0x1000));
    bench.run(new Command.ConfigRange(0x81, 0));
    bench.fault(SmmuV3Event.C_BAD_STE, bench.read(0x1000));
  }

  // ---- the driver ----

  private static final Map<String, String> SSID_BITS = Map.of("ssid-bits", "12", "oas", "40");

  private static StreamId stream(long... cells) {
    return new StreamId("smmu", java.util.Arrays.stream(cells).boxed().toList());
  }

  private static Iommu open(IommuBench yard, Map<String, String> parameters) {
    return new SmmuV3Kind().open(new IommuUnit("smmu", "arm,smmu-v3", parameters), yard);
  }

  private static Translation translate(Iommu smmu, int pasid) {
    return ((AttributedAccess) smmu)
        .translate(stream(SID), 0x1000, false, AccessAttributes.PLAIN.withPasid(pasid));
  }

  private static long fault(Translation answer) {
    return assertInstanceOf(Translation.Fault.class, answer).code();
  }

  private static IommuDomain mapped(Iommu smmu, long phys) {
    IommuDomain domain = smmu.newDomain(DomainType.UNMANAGED);
    assertEquals(4096, domain.map(0x1000, phys, 4096, 1, RW));
    return domain;
  }

  @Test
  void aPasidHasADomainOfItsOwn() {
    IommuBench yard = new IommuBench();
    try (Iommu smmu = open(yard, SSID_BITS)) {
      assertEquals(0, smmu.attach(stream(SID), mapped(smmu, PHYS)));
      IommuDomain process = mapped(smmu, 0x5000_0000L);
      assertEquals(0, smmu.attach(stream(SID, 0x805), process));
      Translation expected = new Translation.Translated(0x5000_0000L, false);
      assertEquals(expected, translate(smmu, 0x805));
      assertEquals(expected, smmu.translate(stream(SID, 0x805), 0x1000, false));
      assertEquals(
          new Translation.Translated(PHYS, false), smmu.translate(stream(SID), 0x1000, false));
      assertEquals(0x0a, fault(translate(smmu, 0x806)), "C_BAD_CD in its leaf");
      assertEquals(0x06, fault(translate(smmu, 0)), "F_STREAM_DISABLED");
      assertEquals(0x08, fault(translate(smmu, 0x1000)), "C_BAD_SUBSTREAMID");
      yard.events().clear();
      process.unmap(0x1000, 4096, 1);
      process.sync();
      assertEquals(0x10, fault(translate(smmu, 0x805)));
      List<String> log =
          yard.events().of(KernelMessage.class).stream().map(KernelMessage::text).toList();
      assertEquals("arm-smmu-v3 smmu: \t0x0000008000805810", log.get(1), "SSV, SubstreamID");
      assertTrue(log.get(5).contains("sid: 0x80 ssid: 0x805 iova: 0x1000"), log.get(5));
      smmu.detach(stream(SID, 0x805));
      assertEquals(0x0a, fault(translate(smmu, 0x805)));
    }
    assertEquals(Map.of(), yard.liveTables());
  }

  @Test
  void whatIsAttachedWithoutAPasidDecidesS1dss() {
    try (Iommu smmu = open(new IommuBench(), SSID_BITS)) {
      assertEquals(0, smmu.attach(stream(SID, 3), mapped(smmu, PHYS)));
      assertEquals(0x06, fault(smmu.translate(stream(SID), 0x1000, false)), "terminate");
      assertEquals(0, smmu.attach(stream(SID), smmu.newDomain(DomainType.IDENTITY)));
      assertEquals(
          new Translation.Translated(0x1000, false), smmu.translate(stream(SID), 0x1000, false));
      assertEquals(new Translation.Translated(PHYS, false), translate(smmu, 3));
      smmu.detach(stream(SID));
      assertEquals(new Translation.Translated(PHYS, false), translate(smmu, 3));
      assertEquals(0, smmu.attach(stream(SID, 3), smmu.newDomain(DomainType.BLOCKED)));
      assertEquals(
          "STE_ABORT",
          assertInstanceOf(Translation.Fault.class, translate(smmu, 3)).name(),
          "no context is left");
    }
  }

  @Test
  void whatThePasidCannotHaveIsRefused() {
    int einval = Errno.EINVAL.rc();
    try (Iommu smmu = open(new IommuBench(), SSID_BITS)) {
      IommuDomain domain = mapped(smmu, PHYS);
      assertEquals(0, smmu.attach(stream(SID, 0), domain), "IOMMU_NO_PASID");
      assertEquals(
          new Translation.Translated(PHYS, false), smmu.translate(stream(SID), 0x1000, true));
      smmu.detach(stream(SID, 0));
      assertEquals(
          "STE_ABORT",
          assertInstanceOf(
                  Translation.Fault.class, smmu.translate(stream(SID, 0), 0x1000, true))
              .name());
      assertEquals(einval, smmu.attach(stream(SID, 0x1000), domain));
      assertEquals(einval, smmu.attach(stream(SID, 1), smmu.newDomain(DomainType.IDENTITY)));
      assertEquals(einval, smmu.attach(stream(SID, 1, 1), domain));
    }
    try (Iommu smmu = open(new IommuBench(), Map.of("stage", "2", "ssid-bits", "4"))) {
      assertEquals(einval, smmu.attach(stream(SID, 1), mapped(smmu, PHYS)), "stage 2");
    }
    try (Iommu smmu = open(new IommuBench(), Map.of())) {
      assertEquals(einval, smmu.attach(stream(SID, 1), mapped(smmu, PHYS)), "no substreams");
    }
  }

  @Test
  void withoutTablesOfTablesThereAre1024Substreams() {
    Map<String, String> linear = Map.of("ssid-bits", "12", "two-level-cd", "false");
    try (Iommu smmu = open(new IommuBench(), linear)) {
      IommuDomain domain = mapped(smmu, PHYS);
      assertEquals(0, smmu.attach(stream(SID, 0x3ff), domain));
      assertEquals(Errno.EINVAL.rc(), smmu.attach(stream(SID, 0x400), domain));
      assertEquals(new Translation.Translated(PHYS, false), translate(smmu, 0x3ff));
    }
  }
}
