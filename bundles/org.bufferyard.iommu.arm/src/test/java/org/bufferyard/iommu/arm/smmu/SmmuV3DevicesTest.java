package org.bufferyard.iommu.arm.smmu;

import static org.bufferyard.iommu.arm.smmu.HardwareBench.RW;
import static org.bufferyard.iommu.arm.smmu.HardwareBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
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
import org.bufferyard.iommu.arm.smmu.Command.PriResponse.Answer;
import org.bufferyard.iommu.arm.smmu.ContextDescriptor.Faults;
import org.bufferyard.iommu.arm.smmu.SmmuV3Features.StallModel;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.DefaultSubstream;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Eats;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Format;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage1;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage2;
import org.junit.jupiter.api.Test;

/** Devices with translation caches: STE.EATS, CMD_ATC_INV, the PRI queue, CMD_PRI_RESP. */
class SmmuV3DevicesTest {
  private static final long PHYS = 0x4800_0000L;
  private static final AccessAttributes ASKING = AccessAttributes.PLAIN.requestingPages();

  private HardwareBench bench = new HardwareBench();
  private PageTable table;
  private Stage1 stage1;

  private void install(Eats eats) {
    table = bench.stage1();
    long context = bench.block(64);
    HardwareBench.context(7, table, Faults.STALL).write(bench.memory, context);
    stage1 = Stage1.single(context);
    bench.install(StreamTableEntry.stage1(stage1).with(eats));
    bench.hardware.addDeviceCache(SID).enable(true);
  }

  @Test
  void aDeviceKeepsWhatItWasToldUntilAtcInv() {
    install(Eats.TRANSLATE);
    table.map(0x1000, PHYS, 4096, 1, RW);
    table.map(0x9000, PHYS + 0x1000, 4096, 1, RW);
    for (Command keeps :
        List.of(
            new TlbCommand.All(),
            new Command.AtcInvalidate(SID, 5, false, 0, Command.AtcInvalidate.ALL),
            new Command.AtcInvalidate(SID + 1, -1, false, 0, Command.AtcInvalidate.ALL),
            new Command.AtcInvalidate(SID, -1, false, 0x2000, 1))) {
      bench.assertReaches(PHYS, bench.read(0x1000));
      bench.assertReaches(PHYS + 0x1000, bench.read(0x9000));
      table.unmap(0x1000, 4096, 1);
      bench.run(keeps);
      bench.assertReaches(PHYS, bench.read(0x1000));
      table.map(0x1000, PHYS, 4096, 1, RW);
    }
    table.unmap(0x1000, 4096, 1);
    bench.run(new Command.AtcInvalidate(SID, -1, false, 0x3000, 2));
    bench.assertSilent("ATS_DENIED", bench.read(0x1000));
    bench.assertReaches(PHYS + 0x1000, bench.read(0x9000));
  }

  @Test
  void theRightsComeWithTheTranslation() {
    install(Eats.TRANSLATE);
    table.map(0x1000, PHYS, 4096, 1, IommuProt.READ);
    bench.assertReaches(PHYS, bench.read(0x1000));
    bench.assertSilent("ATS_DENIED", bench.access(0x1000, true, AccessAttributes.PLAIN));
  }

  @Test
  void whereEatsIsOffARequestIsAnEvent() {
    install(Eats.ABORT);
    table.map(0x1000, PHYS, 4096, 1, RW);
    EventRecord event = bench.fault(SmmuV3Event.F_BAD_ATS_TREQ, bench.read(0x1000));
    assertEquals(0x1000, event.from().address());
    bench.install(StreamTableEntry.BYPASS.with(Eats.TRANSLATE));
    bench.fault(SmmuV3Event.F_BAD_ATS_TREQ, bench.read(0x1000));
    bench.install(StreamTableEntry.ABORT);
    bench.assertSilent("ATS_UR", bench.read(0x1000));
  }

