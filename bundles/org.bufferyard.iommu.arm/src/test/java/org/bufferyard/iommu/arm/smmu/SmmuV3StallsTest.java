package org.bufferyard.iommu.arm.smmu;

import static org.bufferyard.iommu.arm.smmu.HardwareBench.RW;
import static org.bufferyard.iommu.arm.smmu.HardwareBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
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
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.PageRequest;
import org.bufferyard.api.iommu.PageRequest.Response;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.iommu.arm.pgtable.PageTable;
import org.bufferyard.iommu.arm.smmu.Command.Resume.Action;
import org.bufferyard.iommu.arm.smmu.ContextDescriptor.Faults;
import org.bufferyard.iommu.arm.smmu.SmmuV3Features.StallModel;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage1;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage2;
import org.junit.jupiter.api.Test;

/** The stall model: CD.S, STE.S2S and S1STALLD, stall records, CMD_RESUME and CMD_STALL_TERM. */
class SmmuV3StallsTest {
  private static final long PHYS = 0x4800_0000L;

  private HardwareBench bench = new HardwareBench();

  private PageTable install(Faults faults) {
    PageTable table = bench.stage1();
    long context = bench.block(64);
    HardwareBench.context(7, table, faults).write(bench.memory, context);
    bench.install(StreamTableEntry.stage1(Stage1.single(context)));
    return table;
  }

  private static SmmuV3Features model(StallModel model) {
    return new SmmuV3Features(true, 0, false, model, false, false);
  }

  /** The next access stalls. */
  private int held(long address) {
    assertSame(SmmuV3Hardware.HELD, bench.read(address));
    return bench.hardware.heldId();
  }

  private int stag() {
    EventRecord event = bench.event(SmmuV3Event.F_TRANSLATION);
    assertTrue(event.stalled());
    return event.stag();
  }

  @Test
  void aStalledTransactionIsRecordedAndRetried() {
    PageTable table = install(Faults.STALL);
    int first = held(0x1000);
    int second = held(0x2000);
    assertEquals(1L << 31, bench.eventWord(1) & 1L << 31, "Stall bit 31 of word 1");
    int tag = stag();
    assertEquals(tag + 1, bench.eventWord(1) & 0xffff, "STAG 15:0 of the other");
    int other = stag();
    assertEquals(Optional.empty(), bench.hardware.poll(first));
    table.map(0x1000, PHYS, 4096, 1, RW);
    bench.run(new Command.Resume(SID + 1, tag, Action.RETRY));
    bench.run(new Command.Resume(SID, 0xffff, Action.RETRY));
    assertEquals(Optional.empty(), bench.hardware.poll(first), "not that one");
    bench.run(new Command.Resume(SID, tag, Action.RETRY));
    assertEquals(
        Optional.of(new Translation.Translated(PHYS, false)), bench.hardware.poll(first));
    bench.run(new Command.Resume(SID, other, Action.ABORT));
    assertEquals(
        Optional.of(SmmuV3Event.F_TRANSLATION.at(0x2000, false)),
        bench.hardware.poll(second));
    assertTrue(bench.events.isEmpty(), "an abort is no event");
  }

  @Test
  void aRetryThatFaultsStallsAgain() {
    install(Faults.STALL);
    int id = held(0x1000);
    bench.run(new Command.Resume(SID, stag(), Action.RETRY));
    assertEquals(Optional.empty(), bench.hardware.poll(id));
    bench.run(new Command.Resume(SID, stag(), Action.TERMINATE));
    assertTrue(bench.hardware.poll(id).isPresent());
  }

  @Test
  void cmdStallTermEndsAllOfAStream() {
    install(Faults.STALL);
    int first = held(0x1000);
    int second = held(0x2000);
    bench.run(new Command.StallTerminate(SID + 1));
    assertEquals(Optional.empty(), bench.hardware.poll(first));
    bench.run(new Command.StallTerminate(SID));
    assertTrue(bench.hardware.poll(first).isPresent());
    assertTrue(bench.hardware.poll(second).isPresent());
  }

