package org.bufferyard.iommu.arm.smmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** Faults as the hardware numbers them and the driver prints them. */
class SmmuV3EventsTest {
  private static final StreamId CARD = new StreamId("smmu", List.of(0x80L));

  private IommuBench bench;
  private IommuDomain domain;

  private Iommu open(KernelProfile kernel, Map<String, String> parameters) {
    bench = new IommuBench(kernel);
    Iommu smmu =
        new SmmuV3Kind().open(new IommuUnit("smmu", "arm,smmu-v3", parameters), bench);
    domain = smmu.newDomain(DomainType.DMA);
    assertEquals(0, smmu.attach(CARD, domain));
    return smmu;
  }

  private List<String> log() {
    return bench.events().all().stream()
        .filter(DmaEvent.KernelMessage.class::isInstance)
        .map(DmaEvent.KernelMessage.class::cast)
        .filter(m -> m.kind() == DmaEvent.MessageClass.IOMMU_FAULT)
        .map(DmaEvent.KernelMessage::text)
        .toList();
  }

  private static Translation.Fault fault(Iommu smmu, StreamId stream, long at, boolean write) {
    return assertInstanceOf(Translation.Fault.class, smmu.translate(stream, at, write));
  }

  /** The first two events of a log that Linux 6.12 printed on an emulated machine. */
  @Test
  void linux612PrintsTheWordsOfAnEvent() {
    Map<String, String> emulated =
        Map.of("oas", "44", "device", "9050000.smmuv3", "event-class", "0");
    try (Iommu smmu = open(KernelProfile.LINUX_6_12, emulated)) {
      Translation.Fault fault = fault(smmu, CARD, 0x1234_5000, false);
      assertEquals(0x10, fault.code());
      assertEquals("F_TRANSLATION", fault.name());
      fault(smmu, CARD, 0x1234_5004, false);
      assertEquals(
          List.of(
              "arm-smmu-v3 9050000.smmuv3: event 0x10 received:",
              "arm-smmu-v3 9050000.smmuv3: \t0x0000008000000010",
              "arm-smmu-v3 9050000.smmuv3: \t0x0000000800000000",
              "arm-smmu-v3 9050000.smmuv3: \t0x0000000012345000",
              "arm-smmu-v3 9050000.smmuv3: \t0x0000000000000000",
              "arm-smmu-v3 9050000.smmuv3: event 0x10 received:",
              "arm-smmu-v3 9050000.smmuv3: \t0x0000008000000010",
              "arm-smmu-v3 9050000.smmuv3: \t0x0000000800000000",
              "arm-smmu-v3 9050000.smmuv3: \t0x0000000012345004",
              "arm-smmu-v3 9050000.smmuv3: \t0x0000000000000000"),
          log());
    }
  }

  @Test
  void probingTellsSizesFeaturesAndQueues() {
    Map<String, String> old =
        Map.of("oas", "40", "stage", "2", "two-level", "false", "range-invalidation", "false");
    try (Iommu smmu = open(KernelProfile.DEFAULT, old)) {
      assertTrue(smmu.printsFaults());
      assertEquals(
          List.of(
              "arm-smmu-v3 smmu: ias 40-bit, oas 40-bit (features 0x00000504)",
              "arm-smmu-v3 smmu: allocated 256 entries for cmdq",
              "arm-smmu-v3 smmu: allocated 128 entries for evtq"),
          bench.events().of(DmaEvent.KernelMessage.class).stream()
              .map(DmaEvent.KernelMessage::text)
              .toList());
    }
  }

  @Test
  void afterTenEventsTheDriverIsSilentForFiveSeconds() {
    try (Iommu smmu = open(KernelProfile.LINUX_7_3, Map.of())) {
      for (int beat = 0; beat < 64; beat++) {
        fault(smmu, CARD, 0x1234_5000 + 4L * beat, false);
      }
      assertEquals(10 * 7, log().size());
      bench.advance(5_000_000_001L);
      bench.events().clear();
      fault(smmu, CARD, 0x1234_5000, false);
      List<DmaEvent.KernelMessage> said = bench.events().of(DmaEvent.KernelMessage.class);
      assertEquals("arm_smmu_dump_event: 54 callbacks suppressed", said.getFirst().text());
      assertEquals(1 + 7, said.size());
    }
  }

  @Test
  void linux73SpellsItOut() {
    try (Iommu smmu =
        open(KernelProfile.LINUX_7_3, Map.of("device", "9050000.smmuv3", "event-class", "0"))) {
      fault(smmu, CARD, 0x7000_0000, false);
      assertEquals(
          List.of(
              "arm-smmu-v3 9050000.smmuv3: event: F_TRANSLATION client: (unassigned sid) sid:"
                  + " 0x80 ssid: 0x0 iova: 0x70000000 ipa: 0x0",
              "arm-smmu-v3 9050000.smmuv3: unpriv data read s1 \"CD fetch\" stag: 0x0"),
          log().subList(5, 7));
    }
  }