  @Test
  void aTranslatedTransactionIsCheckedAgainstEats() {
    install(Eats.TRANSLATE);
    table.map(0x1000, PHYS, 4096, 1, RW);
    bench.assertReaches(PHYS, bench.read(0x1000));
    bench.install(StreamTableEntry.stage1(stage1));
    bench.read(0x1000);
    assertEquals(0x0000_0080_0000_0007L, bench.eventWord(0));
    assertEquals(1L << 35, bench.eventWord(1), "RnW alone");
    assertEquals(0x1000, bench.eventWord(2), "InputAddr");
    bench.event(SmmuV3Event.F_TRANSL_FORBIDDEN);
    bench.install(StreamTableEntry.ABORT);
    bench.assertSilent("ATS_ABORT", bench.read(0x1000));
  }

  @Test
  void configurationErrorsAbortWithoutAnEvent() {
    install(Eats.TRANSLATE);
    bench.memory.writeLong(stage1.context(), 0);
    bench.assertSilent("ATS_CA", bench.read(0x1000));
    bench.assertSilent("ATS_CA", bench.access(0x1000, false, ASKING.withPasid(3)));
  }

  @Test
  void splitStagesGiveOutIntermediateAddresses() {
    PageTable stage2 = bench.stage2();
    PageTable guest = bench.stage1();
    long context = bench.block(64);
    HardwareBench.context(7, guest, Faults.TERMINATE).write(bench.memory, context);
    long ram = 0x4000_0000L;
    stage2.map(ram, ram, 1L << 30, 1, RW);
    long ipa = 0x30_0000_0000L;
    guest.map(0x1000, ipa, 4096, 1, RW);
    stage2.map(ipa, PHYS, 4096, 1, RW);
    StreamTableEntry nested =
        StreamTableEntry.nested(Stage1.single(context), HardwareBench.fields(1, stage2));
    bench.install(nested.with(Eats.SPLIT_STAGE));
    bench.hardware.addDeviceCache(SID).enable(true);
    bench.assertReaches(PHYS, bench.read(0x1000));
    stage2.unmap(ipa, 4096, 1);
    EventRecord event = bench.fault(SmmuV3Event.F_TRANSLATION, bench.read(0x1008));
    assertTrue(event.fault().stage2(), "the device is not asked, stage 2 is");
    assertEquals(ipa + 8, event.from().address(), "InputAddr is what the device sent");
    assertEquals(ipa, event.fault().last());
    bench.install(StreamTableEntry.stage1(Stage1.single(context)).with(Eats.SPLIT_STAGE));
    bench.assertSilent("ATS_ABORT", bench.read(0x1000));
    bench.hardware.addDeviceCache(SID).enable(false);
    bench.fault(SmmuV3Event.C_BAD_STE, bench.read(0x1000));
    Stage2 fields = HardwareBench.fields(1, stage2);
    bench.install(
        StreamTableEntry.nested(
                Stage1.single(context),
                new Stage2(1, fields.vtcr(), fields.table(), true, true, true))
            .with(Eats.TRANSLATE));
    bench.fault(SmmuV3Event.C_BAD_STE, bench.read(0x1000));
  }

  @Test
  void stage1ThatIsBypassedIsAnIdentity() {
    install(Eats.TRANSLATE);
    bench.install(
        StreamTableEntry.stage1(
                new Stage1(
                    stage1.context(), Format.LINEAR, 1, DefaultSubstream.BYPASS, false))
            .with(Eats.TRANSLATE));
    bench.assertReaches(0x1234, bench.read(0x1234));
  }

  // ---- page requests ----

