package org.bufferyard.api.iommu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.bufferyard.api.kernel.Errno;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TablelessDomainTest {
  @ParameterizedTest
  @EnumSource(TablelessDomain.class)
  void nothingIsMappedInIt(TablelessDomain domain) {
    assertEquals(Errno.EINVAL.rc(), domain.map(0x1000, 0x2000, 0x1000, 1, IommuProt.READ));
    assertEquals(0, domain.unmap(0x1000, 0x1000, 1));
    assertEquals(Geometry.IDENTITY, domain.geometry());
  }

  @ParameterizedTest
  @EnumSource(TablelessDomain.class)
  void closingItTakesNothingFromOthers(TablelessDomain domain) {
    long before = domain.iovaToPhys(0x8000_0000L);
    domain.close();
    assertEquals(before, domain.iovaToPhys(0x8000_0000L));
    assertEquals(domain == TablelessDomain.IDENTITY ? 0x8000_0000L : 0, before);
  }
}