  @Test
  void realHardwareSaysThatTheInputAddressCausedIt() {
    try (Iommu smmu = open(KernelProfile.LINUX_7_3, Map.of())) {
      fault(smmu, CARD, 0x7000_0000, true);
      assertEquals("arm-smmu-v3 smmu: \t0x0000020000000000", log().get(2));
      assertTrue(log().get(6).contains("write s1 \"Input address caused fault\""), log().get(6));
    }
  }

  @Test
  void everyWayToFailHasItsNumber() {
    try (Iommu smmu = open(KernelProfile.DEFAULT, Map.of("oas", "40"))) {
      assertEquals(4096, domain.map(0x1000, 0x4800_0000L, 4096, 1, IommuProt.READ));
      assertEquals(0x13, fault(smmu, CARD, 0x1000, true).code(), "permission");
      assertEquals(0x10, fault(smmu, CARD, 1L << 48, true).code(), "beyond T0SZ");
      assertEquals(0x02, fault(smmu, new StreamId("smmu", List.of(0x1_0000L)), 0, true).code());
      assertEquals(0x02, fault(smmu, new StreamId("smmu", List.of(0x4000L)), 0, true).code());
      smmu.detach(CARD);
      assertEquals("STE_ABORT", fault(smmu, CARD, 0x1000, false).name(), "no event");
    }
  }

  @Test
  void aStreamBeyondTheTableIsRefused() {
    try (Iommu smmu = open(KernelProfile.DEFAULT, Map.of("sid-bits", "8"))) {
      assertEquals(
          Errno.ERANGE.rc(), smmu.attach(new StreamId("smmu", List.of(0x100L)), domain));
    }
  }

  @Test
  void stage2FaultsNameTheIntermediateAddress() {
    try (Iommu smmu = open(KernelProfile.DEFAULT, Map.of("stage", "2"))) {
      fault(smmu, CARD, 0x1234_5678, true);
      assertEquals("arm-smmu-v3 smmu: \t0x0000028000000000", log().get(2), "S2, class 2");
      assertEquals("arm-smmu-v3 smmu: \t0x0000000012345000", log().get(4));
      assertTrue(log().get(5).endsWith("iova: 0x12345678 ipa: 0x12345000"), log().get(5));
    }
  }

  @Test
  void twoStreamsOfADomainShareItAndItsTlbEntries() {
    StreamId other = new StreamId("smmu", List.of(0x98L));
    try (Iommu smmu = open(KernelProfile.DEFAULT, Map.of())) {
      assertEquals(0, smmu.attach(other, domain));
      domain.map(0x20_0000, 0x4800_0000L, 1 << 21, 1, IommuProt.READ | IommuProt.WRITE);
      assertEquals(
          new Translation.Translated(0x4800_0042L, false), smmu.translate(CARD, 0x20_0042, true));
      assertEquals(
          new Translation.Translated(0x4800_0042L, false),
          smmu.translate(other, 0x20_0042, true));
      assertEquals(1 << 21, domain.unmap(0x20_0000, 1 << 21, 1));
      assertEquals(
          new Translation.Translated(0x4800_0042L, true), smmu.translate(other, 0x20_0042, true));
      domain.sync();
      assertEquals(0x10, fault(smmu, other, 0x20_0042, true).code());
      smmu.detach(CARD);
      domain.map(0x20_0000, 0x4800_0000L, 1 << 21, 1, IommuProt.READ);
      assertEquals(
          new Translation.Translated(0x4800_0042L, false),
          smmu.translate(other, 0x20_0042, false));
    }
  }

  @Test
  void aQueuedDomainKeepsEveryTranslationUntilItsFlush() {
    try (Iommu smmu = open(KernelProfile.DEFAULT, Map.of())) {
      IommuDomain lazy = smmu.newDomain(DomainType.DMA_FQ);
      assertEquals(0, smmu.attach(CARD, lazy));
      for (long iova : new long[] {0x1000, 0x9000}) {
        lazy.map(iova, 0x4800_0000L + iova, 4096, 1, IommuProt.READ);
        smmu.translate(CARD, iova, false);
        lazy.unmap(iova, 4096, 1);
      }
      // A strict domain would have flushed the first page when the second did not join it.
      for (long iova : new long[] {0x1000, 0x9000}) {
        assertEquals(
            new Translation.Translated(0x4800_0000L + iova, true),
            smmu.translate(CARD, iova, false));
      }
      lazy.sync();
      assertEquals(0x10, fault(smmu, CARD, 0x1000, false).code());
      assertEquals(0x10, fault(smmu, CARD, 0x9000, false).code());
    }
  }

  @Test
  void aStrictDomainFlushesPagesThatDoNotJoin() {
    try (Iommu smmu = open(KernelProfile.DEFAULT, Map.of())) {
      for (long iova : new long[] {0x1000, 0x9000}) {
        domain.map(iova, 0x4800_0000L + iova, 4096, 1, IommuProt.READ);
        smmu.translate(CARD, iova, false);
        domain.unmap(iova, 4096, 1);
      }
      assertEquals(0x10, fault(smmu, CARD, 0x1000, false).code());
      assertEquals(
          new Translation.Translated(0x4800_9000L, true), smmu.translate(CARD, 0x9000, false));
    }
  }
}
