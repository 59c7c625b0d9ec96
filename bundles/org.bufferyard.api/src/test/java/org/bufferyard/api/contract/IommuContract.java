package org.bufferyard.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Errno;
import org.junit.jupiter.api.Test;

/**
 * What an {@link org.bufferyard.api.iommu.IommuKind} with translation tables promises, one rule a
 * test: one subclass proves a kind. Mappings are made in {@link #domain}, an unmanaged domain that
 * {@link #stream()} is attached to.
 */
public abstract class IommuContract extends IommuMappingContract {
  @Test
  void domainsShareNoMapping() {
    map(iovaFor(granule), PHYS, granule, RW);
    IommuDomain other = attached(DomainType.UNMANAGED);
    faultAt(iovaFor(granule), false);
    assertEquals(granule, other.map(iovaFor(granule), PHYS + granule, granule, 1, RW));
    assertReaches(PHYS + granule, iovaFor(granule), false);
    assertEquals(0, iommu.attach(stream(), domain));
    assertReaches(PHYS, iovaFor(granule), false);
  }

  @Test
  void aDetachedStreamSeesNoMapping() {
    long iova = iovaFor(granule);
    map(iova, PHYS, granule, RW);
    assertReaches(PHYS, iova, false);
    iommu.detach(stream());
    assertSeesNoMapping(iova);
  }

  @Test
  void aClosedDomainTranslatesNothing() {
    long iova = iovaFor(granule);
    map(iova, PHYS, granule, RW);
    assertReaches(PHYS, iova, false);
    domain.close();
    assertSeesNoMapping(iova);
  }

  private void assertSeesNoMapping(long iova) {
    Translation answer = iommu.translate(stream(), iova, false);
    assertTrue(
        answer instanceof Fault || answer.equals(new Translated(iova, false)), answer::toString);
  }

  @Test
  void aClosedDomainLeavesNoTable() {
    Map<Long, Long> before = null;
    for (int round = 0; round < 3; round++) {
      IommuDomain closing = iommu.newDomain(DomainType.UNMANAGED);
      for (long size : sizes) {
        assertEquals(size, closing.map(iovaFor(size << 1), PHYS, size, 1, RW));
      }
      closing.close();
      if (before != null) {
        assertEquals(before, bench.liveTables(), "tables after one more domain came and went");
      }
      before = bench.liveTables();
    }
  }

  @Test
  void aDomainOfASiblingIsSharedOrRefused() {
    IommuUnit unit = new IommuUnit("sibling", unit().model(), unit().parameters());
    StreamId theirs = new StreamId("sibling", stream().specifier());
    long iova = iovaFor(granule);
    map(iova, PHYS, granule, RW);
    try (Iommu sibling = kind().open(unit, bench)) {
      // D13: a device behind two IOMMUs is one group with one domain, where the hardware allows it.
      if (sibling.attach(theirs, domain) == 0) {
        assertEquals(new Translated(PHYS, false), sibling.translate(theirs, iova, true));
        unmapWhole(iova, granule);
        assertTrue(sibling.translate(theirs, iova, true) instanceof Fault, "both caches flushed");
      }
    }
    assertEquals(granule, domain.map(iova + granule, PHYS, granule, 1, RW), "still the domain's");
  }

  @Test
  void withoutMemoryForATableMapRefusesAndMapsNothing() {
    bench.allowTables(0);
    long iova = iovaFor(granule);
    long rc = domain.map(iova, PHYS, granule, 1, RW);
    if (rc > 0) {
      // A format whose first table covers everything needs none here.
      assertReaches(PHYS, iova, true);
      return;
    }
    assertEquals(Errno.ENOMEM.rc(), rc);
    faultAt(iova, false);
    bench.allowTables(Integer.MAX_VALUE);
    map(iova, PHYS, granule, RW);
    assertReaches(PHYS, iova, false);
  }