  @Test
  void aFullQueueLosesNoStallButOtherEvents() {
    bench = new HardwareBench(HardwareBench.EVERYTHING, 1, 3);
    install(Faults.STALL);
    for (long page = 1; page <= 4; page++) {
      held(page << 12);
    }
    assertTrue(!bench.events.hasOverflowed(), "stall records do not overflow it");
    for (long page = 1; page <= 4; page++) {
      assertEquals(
          page << 12, bench.event(SmmuV3Event.F_TRANSLATION).from().address());
    }
    install(Faults.TERMINATE);
    for (int i = 0; i < 3; i++) {
      bench.read(0x1000);
    }
    assertTrue(bench.events.hasOverflowed(), "OVFLG");
  }

  @Test
  void aWithoutRecordIsSilent() {
    install(new Faults(true, false, false));
    assertEquals(
        SmmuV3Event.F_TRANSLATION.at(0x1000, false), bench.read(0x1000), "CD.R is 0");
    assertTrue(bench.events.isEmpty());
    install(new Faults(false, true, false));
    bench.fault(SmmuV3Event.C_BAD_CD, bench.read(0x1000));
    assertTrue(bench.events.isEmpty(), "CD.A is 0 where TERM_MODEL is 1");
  }

  @Test
  void stallModelDecidesWhatIsIllegal() {
    for (StallModel model : StallModel.values()) {
      bench = new HardwareBench(model(model));
      boolean stalls = model == StallModel.FORCED;
      install(stalls ? Faults.TERMINATE : Faults.STALL);
      switch (model) {
        case CONFIGURED -> held(0x1000);
        case NONE, FORCED -> bench.fault(SmmuV3Event.C_BAD_CD, bench.read(0x1000));
      }
      PageTable table = bench.stage1();
      long context = bench.block(64);
      HardwareBench.context(7, table, stalls ? Faults.STALL : Faults.TERMINATE)
          .write(bench.memory, context);
      bench.install(StreamTableEntry.stage1(Stage1.single(context).withoutStalls()));
      while (!bench.events.isEmpty()) {
        bench.events.consumed();
      }
      bench.fault(
          model == StallModel.CONFIGURED ? SmmuV3Event.F_TRANSLATION : SmmuV3Event.C_BAD_STE,
          bench.read(0x1000));
      Stage2 fields = HardwareBench.fields(3, bench.stage2());
      Stage2 wrong =
          new Stage2(3, fields.vtcr(), fields.table(), true, !stalls, true);
      bench.install(StreamTableEntry.stage2(wrong));
      switch (model) {
        case CONFIGURED -> held(0x1000);
        case NONE, FORCED -> bench.fault(SmmuV3Event.C_BAD_STE, bench.read(0x1000));
      }
    }
  }

  @Test
  void s1stalldMakesAStallingContextIllegal() {
    PageTable table = bench.stage1();
    long context = bench.block(64);
    HardwareBench.context(7, table, Faults.STALL).write(bench.memory, context);
    bench.install(StreamTableEntry.stage1(Stage1.single(context).withoutStalls()));
    bench.fault(SmmuV3Event.C_BAD_CD, bench.read(0x1000));
  }

  @Test
  void withoutStallsTheirCommandsAreIllegal() {
    HardwareBench plain = new HardwareBench(SmmuV3Features.PLAIN);
    for (Command command :
        List.of(
            new Command.Resume(SID, 0, Action.RETRY),
            new Command.StallTerminate(SID),
            new Command.AtcInvalidate(SID, AccessAttributes.NO_PASID, false, 0, 0),
            new Command.PriResponse(
                SID, 0, 0, Command.PriResponse.Answer.SUCCESS))) {
      assertThrows(IllegalArgumentException.class, () -> plain.run(command));
      plain.commands.consumed();
    }
  }

  // ---- the driver ----

  private static final StreamId CARD = new StreamId("smmu", List.of((long) SID));
  private static final Map<String, String> STALLS =
      Map.of("stall-model", "stall", "can-stall", "0x80", "oas", "40");

  private final IommuBench yard = new IommuBench();
  private final List<PageRequest> asked = new ArrayList<>();

  private IommuDomain domain;

  private Iommu open(IommuBench where, Map<String, String> parameters) {
    Iommu smmu =
        new SmmuV3Kind().open(new IommuUnit("smmu", "arm,smmu-v3", parameters), where);
    domain = smmu.newDomain(DomainType.UNMANAGED);
    assertEquals(0, smmu.attach(CARD, domain));
    return smmu;
  }

