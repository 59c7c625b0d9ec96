package org.bufferyard.iommu.arm.m4u;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.Test;

/** Groups, regions, banks, units that share, and where an address goes. */
class M4uRegionTest {
  private static final int RW = IommuProt.READ | IommuProt.WRITE;
  private static final long GIB = 1L << 30;

  private final IommuBench bench = new IommuBench();

  private M4u open(String model) {
    return open(model, "m4u", Map.of());
  }

  private M4u open(String model, String id, Map<String, String> parameters) {
    return new M4u(M4uParameters.of(new IommuUnit(id, model, parameters)), bench);
  }

  private static StreamId port(int larb, int port) {
    return port("m4u", larb, port);
  }

  private static StreamId port(String id, int larb, int port) {
    return new StreamId(id, List.of((long) larb << 5 | port));
  }

  @Test
  void withOneRegionAllDevicesAreOneGroup() {
    try (M4u m4u = open("mediatek,mt8183-m4u")) {
      assertEquals(m4u.group(List.of(port(0, 1))), m4u.group(List.of(port(4, 7), port(4, 8))));
      String group = m4u.group(List.of(port(0, 1))).orElseThrow();
      Geometry geometry = m4u.newDomain(DomainType.DMA, group).geometry();
      assertEquals(0, geometry.apertureStart());
      assertEquals(4 * GIB - (8L << 20) - 1, geometry.apertureEnd());
      assertEquals(0x111_1000L, geometry.pageSizes());
      assertEquals(OptionalLong.empty(), m4u.dmaMask(group));
      assertEquals(List.of(), m4u.reserved(group));
    }
  }

  @Test
  void aDeviceOfTwoLarbsIsRefused() {
    try (M4u m4u = open("mediatek,mt8183-m4u")) {
      assertEquals(Optional.empty(), m4u.group(List.of(port(4, 1), port(5, 2))));
      assertEquals(
          List.of("(unassigned sid): Can only use one larb. Fail@larb4-5."),
          bench.events().of(KernelMessage.class).stream().map(KernelMessage::text).toList());
    }
  }

  @Test
  void mt8192PutsLarbsIntoRegionsOf4Gib() {
    try (M4u m4u = open("mediatek,mt8192-m4u")) {
      long[] starts = {0, 4 * GIB, 8 * GIB, 0x2_4000_0000L, 0x2_4400_0000L};
      List<StreamId> one =
          List.of(port(1, 0), port(7, 0), port(13, 0), port(13, 9), port(14, 5));
      for (int i = 0; i < starts.length; i++) {
        String group = m4u.group(List.of(one.get(i))).orElseThrow();
        IommuDomain domain = m4u.newDomain(DomainType.DMA, group);
        assertEquals(starts[i], domain.geometry().apertureStart(), group);
        assertEquals(
            i == 0 ? OptionalLong.empty() : OptionalLong.of((1L << 34) - 1),
            m4u.dmaMask(group),
            group);
        List<PhysRange> windows =
            List.of(
                new PhysRange(0x2_4000_0000L, 0x400_0000),
                new PhysRange(0x2_4400_0000L, 0x400_0000));
        assertEquals(i == 2 ? windows : List.of(), m4u.reserved(group), group);
      }
      assertEquals(Optional.empty(), m4u.group(List.of(port(13, 8), port(13, 9))), "two regions");
      assertEquals(Optional.empty(), m4u.group(List.of(port(3, 0))), "no region has larb 3");
      assertEquals(Errno.EINVAL.rc(), m4u.attach(port(3, 0), m4u.newDomain(DomainType.DMA)));
    }
  }

  @Test
  void anAddressOfAnotherRegionIsRefused() {
    try (M4u m4u = open("mediatek,mt8192-m4u")) {
      IommuDomain domain = m4u.newDomain(DomainType.DMA, "m4u/1");
      assertEquals(0, m4u.attach(port(4, 0), domain));
      assertEquals(4096, domain.map(0x1_0000_5000L, 0x3_4800_0000L, 4096, 1, RW));
      Translation there = new Translation.Translated(0x3_4800_0042L, false);
      assertEquals(there, m4u.translate(port(4, 0), 0x1_0000_5042L, true));
      for (long other : new long[] {0x5042, 0x3_0000_5042L, 0x5_0000_5042L}) {
        assertInstanceOf(
            Translation.Fault.class, m4u.translate(port(4, 0), other, false), () -> "" + other);
      }
      assertTrue(domain.map(0x2_0000_0000L, 0x4800_0000L, 4096, 1, RW) < 0, "nor mapped");
    }
  }