  @Test
  void aPageRequestHasTheManualsWords() {
    Transaction fetch = new Transaction(0x80, 0x12, 0x1234_5678L, false, true, true);
    new PriRecord(fetch, true, 0x1f5).write(bench.memory, bench.block(64));
    long at = bench.requests.producerSlot();
    new PriRecord(fetch, true, 0x1f5).write(bench.memory, at);
    long first = bench.memory.readLong(at);
    assertEquals(0x80, first & 0xffff_ffffL, "StreamID");
    assertEquals(0x12, first >>> 32 & 0xf_ffff, "SubstreamID");
    assertEquals(0b111, first >>> 58 & 7, "Priv 58, X 59, R 60");
    assertEquals(0, first >>> 61 & 1, "W");
    assertEquals(0b11, first >>> 62, "L 62, SSV 63");
    assertEquals(0x1234_5000L | 0x1f5, bench.memory.readLong(at + 8), "address, PRGIndex");
    PriRecord back = PriRecord.read(bench.memory, at);
    assertEquals(
        new PriRecord(new Transaction(0x80, 0x12, 0x1234_5000L, false, true, true), true, 0x1f5),
        back);
    new PriRecord(new Transaction(0x80, -1, 0x1000, true, true, false), false, 0)
        .write(bench.memory, at);
    assertEquals(0x80 | 1L << 61, bench.memory.readLong(at), "W; no Priv without a substream");
  }

  private PriRecord request() {
    assertFalse(bench.requests.isEmpty(), "a page request");
    PriRecord request = PriRecord.read(bench.memory, bench.requests.consumerSlot());
    bench.requests.consumed();
    return request;
  }

  @Test
  void aDeviceAsksForThePageAndWaits() {
    install(Eats.TRANSLATE);
    assertSame(SmmuV3Hardware.HELD, bench.access(0x1000, true, ASKING));
    int id = bench.hardware.heldId();
    PriRecord request = request();
    assertTrue(request.last() && request.from().write());
    assertEquals(Optional.empty(), bench.hardware.poll(id));
    table.map(0x1000, PHYS, 4096, 1, RW);
    bench.run(new Command.PriResponse(SID, -1, request.group() + 1, Answer.SUCCESS));
    assertEquals(Optional.empty(), bench.hardware.poll(id), "another group");
    bench.run(new Command.PriResponse(SID, -1, request.group(), Answer.SUCCESS));
    assertEquals(
        Optional.of(new Translation.Translated(PHYS, false)), bench.hardware.poll(id));
    assertTrue(bench.events.isEmpty());
  }

  @Test
  void failureIsForGoodAndInvalidForOne() {
    install(Eats.TRANSLATE);
    for (Answer answer : List.of(Answer.INVALID, Answer.FAILURE)) {
      assertSame(SmmuV3Hardware.HELD, bench.access(0x1000, true, ASKING));
      int id = bench.hardware.heldId();
      bench.run(new Command.PriResponse(SID, -1, request().group(), answer));
      assertEquals(
          "ATS_DENIED",
          assertInstanceOf(Translation.Fault.class, bench.hardware.poll(id).orElseThrow())
              .name());
    }
    bench.assertSilent("ATS_DENIED", bench.access(0x1000, true, ASKING));
    assertTrue(bench.requests.isEmpty());
  }

  @Test
  void aQueueThatOverflowsTakesNothingUntilThatIsAcknowledged() {
    bench = new HardwareBench(HardwareBench.EVERYTHING, 7, 1);
    install(Eats.TRANSLATE);
    for (long page = 1; page <= 2; page++) {
      bench.access(page << 12, true, ASKING);
    }
    assertFalse(bench.requests.hasOverflowed());
    assertSame(SmmuV3Hardware.HELD, bench.access(0x3000, true, ASKING));
    int third = bench.hardware.heldId();
    assertTrue(bench.requests.hasOverflowed(), "OVFLG");
    request();
    table.map(0x3000, PHYS, 4096, 1, RW);
    assertEquals(
        Optional.of(new Translation.Translated(PHYS, false)),
        bench.hardware.poll(third),
        "the automatic answer is success: the device tries again");
    bench.access(0x4000, true, ASKING);
    request();
    assertTrue(bench.requests.isEmpty(), "nothing more was taken");
    bench.requests.acknowledgeOverflow();
    bench.access(0x5000, true, ASKING);
    assertEquals(0x5000, request().from().address());
  }