  @Test
  void aDomainWithoutMemoryAnswersEnomem() {
    bench.allowTables(0);
    IommuDomain poor = iommu.newDomain(DomainType.UNMANAGED);
    assertEquals(Errno.ENOMEM.rc(), poor.map(iovaFor(granule), PHYS, granule, 1, RW));
    assertEquals(0, poor.unmap(iovaFor(granule), granule, 1));
    assertEquals(0, poor.iovaToPhys(iovaFor(granule)));
    poor.sync();
    poor.close();
  }

  @Test
  void anAddressBeyondTheApertureNeverMapsAndFaults() {
    Geometry geometry = domain.geometry();
    long iova = iovaFor(granule);
    map(iova, PHYS, granule, RW);
    for (int bit = 0; bit < 64; bit++) {
      long beyond = iova | 1L << bit;
      if (Long.compareUnsigned(beyond, geometry.apertureEnd()) > 0) {
        assertTrue(
            domain.map(beyond, PHYS, granule, 1, RW) < 0, () -> "0x" + Long.toHexString(beyond));
        assertEquals(0, domain.unmap(beyond, granule, 1));
        assertEquals(0, domain.iovaToPhys(beyond));
        faultAt(beyond, false);
      }
    }
    assertReaches(PHYS, iova, false);
  }

  @Test
  void theLastPageOfTheApertureMaps() {
    long last = domain.geometry().apertureEnd();
    map(last & -granule, PHYS, granule, RW);
    assertReaches(PHYS + (last & (granule - 1)), last, false);
    faultAt((last & -granule) - 1, false);
  }

  @Test
  void hostileParametersAreRefused() {
    long iova = iovaFor(granule);
    int tables = bench.liveTables().size();
    for (long size : new long[] {0, -1, 1, 3, granule + 1, granule >> 1, 1L << 62, Long.MIN_VALUE}) {
      assertTrue(domain.map(iova, PHYS, size, 1, RW) < 0, () -> "page size " + size);
      assertEquals(0, domain.unmap(iova, size, 1), () -> "page size " + size);
    }
    for (long count : new long[] {0, -1, Long.MIN_VALUE}) {
      assertTrue(domain.map(iova, PHYS, granule, count, RW) < 0, () -> "count " + count);
      assertEquals(0, domain.unmap(iova, granule, count), () -> "count " + count);
    }
    assertTrue(domain.map(iova + 1, PHYS, granule, 1, RW) < 0, "unaligned iova");
    assertTrue(domain.map(iova, PHYS + 1, granule, 1, RW) < 0, "unaligned phys");
    assertEquals(0, domain.unmap(iova + 1, granule, 1), "unaligned unmap");
    domain.sync();
    faultAt(iova, false);
    assertEquals(tables, bench.liveTables().size(), "a refused call keeps no table");
  }

  @Test
  void aCountThatRunsOverTheApertureMapsNoMoreThanTheAperture() {
    long last = domain.geometry().apertureEnd() & -granule;
    for (long count : new long[] {2, 1L << 52, Long.MAX_VALUE}) {
      long rc = domain.map(last, PHYS, granule, count, RW);
      assertTrue(rc < 0 || rc == granule, () -> "count " + count + ": " + rc);
      long unmapped = domain.unmap(last, granule, count);
      assertTrue(unmapped == 0 || unmapped == granule, () -> "count " + count + ": " + unmapped);
      unmapWhole(last, granule);
    }
  }

  @Test
  void randomMapsAndUnmapsAgreeWithAPlainMap() {
    long fresh = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println(getClass().getName() + " seeds 1 to 6 and " + fresh);
    for (long seed : new long[] {1, 2, 3, 4, 5, 6, fresh}) {
      IommuDomain random = attached(DomainType.UNMANAGED);
      new RandomMappings(
              seed,
              iommu,
              stream(),
              random,
              physicalLimit(),
              untranslated(),
              expressesReadOnly())
          .run(1500);
      random.close();
    }
  }

  /** Unmaps a page and syncs. Closing calls of the kernel's core: it repeats until all is gone. */
}