  /** PA[34:32] stand in bits 5, 4 and 9 of a small page; NS in a table entry in bit 3. */
  @Test
  void highAddressBitsStandInTheDescriptor() {
    try (M4u m4u = open("mediatek,mt8183-m4u")) {
      IommuDomain domain = m4u.newDomain(DomainType.DMA);
      assertEquals(4096, domain.map(0x5000, 0x7_4800_1000L, 4096, 1, RW));
      List<TableWalk.Entry> walk = ((TableWalk) domain).entries(0x5000);
      assertEquals(0b1001, walk.getFirst().descriptor() & 0x3ff, "table, NS");
      long page = walk.getLast().descriptor();
      assertEquals(0x4800_1000L, page & 0xffff_f000L);
      assertEquals(1 << 9 | 1 << 5 | 1 << 4, page & (1 << 9 | 1 << 5 | 1 << 4));
      assertEquals(0x7_4800_1000L, domain.iovaToPhys(0x5000));
    }
  }

  @Test
  void in4GibModeBit32IsSetInTheTableAndGoneBehindIt() {
    try (M4u m4u = open("mediatek,mt8173-m4u", "m4u", Map.of("dram-4gb", "true"))) {
      IommuDomain domain = m4u.newDomain(DomainType.DMA);
      assertEquals(0, m4u.attach(port(0, 0), domain));
      long[] cpu = {0x4800_0000L, 0xffff_f000L, 0x1_0000_0000L, 0x1_3fff_f000L};
      for (int i = 0; i < cpu.length; i++) {
        long iova = 0x10_0000L * (i + 1);
        assertEquals(4096, domain.map(iova, cpu[i], 4096, 1, RW));
        long page = ((TableWalk) domain).entries(iova).getLast().descriptor();
        assertEquals(1 << 9, page & 1 << 9, "PA[32]");
        assertEquals(cpu[i] + 8, domain.iovaToPhys(iova + 8));
        assertEquals(
            new Translation.Translated(cpu[i] + 8, false),
            m4u.translate(port(0, 0), iova + 8, true));
      }
    }
    try (M4u m4u = open("mediatek,mt8173-m4u")) {
      IommuDomain domain = m4u.newDomain(DomainType.DMA);
      assertEquals(
          Errno.ERANGE.rc(), domain.map(0, 0x1_0000_0000L, 4096, 1, RW), "32 bits of output");
    }
    try (M4u other = open("mediatek,mt8183-m4u", "m4u", Map.of("dram-4gb", "true"))) {
      IommuDomain domain = other.newDomain(DomainType.DMA);
      domain.map(0, 0x4800_0000L, 4096, 1, RW);
      assertEquals(0, ((TableWalk) domain).entries(0).getLast().descriptor() & 1 << 9);
    }
  }

  @Test
  void unitsOfAChipShareGroupsAndFlushEachOther() {
    try (M4u vdo = open("mediatek,mt8195-iommu-vdo", "vdo", Map.of());
        M4u vpp = open("mediatek,mt8195-iommu-vpp", "vpp", Map.of())) {
      String group = vdo.group(List.of(port("vdo", 2, 0))).orElseThrow();
      assertEquals(Optional.of(group), vpp.group(List.of(port("vpp", 1, 0))));
      IommuDomain domain = vdo.newDomain(DomainType.DMA, group);
      assertEquals(0, vdo.attach(port("vdo", 2, 0), domain));
      assertEquals(0, vpp.attach(port("vpp", 1, 0), domain));
      domain.map(0x1000, 0x4800_0000L, 4096, 1, RW);
      Translation there = new Translation.Translated(0x4800_0000L, false);
      assertEquals(there, vdo.translate(port("vdo", 2, 0), 0x1000, true));
      assertEquals(there, vpp.translate(port("vpp", 1, 0), 0x1000, true));
      domain.unmap(0x1000, 4096, 1);
      assertEquals(
          new Translation.Translated(0x4800_0000L, true),
          vpp.translate(port("vpp", 1, 0), 0x1000, true));
      domain.sync();
      assertEquals(1, vpp.tlbCounts().invalidated());
      assertInstanceOf(
          Translation.Fault.class, vpp.translate(port("vpp", 1, 0), 0x1000, true));
      M4u lone = open("mediatek,mt8183-m4u", "lone", Map.of());
      assertEquals(Errno.EINVAL.rc(), lone.attach(port("lone", 0, 0), domain));
    }
  }

