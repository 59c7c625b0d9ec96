package org.bufferyard.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.iommu.CountingTlb;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PhysRange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How mappings of an IOMMU with translation tables behave, one rule a test: the part of {@link
 * IommuContract} that asks for one domain. Mappings are made in {@link #domain}, an unmanaged domain
 * that {@link #stream()} is attached to.
 */
abstract class IommuMappingContract extends PassThroughIommuContract {
  protected static final int RW = IommuProt.READ | IommuProt.WRITE;

  /** Physical base of the mappings, aligned to every page size up to 1 GiB. */
  protected static final long PHYS = 0x8000_0000L;

  protected IommuDomain domain;
  /** The page sizes of {@link #domain}, smallest first, in bytes. */
  List<Long> sizes;

  /** The smallest of them. */
  long granule;

  /** Whether the format can allow writes and forbid reads (D14). */
  protected boolean expressesWriteOnly() {
    return true;
  }

  /** Whether the format can allow reads and forbid writes: some have no rights at all. */
  protected boolean expressesReadOnly() {
    return true;
  }

  /**
   * Whether a large page is a mere run of the smallest, so that a part of it can go alone (H6). The
   * other formats refuse that or take the whole page (H1, H4).
   */
  protected boolean largePagesAreRuns() {
    return false;
  }

  /** Bus addresses that the hardware takes before it looks at a table, such as interrupts. */
  protected Optional<PhysRange> untranslated() {
    return Optional.empty();
  }

  /** Last physical address that the format can point to. */
  protected long physicalLimit() {
    return 0xffff_ffffL;
  }

  @BeforeEach
  final void attachADomain() {
    domain = attached(DomainType.UNMANAGED);
    sizes = pageSizes(domain.geometry());
    granule = domain.geometry().granule();
  }

  /** The page sizes of a geometry in bytes, smallest first. */
  static List<Long> pageSizes(Geometry geometry) {
    List<Long> sizes = new ArrayList<>();
    for (long left = geometry.pageSizes(); left != 0; left &= left - 1) {
      sizes.add(Long.lowestOneBit(left));
    }
    return sizes;
  }

  /** An IOVA inside the aperture, aligned to {@code size}, with room for 16 pages of it. */
  final long iovaFor(long size) {
    return (domain.geometry().apertureStart() + 2 * size - 1) & -size;
  }

  final void map(long iova, long phys, long size, int prot) {
    assertEquals(
        size,
        domain.map(iova, phys, size, 1, prot),
        () -> "map 0x%x -> 0x%x, 0x%x bytes".formatted(iova, phys, size));
  }

  @Test
  void geometryHasAGranuleAndAnAperture() {
    Geometry geometry = domain.geometry();
    assertTrue(granule > 0 && granule <= 4096, () -> "granule " + granule + " (D2)");
    assertTrue(
        Long.compareUnsigned(geometry.apertureStart(), geometry.apertureEnd()) < 0,
        geometry::toString);
    assertEquals(geometry, iommu.newDomain(DomainType.DMA).geometry());
  }

  @Test
  void mapTranslatesEveryByteOfThePage() {
    for (long size : sizes) {
      long iova = iovaFor(size);
      map(iova, PHYS, size, RW);
      for (long offset : new long[] {0, 1, granule - 1, granule % size, size / 2, size - 1}) {
        assertReaches(PHYS + offset, iova + offset, false);
        assertReaches(PHYS + offset, iova + offset, true);
        assertEquals(PHYS + offset, domain.iovaToPhys(iova + offset));
      }
      faultAt(iova - 1, false);
      faultAt(iova + size, false);
      unmapWhole(iova, size);
    }
  }

  @Test
  void flushAllLeavesNoStaleTranslation() {
    long iova = iovaFor(granule);
    for (long page : new long[] {iova, iova + 5 * granule}) {
      map(page, PHYS, granule, RW);
      assertReaches(PHYS, page, false);
      domain.unmap(page, granule, 1);
    }
    domain.flushAll();
    faultAt(iova, false);
    faultAt(iova + 5 * granule, true);
    map(iova, PHYS + granule, granule, RW);
    assertReaches(PHYS + granule, iova, true);
  }

  @Test
  void aCacheThatCountsCountsLookUpsAndInvalidations() {
    if (!(iommu instanceof CountingTlb tlb)) {
      return;
    }
    long iova = iovaFor(granule);
    map(iova, PHYS, granule, RW);
    TlbCounts before = tlb.tlbCounts();
    assertReaches(PHYS, iova, false);
    assertReaches(PHYS + 1, iova + 1, false);
    TlbCounts read = tlb.tlbCounts();
    assertEquals(before.misses() + 1, read.misses(), "the first access walks");
    assertEquals(before.hits() + 1, read.hits(), "the second does not");
    assertEquals(before.invalidations(), read.invalidations());
    unmapWhole(iova, granule);
    TlbCounts after = tlb.tlbCounts();
    assertTrue(after.invalidations() > read.invalidations(), after::toString);
    assertEquals(read.invalidated() + 1, after.invalidated(), "what was cached is dropped");
    assertEquals(read.hits(), after.hits(), "an invalidation is no look-up");
    assertEquals(read.evictions(), after.evictions(), "nor an eviction");
  }

  @Test
  void anUnmappedAddressFaults() {
    for (long address : AWKWARD_ADDRESSES) {
      faultAt(address, false);
      faultAt(address, true);
      assertEquals(0, domain.iovaToPhys(address));
    }
  }

  @Test
  void unmapLeavesNoStaleTranslationAfterSync() {
    for (long size : sizes) {
      long iova = iovaFor(size);
      map(iova, PHYS, size, RW);
      // Every granule is touched: a large page may sit in a cache once for each.
      long step = Math.max(granule, size / 512);
      for (long offset = 0; offset < size; offset += step) {
        assertReaches(PHYS + offset, iova + offset, false);
      }
      unmapWhole(iova, size);
      for (long offset = 0; offset < size; offset += step) {
        faultAt(iova + offset, false);
        faultAt(iova + offset, true);
      }
    }
  }

  @Test
  void anAccessBetweenUnmapAndSyncFaultsOrSaysThatItIsStale() {
    for (long size : sizes) {
      long iova = iovaFor(size);
      map(iova, PHYS, size, RW);
      assertReaches(PHYS, iova, false);
      assertEquals(size, domain.unmap(iova, size, 1));
      assertEquals(0, domain.iovaToPhys(iova), "the table knows nothing of caches");
      Translation answer = iommu.translate(stream(), iova, false);
      assertTrue(
          answer instanceof Fault || answer.equals(new Translated(PHYS, true)), answer::toString);
      domain.sync();
    }
  }

  @Test
  void aRemappedAddressReachesTheNewPageAfterSync() {
    for (long size : sizes) {
      long iova = iovaFor(size);
      long last = iova + size - 1;
      map(iova, PHYS, size, RW);
      assertReaches(PHYS + size - 1, last, true);
      assertEquals(size, domain.unmap(iova, size, 1));
      map(iova, PHYS + size, size, RW);
      domain.sync();
      assertReaches(PHYS + 2 * size - 1, last, true);
      unmapWhole(iova, size);
    }
  }

  @Test
  void aWriteToAReadOnlyPageFaults() {
    for (long size : sizes) {
      long iova = iovaFor(size);
      map(iova, PHYS, size, IommuProt.READ);
      if (expressesReadOnly()) {
        faultAt(iova, true);
        faultAt(iova + size - 1, true);
      } else {
        assertReaches(PHYS, iova, true);
      }
      assertReaches(PHYS, iova, false);
      unmapWhole(iova, size);
    }
  }

  @Test
  void aReadOfAWriteOnlyPageFaultsWhereTheFormatCanSayIt() {
    for (long size : sizes) {
      long iova = iovaFor(size);
      map(iova, PHYS, size, IommuProt.WRITE);
      assertReaches(PHYS, iova, true);
      if (expressesWriteOnly()) {
        faultAt(iova, false);
      } else {
        assertReaches(PHYS, iova, false);
      }
      unmapWhole(iova, size);
    }
  }

  @Test
  void mapOverAMappingIsRefusedAndChangesNothing() {
    for (long size : sizes) {
      long iova = iovaFor(size);
      map(iova, PHYS, size, RW);
      for (long smaller : sizes.subList(0, sizes.indexOf(size) + 1)) {
        long rc = domain.map(iova + size - smaller, PHYS + (size << 1), smaller, 1, IommuProt.READ);
        assertTrue(
            rc == Errno.EEXIST.rc() || rc == Errno.EADDRINUSE.rc(),
            () -> "0x%x bytes over 0x%x: %d".formatted(smaller, size, rc));
      }
      assertReaches(PHYS + size - 1, iova + size - 1, true);
      unmapWhole(iova, size);
    }
  }

  @Test
  void unmappingAPartOfAPageRefusesOrTakesTheWholePage() {
    for (long size : sizes.subList(1, sizes.size())) {
      long iova = iovaFor(size);
      map(iova, PHYS, size, RW);
      long unmapped = domain.unmap(iova, granule, 1);
      domain.sync();
      if (largePagesAreRuns()) {
        assertEquals(granule, unmapped, "the part alone (H6)");
        faultAt(iova + granule - 1, true);
        assertReaches(PHYS + granule, iova + granule, true);
        assertReaches(PHYS + size - 1, iova + size - 1, true);
        for (long offset = granule; offset < size; offset += granule) {
          unmapWhole(iova + offset, granule);
        }
      } else if (unmapped == 0) {
        assertReaches(PHYS, iova, true);
        assertReaches(PHYS + size - 1, iova + size - 1, true);
        unmapWhole(iova, size);
      } else {
        assertEquals(size, unmapped, "the size of the page that went (H4)");
        faultAt(iova, true);
        faultAt(iova + size - 1, true);
      }
    }
  }

  final void unmapWhole(long iova, long size) {
    for (long done = 0; done < size; ) {
      long unmapped = domain.unmap(iova + done, size - done == size ? size : granule, 1);
      if (unmapped <= 0) {
        break;
      }
      done += unmapped;
    }
    domain.sync();
  }
}