  private static List<String> log(IommuBench where) {
    return where.events().of(KernelMessage.class).stream()
        .filter(m -> m.kind() == MessageClass.IOMMU_FAULT)
        .map(KernelMessage::text)
        .toList();
  }

  private Response bring(PageRequest request) {
    asked.add(request);
    domain.map(request.address() & -0x1000L, PHYS, 4096, 1, RW);
    return Response.SUCCESS;
  }

  @Test
  void aHandlerThatBringsThePageLetsTheAccessGoOn() {
    yard.pageRequestsTo(this::bring);
    try (Iommu smmu = open(yard, STALLS)) {
      AccessAttributes words = AccessAttributes.PLAIN.asPrivileged();
      assertEquals(
          new Translation.Translated(PHYS + 8, false),
          ((AttributedAccess) smmu).translate(CARD, 0x5008, true, words));
      assertEquals(
          List.of(
              new PageRequest(
                  CARD, AccessAttributes.NO_PASID, 0x5008, true, true, false, 0, true)),
          asked);
      assertEquals(List.of(), log(yard), "what is handled is not printed");
      assertEquals(
          new Translation.Translated(PHYS, false), smmu.translate(CARD, 0x5000, false));
      assertEquals(1, asked.size());
    }
  }

  @Test
  void aHandlerThatRefusesAbortsSilently() {
    yard.pageRequestsTo(request -> Response.INVALID);
    try (Iommu smmu = open(yard, STALLS)) {
      assertEquals(
          SmmuV3Event.F_TRANSLATION.at(0x5000, false), smmu.translate(CARD, 0x5000, false));
      assertEquals(List.of(), log(yard));
    }
  }

  @Test
  void withoutAHandlerTheEventIsPrinted() {
    try (Iommu smmu = open(yard, STALLS)) {
      assertEquals(
          SmmuV3Event.F_TRANSLATION.at(0x5000, false), smmu.translate(CARD, 0x5000, false));
      assertEquals("arm-smmu-v3 smmu: \t0x0000020880000000", log(yard).get(2));
      assertTrue(
          log(yard).getLast().endsWith("\"Input address caused fault\" stall stag: 0x0"),
          log(yard).getLast());
    }
  }

  @Test
  void aHandlerThatPromisesForeverIsCutOff() {
    yard.pageRequestsTo(
        request -> {
          asked.add(request);
          return Response.SUCCESS;
        });
    try (Iommu smmu = open(yard, STALLS)) {
      assertInstanceOf(Translation.Fault.class, smmu.translate(CARD, 0x5000, false));
      assertEquals(32, asked.size());
    }
  }

  @Test
  void streamsThatMayNotStallEndAtOnce() {
    yard.pageRequestsTo(this::bring);
    Map<String, String> others = Map.of("stall-model", "stall", "can-stall", "0x81");
    try (Iommu smmu = open(yard, others)) {
      assertInstanceOf(Translation.Fault.class, smmu.translate(CARD, 0x5000, false));
      assertEquals(List.of(), asked);
      assertEquals("arm-smmu-v3 smmu: \t0x0000020800000000", log(yard).get(2));
    }
  }

  @Test
  void stage2StallsSince613() {
    Map<String, String> stage2 =
        Map.of("stage", "2", "stall-model", "stall", "can-stall", "0x80");
    yard.pageRequestsTo(this::bring);
    try (Iommu smmu = open(yard, stage2)) {
      assertEquals(
          new Translation.Translated(PHYS, false), smmu.translate(CARD, 0x5000, false));
    }
    IommuBench old = new IommuBench(KernelProfile.LINUX_6_12);
    old.pageRequestsTo(this::bring);
    try (Iommu smmu = open(old, stage2)) {
      assertInstanceOf(Translation.Fault.class, smmu.translate(CARD, 0x5000, false));
      assertEquals(5, log(old).size());
    }
  }

  @Test
  void aWrongModelIsNamed() {
    assertEquals(
        "IOMMU smmu: parameter stall-model is stall, none or force, not 'wait'",
        assertThrows(
                IllegalArgumentException.class,
                () -> open(yard, Map.of("stall-model", "wait")))
            .getMessage());
    assertEquals(
        "IOMMU smmu: parameter can-stall is stream ids such as 0x80 0x98, not 'all'",
        assertThrows(
                IllegalArgumentException.class, () -> open(yard, Map.of("can-stall", "all")))
            .getMessage());
  }
}