  @Test
  void aFlushCoversTheGapBetweenWhatWasUnmapped() {
    try (M4u m4u = open("mediatek,mt8183-m4u")) {
      IommuDomain domain = m4u.newDomain(DomainType.DMA);
      assertEquals(0, m4u.attach(port(0, 0), domain));
      for (long iova : new long[] {0x1000, 0x2000, 0x9000, 0xa000}) {
        domain.map(iova, 0x4800_0000L + iova, 4096, 1, RW);
        m4u.translate(port(0, 0), iova, false);
      }
      domain.unmap(0x1000, 4096, 1);
      domain.unmap(0x9000, 4096, 1);
      long before = m4u.tlbCounts().invalidations();
      domain.sync();
      assertEquals(before + 1, m4u.tlbCounts().invalidations(), "one range");
      assertEquals(3, m4u.tlbCounts().invalidated(), "the page between went too");
      long misses = m4u.tlbCounts().misses();
      m4u.translate(port(0, 0), 0x2000, false);
      m4u.translate(port(0, 0), 0xa000, false);
      assertEquals(misses + 1, m4u.tlbCounts().misses());
    }
  }

  @Test
  void banksOfTheInfrastructureAreGroups() {
    try (M4u m4u = open("mediatek,mt8195-iommu-infra")) {
      assertEquals(Optional.of("m4u/0"), m4u.group(List.of(port(0, 16))), "PCIe");
      assertEquals(Optional.of("m4u/4"), m4u.group(List.of(port(0, 21), port(0, 22))), "USB");
      assertEquals(
          0, m4u.newDomain(DomainType.DMA, "m4u/4").geometry().apertureStart());
      assertEquals(OptionalLong.empty(), m4u.dmaMask("m4u/4"));
    }
  }

  @Test
  void aPortInNoDomainPassesEverything() {
    try (M4u m4u = open("mediatek,mt8183-m4u")) {
      Translation itself = new Translation.Translated(0x4800_0000L, false);
      assertEquals(itself, m4u.translate(port(0, 0), 0x4800_0000L, true));
      IommuDomain domain = m4u.newDomain(DomainType.DMA);
      assertEquals(0, m4u.attach(port(0, 0), domain));
      domain.close();
      assertEquals(itself, m4u.translate(port(0, 0), 0x4800_0000L, true));
      assertEquals(Errno.EINVAL.rc(), m4u.attach(port(0, 0), domain), "closed");
    }
  }

  @Test
  void generation1MapsWordsOfAFlatTable() {
    IommuUnit unit = new IommuUnit("m4u", "mediatek,mt2701-m4u", Map.of());
    try (M4uV1 m4u = (M4uV1) new M4uV1Kind().open(unit, bench)) {
      IommuDomain domain = m4u.newDomain(DomainType.DMA);
      assertEquals(
          m4u.group(List.of(port(0, 0))), m4u.group(List.of(port(1, 3))), "one domain for all");
      assertEquals(3 * 4096, domain.map(0x5000, 0x8800_0000L, 4096, 3, RW));
      TableWalk.Entry second = ((TableWalk) domain).entries(0x6000).getFirst();
      assertEquals(0x8800_1000L | 0b1010, second.descriptor(), "address, NS, valid");
      assertEquals(6, second.index());
      assertEquals(4096, domain.map(0x4000, 0x9000_0000L, 4096, 2, RW), "up to what is there");
      assertEquals(Errno.EEXIST.rc(), domain.map(0x5000, 0x9000_0000L, 4096, 1, RW));
      assertEquals(8 * 4096, domain.unmap(0x1000, 4096, 8), "pages that were not there count");
      assertEquals(0, domain.iovaToPhys(0x6000));
      assertEquals(4096, domain.map(0x5000, 0x1_8800_0000L, 4096, 1, RW));
      assertEquals(0x8800_0000L, domain.iovaToPhys(0x5000), "cut to 32 bits");
    }
  }

  @Test
  void anUnknownChipIsNamed() {
    IllegalArgumentException wrong =
        assertThrows(IllegalArgumentException.class, () -> open("mediatek,mt9999-m4u"));
    assertTrue(
        wrong.getMessage().startsWith("M4U m4u: model 'mediatek,mt9999-m4u' is not modelled"),
        wrong::getMessage);
  }
}
