package org.bufferyard.iommu.arm.smmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.contract.IommuContract;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.AttributedAccess;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SmmuV2Test {
  private abstract static class Make extends IommuContract {
    @Override
    protected IommuKind kind() {
      return new SmmuV2Kind();
    }

    abstract Map<String, String> parameters();

    @Override
    protected IommuUnit unit() {
      return new IommuUnit("smmu", "arm,mmu-500", parameters());
    }

    @Override
    protected StreamId stream() {
      return new StreamId("smmu", List.of(0x80L));
    }

    @Override
    protected boolean expressesWriteOnly() {
      return false;
    }
  }

  @Nested
  class Lpae extends Make {
    @Override
    Map<String, String> parameters() {
      return Map.of();
    }
  }

  @Nested
  class ShortDescriptors extends Make {
    @Override
    Map<String, String> parameters() {
      return Map.of("format", "v7s");
    }
  }

  @Nested
  class Version1 extends Make {
    @Override
    Map<String, String> parameters() {
      return Map.of();
    }

    @Override
    protected IommuUnit unit() {
      return new IommuUnit("smmu", "arm,mmu-400", parameters());
    }

    @Override
    protected boolean expressesWriteOnly() {
      return true;
    }
  }

  private IommuBench bench;

  private Iommu open(KernelProfile kernel, Map<String, String> parameters) {
    bench = new IommuBench(kernel);
    return new SmmuV2Kind()
        .open(new IommuUnit("/soc/iommu@5000000", "arm,mmu-500", parameters), bench);
  }

  private static StreamId stream(long... cells) {
    return new StreamId(
        "/soc/iommu@5000000", java.util.Arrays.stream(cells).boxed().toList());
  }

  private static Translation.Fault fault(Iommu smmu, StreamId stream, long at, boolean write) {
    return assertInstanceOf(Translation.Fault.class, smmu.translate(stream, at, write));
  }

  private List<String> log() {
    List<String> lines =
        bench.events().of(KernelMessage.class).stream().map(KernelMessage::text).toList();
    bench.events().clear();
    return lines;
  }

  @Test
  void aContextFaultIsPrintedFieldByFieldSince611() {
    try (Iommu smmu = open(KernelProfile.LINUX_7_3, Map.of())) {
      IommuDomain domain = smmu.newDomain(DomainType.DMA);
      assertEquals(0, smmu.attach(stream(0x429), domain));
      domain.map(0x1000, 0x4800_0000L, 4096, 1, IommuProt.READ);
      Translation.Fault fault = fault(smmu, stream(0x429), 0x1010, true);
      assertEquals(0x408, fault.code());
      assertEquals("PF", fault.name());
      assertEquals(
          List.of(
              "arm-smmu 5000000.iommu: Unhandled context fault: fsr=0x408, iova=0x00001010,"
                  + " fsynr=0x13, cbfrsynra=0x429, cb=0",
              "arm-smmu 5000000.iommu: FSR    = 00000408 [Format=2 PF], SID=0x429",
              "arm-smmu 5000000.iommu: FSYNR0 = 00000013 [S1CBNDX=0 WNR PLVL=3]"),
          log());
    }
  }

  @Test
  void contextAndGlobalFaultsHaveALimitEach() {
    try (Iommu smmu = open(KernelProfile.LINUX_6_1, Map.of())) {
      IommuDomain domain = smmu.newDomain(DomainType.DMA);
      assertEquals(0, smmu.attach(stream(1), domain));
      for (int i = 0; i < 12; i++) {
        fault(smmu, stream(1), 0x1000, false);
      }
      assertEquals(10, log().size());
      fault(smmu, stream(7), 0x1000, false);
      assertEquals(2, log().size(), "a global fault");
      bench.advance(6_000_000_000L);
      fault(smmu, stream(1), 0x1000, false);
      assertEquals("arm_smmu_context_fault: 2 callbacks suppressed", log().getFirst());
    }
  }

  @Test
  void linux61PrintsOneLine() {
    try (Iommu smmu = open(KernelProfile.LINUX_6_1, Map.of())) {
      IommuDomain first = smmu.newDomain(DomainType.DMA);
      IommuDomain second = smmu.newDomain(DomainType.DMA);
      assertEquals(0, smmu.attach(stream(1), first));
      assertEquals(0, smmu.attach(stream(2), second));
      fault(smmu, stream(2), 0x8_0000_0000L, false);
      assertEquals(
          List.of(
              "arm-smmu 5000000.iommu: Unhandled context fault: fsr=0x402, iova=0x800000000,"
                  + " fsynr=0x10000, cbfrsynra=0x2, cb=1"),
          log());
    }
  }

  @Test
  void anUnknownStreamIsAGlobalFault() {
    try (Iommu smmu = open(KernelProfile.DEFAULT, Map.of())) {
      assertEquals(0x2, fault(smmu, stream(0x429), 0, true).code());
      assertEquals(
          List.of(
              "arm-smmu 5000000.iommu: Blocked unknown Stream ID 0x429; boot with"
                  + " \"arm-smmu.disable_bypass=0\" to allow, but this may have security"
                  + " implications",
              "arm-smmu 5000000.iommu: \tGFSR 0x00000002, GFSYNR0 0x00000002, GFSYNR1 0x00000429,"
                  + " GFSYNR2 0x00000000"),
          log());
    }
  }

  @Test
  void privilegeAndInstructionsAreCheckedAndPrinted() {
    try (Iommu smmu = open(KernelProfile.LINUX_7_3, Map.of())) {
      IommuDomain domain = smmu.newDomain(DomainType.DMA);
      assertEquals(0, smmu.attach(stream(1), domain));
      domain.map(0x1000, 0x4800_0000L, 4096, 1, IommuProt.READ | IommuProt.PRIV | IommuProt.NOEXEC);
      AttributedAccess able = (AttributedAccess) smmu;
      AccessAttributes words = AccessAttributes.PLAIN.asPrivileged();
      assertEquals("PF", fault(smmu, stream(1), 0x1000, false).name());
      assertEquals(
          new Translation.Translated(0x4800_0000L, false),
          able.translate(stream(1), 0x1000, false, words));
      log();
      able.translate(stream(1), 0x1000, false, words.asInstruction());
      assertEquals(
          "arm-smmu 5000000.iommu: FSYNR0 = 00000063 [S1CBNDX=0 IND PNU PLVL=3]", log().getLast());
      able.translate(stream(9), 0x1000, true, words.asInstruction());
      assertEquals(
          "arm-smmu 5000000.iommu: \tGFSR 0x00000002, GFSYNR0 0x00000006, GFSYNR1 0x00000009,"
              + " GFSYNR2 0x00000000",
          log().getLast());
    }
  }

  @Test
  void aMaskCoversSeveralStreams() {
    try (Iommu smmu = open(KernelProfile.DEFAULT, Map.of())) {
      IommuDomain domain = smmu.newDomain(DomainType.DMA);
      assertEquals(0, smmu.attach(stream(0x400, 0x7f), domain));
      domain.map(0, 0x4800_0000L, 4096, 1, IommuProt.READ);
      assertEquals(
          new Translation.Translated(0x4800_0005L, false), smmu.translate(stream(0x42a), 5, false));
      assertEquals("USF", fault(smmu, stream(0x480), 5, false).name());
      assertEquals(0, smmu.attach(stream(0x410, 0xf), domain), "covered already");
      assertEquals(
          Errno.EINVAL.rc(),
          smmu.attach(stream(0x420, 0xff), domain),
          "overlaps with another mask");
      assertEquals(Errno.EINVAL.rc(), smmu.attach(stream(0x1_0000), domain));
      assertEquals(
          Errno.EBUSY.rc(),
          smmu.attach(stream(0x410, 0xf), smmu.newDomain(DomainType.DMA)),
          "one register, one domain");
      smmu.detach(stream(0x400, 0x7f));
      assertEquals(
          new Translation.Translated(0x4800_0005L, false),
          smmu.translate(stream(0x42a), 5, false),
          "the other stream keeps the register");
    }
  }

  @Test
  void registersAndBanksRunOut() {
    try (Iommu smmu =
        open(KernelProfile.DEFAULT, Map.of("stream-matches", "2", "context-banks", "1"))) {
      IommuDomain domain = smmu.newDomain(DomainType.DMA);
      IommuDomain late = smmu.newDomain(DomainType.DMA);
      assertEquals(Errno.ENOSPC.rc(), smmu.attach(stream(1), late));
      assertEquals(0, smmu.attach(stream(1), domain));
      assertEquals(0, smmu.attach(stream(2), domain));
      assertEquals(Errno.ENOSPC.rc(), smmu.attach(stream(3), domain));
      smmu.detach(stream(1));
      assertEquals(0, smmu.attach(stream(3), domain));
    }
  }

  @Test
  void aWrongFormatIsNamed() {
    IllegalArgumentException wrong =
        assertThrows(
            IllegalArgumentException.class,
            () -> open(KernelProfile.DEFAULT, Map.of("format", "x86")));
    assertEquals(
        "IOMMU /soc/iommu@5000000: format is lpae, lpae32 or v7s, not 'x86'", wrong.getMessage());
  }
}