  @Test
  void withoutAQueueEveryRequestFails() {
    bench =
        new HardwareBench(
            new SmmuV3Features(false, 0, false, StallModel.CONFIGURED, true, false));
    install(Eats.TRANSLATE);
    assertSame(SmmuV3Hardware.HELD, bench.access(0x1000, true, ASKING));
    assertTrue(bench.hardware.poll(bench.hardware.heldId()).isPresent());
    bench.assertSilent("ATS_DENIED", bench.access(0x1000, true, ASKING));
  }

  // ---- the driver ----

  private static final StreamId CARD = new StreamId("smmu", List.of((long) SID));

  private static Iommu open(IommuBench yard) {
    return new SmmuV3Kind()
        .open(
            new IommuUnit(
                "smmu",
                "arm,smmu-v3",
                Map.of("ats", "0x80", "pri", "true", "ssid-bits", "8", "oas", "40")),
            yard);
  }

  private static List<String> log(IommuBench yard, MessageClass kind) {
    return yard.events().of(KernelMessage.class).stream()
        .filter(m -> m.kind() == kind)
        .map(KernelMessage::text)
        .toList();
  }

  @Test
  void theDriverFlushesDevicesAfterTheTlb() {
    IommuBench yard = new IommuBench();
    try (Iommu smmu = open(yard)) {
      assertEquals(
          "arm-smmu-v3 smmu: ias 40-bit, oas 40-bit (features 0x00008337)",
          log(yard, MessageClass.INFO).getFirst(),
          "ATS, PRI and tables of context tables");
      IommuDomain domain = smmu.newDomain(DomainType.UNMANAGED);
      assertEquals(0, smmu.attach(CARD, domain));
      IommuDomain process = smmu.newDomain(DomainType.UNMANAGED);
      StreamId substream = new StreamId("smmu", List.of((long) SID, 5L));
      assertEquals(0, smmu.attach(substream, process));
      for (IommuDomain each : List.of(domain, process)) {
        StreamId who = each == domain ? CARD : substream;
        each.map(0x1000, PHYS, 4096, 1, RW);
        assertEquals(
            new Translation.Translated(PHYS, false), smmu.translate(who, 0x1000, true));
        each.unmap(0x1000, 4096, 1);
        assertEquals(
            new Translation.Translated(PHYS, true), smmu.translate(who, 0x1000, true), "stale");
        each.sync();
        assertInstanceOf(Translation.Fault.class, smmu.translate(who, 0x1000, true));
      }
      domain.map(0x1000, PHYS, 4096, 1, RW);
      smmu.translate(CARD, 0x1000, true);
      assertEquals(0, smmu.attach(CARD, smmu.newDomain(DomainType.IDENTITY)));
      smmu.detach(substream);
      assertEquals(
          new Translation.Translated(0x1000, false),
          smmu.translate(CARD, 0x1000, true),
          "ATS is off with the last table");
      assertEquals(List.of(), log(yard, MessageClass.IOMMU_FAULT));
    }
  }

  @Test
  void theDriverDeniesPageRequests() {
    IommuBench yard = new IommuBench();
    try (Iommu smmu = open(yard)) {
      IommuDomain domain = smmu.newDomain(DomainType.UNMANAGED);
      assertEquals(0, smmu.attach(CARD, domain));
      assertEquals(0, smmu.attach(new StreamId("smmu", List.of((long) SID, 5L)), domain));
      yard.events().clear();
      Translation answer =
          ((AttributedAccess) smmu)
              .translate(CARD, 0x1234, true, ASKING.withPasid(5).asPrivileged());
      assertInstanceOf(Translation.Fault.class, answer);
      assertEquals(
          List.of(
              "arm-smmu-v3 smmu: unexpected PRI request received:",
              "arm-smmu-v3 smmu: \tsid 0x00000080.0x00005: [0L] privileged W access at iova"
                  + " 0x0000000000001000"),
          log(yard, MessageClass.INFO));
      assertEquals(List.of(), log(yard, MessageClass.IOMMU_FAULT));
    }
  }
}
