package org.bufferyard.iommu.arm.m4u;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults as the hardware's registers hold them and the driver prints them. */
class M4uFaultTest {
  private static final int RW = IommuProt.READ | IommuProt.WRITE;

  private final IommuBench bench = new IommuBench();

  private Iommu open(String model, String id) {
    return new M4uKind().open(new IommuUnit(id, model, Map.of()), bench);
  }

  private static StreamId port(String id, int larb, int port) {
    return new StreamId(id, List.of((long) larb << 5 | port));
  }

  private static void fault(Iommu m4u, StreamId stream, long at, boolean write) {
    Translation.Fault fault =
        assertInstanceOf(Translation.Fault.class, m4u.translate(stream, at, write));
    assertEquals(5, fault.code());
    assertEquals("TRANSLATION FAULT", fault.name());
  }

  private List<String> log() {
    return bench.events().of(KernelMessage.class).stream().map(KernelMessage::text).toList();
  }

  /** As such chips are known to print it: the low bits of the register stay in the address. */
  @Test
  void mt8173PrintsTheRegisterOf32Bits() {
    String id = "/soc/iommu@10205000";
    try (Iommu m4u = open("mediatek,mt8173-m4u", id)) {
      assertTrue(m4u.printsFaults());
      IommuDomain domain = m4u.newDomain(DomainType.DMA);
      assertEquals(0, m4u.attach(port(id, 0, 0), domain));
      assertEquals(0, m4u.attach(port(id, 3, 0), domain));
      domain.map(0xfcf0_0000L, 0x4800_0000L, 4096, 1, RW);
      domain.map(0xac20_0000L, 0x4800_0000L, 4096, 1, RW);
      fault(m4u, port(id, 0, 0), 0xfcff_0000L, false);
      fault(m4u, port(id, 3, 0), 0xac2f_f000L, true);
      fault(m4u, port(id, 3, 0), 0x10_0123L, true);
      assertEquals(
          List.of(
              "mtk-iommu 10205000.iommu: fault type=0x5 iova=0xfcff0001 pa=0x0"
                  + " master=0x0(larb=0 port=0) layer=1 read",
              "mtk-iommu 10205000.iommu: fault type=0x5 iova=0xac2ff003 pa=0x0"
                  + " master=0x180(larb=3 port=0) layer=1 write",
              "mtk-iommu 10205000.iommu: fault type=0x5 iova=0x100002 pa=0x0"
                  + " master=0x180(larb=3 port=0) layer=0 write"),
          log());
    }
  }

  @Test
  void thirtyFourBitsComeOutOfTwoFields() {
    try (Iommu m4u = open("mediatek,mt8192-m4u", "m4u")) {
      IommuDomain domain = m4u.newDomain(DomainType.DMA);
      // Larb 9 is in the third region, whose addresses begin at 8 GiB.
      assertEquals(0, m4u.attach(port("m4u", 9, 2), domain));
      assertEquals(2L << 32, domain.geometry().apertureStart());
      fault(m4u, port("m4u", 9, 2), 0x2_fec2_3456L, false);
      assertEquals(
          List.of(
              "mtk-iommu m4u: fault type=0x5 iova=0x2fec23000 pa=0x0"
                  + " master=0xa08(larb=9 port=2) layer=0 read"),
          log());
    }
  }

  /** INT_ID by chip: arbiter, sub-arbiter and port come back as the larb that went in. */
  @ParameterizedTest
  @CsvSource({
    "mt8183-m4u,      5, 31, 0x17c",
    "mt8183-m4u,      1, 3,  0x38c",
    "mt6779-m4u,      8, 4,  0xa90",
    "mt8192-m4u,     17, 0,  0xf80",
    "mt6893-iommu-mm,20, 5,  0xb94",
    "mt8195-iommu-vdo,25, 1, 0xd84",
    "mt8195-iommu-vpp,18, 3, 0x1b0c",
    "mt8188-iommu-vpp,28, 7, 0x1b1c",
    "mt8365-m4u,      4, 6,  0x418"
  })
  void intIdNamesThePort(String chip, int larb, int port, String register) {
    M4uPlatform platform = M4uChips.of("mediatek," + chip).orElseThrow();
    FaultRegisters registers =
        FaultRegisters.of(platform, new M4uPort(larb, port), 0x1000, false, false);
    assertEquals(Integer.decode(register), registers.intId());
    assertEquals(larb, registers.larb(platform));
    assertEquals(port, registers.port(platform));
  }

  @Test
  void theInfrastructureHasNoLarb() {
    try (Iommu m4u = open("mediatek,mt8195-iommu-infra", "m4u")) {
      StreamId usb = port("m4u", 0, 21);
      assertEquals(0, m4u.attach(usb, m4u.newDomain(DomainType.DMA)));
      fault(m4u, usb, 0x5000, true);
      String line = log().getFirst();
      assertTrue(line.contains("master=0x54(larb=32 port=0) layer=0 write"), line);
    }
  }

  @Test
  void tenLinesInFiveSeconds() {
    try (Iommu m4u = open("mediatek,mt8183-m4u", "m4u")) {
      StreamId port = port("m4u", 0, 0);
      assertEquals(0, m4u.attach(port, m4u.newDomain(DomainType.DMA)));
      for (int i = 0; i < 14; i++) {
        fault(m4u, port, 0x1000L * i, false);
      }
      assertEquals(10, log().size());
      bench.advance(6_000_000_000L);
      fault(m4u, port, 0, false);
      assertEquals("mtk_iommu_isr: 4 callbacks suppressed", log().get(10));
    }
  }

  /** The annotation ends in the class file. */
  @Test
  void everyChipIsAModelOfTheKind() throws IOException {
    try (InputStream in = M4uKind.class.getResourceAsStream("M4uKind.class")) {
      String compiled = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      Matcher model = Pattern.compile("mediatek,[a-z0-9-]+").matcher(compiled);
      assertEquals(
          new TreeSet<>(M4uChips.compatibles()),
          model.results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new)));
    }
  }

  /** LARBx_PORT_OFFSET of mt2701-larb-port.h: 0, 11, 21 and 44; a port has four bits. */
  @ParameterizedTest
  @CsvSource({"0, 0, 0", "10, 0, 10", "11, 1, 0", "20, 1, 9", "24, 2, 3", "43, 2, 6", "44, 3, 0"})
  void generation1HasNoDirectionAndNumbersPortsAcrossLarbs(long id, int larb, int port) {
    IommuUnit unit = new IommuUnit("/iommu@10205000", "mediatek,mt2701-m4u", Map.of());
    try (Iommu m4u = new M4uV1Kind().open(unit, bench)) {
      StreamId stream = new StreamId(unit.id(), List.of(id));
      assertEquals(0, m4u.attach(stream, m4u.newDomain(DomainType.DMA)));
      assertInstanceOf(Translation.Fault.class, m4u.translate(stream, 0x1234_5678L, true));
      assertEquals(
          List.of(
              "mtk-iommu-v1 10205000.iommu: fault type=0x1 iova=0x12345000 pa=0x0 larb=%d port=%d"
                  .formatted(larb, port)),
          log());
    }
  }
}
