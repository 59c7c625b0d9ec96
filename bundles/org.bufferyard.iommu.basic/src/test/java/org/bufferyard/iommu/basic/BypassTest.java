package org.bufferyard.iommu.basic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.contract.PassThroughIommuContract;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.junit.jupiter.api.Test;

class BypassTest extends PassThroughIommuContract {
  @Override
  protected IommuKind kind() {
    return new BypassKind();
  }

  @Override
  protected IommuUnit unit() {
    return new IommuUnit("bypass0", "bypass", Map.of());
  }

  @Test
  void anUnattachedStreamPasses() {
    assertReaches(0x1234, 0x1234, true);
  }

  @Test
  void aDmaDomainIsIdentitySoThatTheDmaApiWorksDirectly() {
    assertEquals(Geometry.IDENTITY, attached(DomainType.DMA).geometry());
    assertReaches(0x1234, 0x1234, true);
  }

  @Test
  void streamsOfOneUnitAreBlockedOneByOne() {
    StreamId other = new StreamId("bypass0", List.of(7L, 1L));
    attached(DomainType.BLOCKED);
    assertEquals(0, iommu.attach(other, iommu.newDomain(DomainType.IDENTITY)));
    assertEquals(new Fault(0, "BLOCKED", 0x1000, true), faultAt(0x1000, true));
    assertEquals(
        new Translated(0x1000, false),
        iommu.translate(other, 0x1000, true));
  }

  @Test
  void noTableIsEverTaken() {
    for (DomainType type : DomainType.values()) {
      attached(type);
    }
    assertEquals(Map.of(), bench.liveTables());
    assertEquals(List.of(), bench.events().all());
  }
}
