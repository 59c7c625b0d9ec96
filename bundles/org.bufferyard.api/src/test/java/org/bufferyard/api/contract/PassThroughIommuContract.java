package org.bufferyard.api.contract;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What holds for every {@link IommuKind}, with a translation table or without: one subclass proves a
 * kind that cannot translate. One with a table is proved by {@link IommuContract}, which holds these
 * rules too.
 */
public abstract class PassThroughIommuContract {
  /** Addresses that code is wrong about: signs, ends, page and word edges. */
  protected static final List<Long> AWKWARD_ADDRESSES =
      List.of(
          0L,
          1L,
          0xfffL,
          0x1000L,
          0x7fff_ffffL,
          0x8000_0000L,
          0xffff_ffffL,
          0x1_0000_0000L,
          0xf_ffff_ffffL,
          0xffff_ffff_ffffL,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          -0x1000L,
          -1L);

  protected IommuBench bench;
  protected Iommu iommu;

  /** The kind to prove. */
  protected abstract IommuKind kind();

  /** A unit of the board that {@link #kind()} models. */
  protected abstract IommuUnit unit();

  /** A stream of {@link #unit()}; override where a specifier has cells. */
  protected StreamId stream() {
    return new StreamId(unit().id(), List.of());
  }

  @BeforeEach
  final void openTheUnit() {
    bench = new IommuBench();
    iommu = kind().open(unit(), bench);
  }

  @AfterEach
  final void closeTheUnit() {
    iommu.close();
  }

  /** A domain of that type with {@link #stream()} attached. */
  protected final IommuDomain attached(DomainType type) {
    IommuDomain domain = iommu.newDomain(type);
    assertEquals(0, iommu.attach(stream(), domain), () -> "attach to a domain of type " + type);
    return domain;
  }

  /** The access at {@code address}, which must fault. */
  protected final Fault faultAt(long address, boolean write) {
    Translation answer = iommu.translate(stream(), address, write);
    return assertInstanceOf(
        Fault.class,
        answer,
        () -> "%s at 0x%x".formatted(write ? "write" : "read", address));
  }

  /** Asserts that the access goes to {@code phys}, by the table and not by a stale cache entry. */
  protected final void assertReaches(long phys, long address, boolean write) {
    assertEquals(
        new Translated(phys, false),
        iommu.translate(stream(), address, write),
        () -> "%s at 0x%x".formatted(write ? "write" : "read", address));
  }

  @Test
  void identityDomainPassesEveryAddressUnchanged() {
    IommuDomain domain = attached(DomainType.IDENTITY);
    for (long address : AWKWARD_ADDRESSES) {
      assertReaches(address, address, false);
      assertReaches(address, address, true);
      assertEquals(address, domain.iovaToPhys(address));
    }
  }

  @Test
  void blockedDomainFaultsEveryAccess() {
    IommuDomain domain = attached(DomainType.BLOCKED);
    for (long address : AWKWARD_ADDRESSES) {
      faultAt(address, false);
      faultAt(address, true);
      assertEquals(0, domain.iovaToPhys(address));
    }
  }

  @Test
  void identityAndBlockedDomainsMapNothing() {
    for (DomainType type : List.of(DomainType.IDENTITY, DomainType.BLOCKED)) {
      IommuDomain domain = attached(type);
      assertEquals(0, domain.geometry().pageSizes(), () -> type + " has no table");
      assertTrue(domain.map(0x1000, 0x4000_0000L, 4096, 1, IommuProt.READ) < 0, type::name);
      assertEquals(0, domain.unmap(0x1000, 4096, 1), type::name);
      domain.sync();
    }
    faultAt(0x1000, false);
  }

  @Test
  void aFaultCarriesTheAddressAndDirection() {
    attached(DomainType.BLOCKED);
    for (long address : AWKWARD_ADDRESSES) {
      for (boolean write : new boolean[] {false, true}) {
        Fault fault = faultAt(address, write);
        assertEquals(address, fault.address());
        assertEquals(write, fault.write(), () -> "write at 0x" + Long.toHexString(address));
        assertFalse(fault.name().isBlank(), "a fault has the driver's word for it");
      }
    }
  }

  @Test
  void faultsAreReturnedNeverThrown() {
    for (DomainType type : DomainType.values()) {
      attached(type);
      for (long address : AWKWARD_ADDRESSES) {
        assertDoesNotThrow(() -> iommu.translate(stream(), address, false));
        assertDoesNotThrow(() -> iommu.translate(stream(), address, true));
      }
      for (int bit = 0; bit < 64; bit++) {
        long address = 1L << bit;
        assertDoesNotThrow(() -> iommu.translate(stream(), address, false));
      }
      iommu.detach(stream());
      for (long address : AWKWARD_ADDRESSES) {
        assertDoesNotThrow(() -> iommu.translate(stream(), address, true));
      }
    }
  }

  @Test
  void attachingLeavesTheFormerDomain() {
    IommuDomain identity = attached(DomainType.IDENTITY);
    attached(DomainType.BLOCKED);
    faultAt(0x2000, true);
    assertEquals(0, iommu.attach(stream(), identity));
    assertReaches(0x2000, 0x2000, true);
  }

  @Test
  void aStreamOfAnotherIommuIsRefused() {
    IommuDomain domain = iommu.newDomain(DomainType.IDENTITY);
    StreamId foreign = new StreamId(unit().id() + "-other", stream().specifier());
    assertTrue(iommu.attach(foreign, domain) < 0);
  }

  @Test
  void aDomainOfAnotherKindIsRefusedAndNothingChanges() {
    attached(DomainType.IDENTITY);
    assertTrue(iommu.attach(stream(), new ForeignDomain()) < 0);
    assertReaches(0x3000, 0x3000, false);
  }

  @Test
  void detachOfAnUnattachedStreamDoesNothing() {
    iommu.detach(stream());
    attached(DomainType.BLOCKED);
    iommu.detach(stream());
    iommu.detach(stream());
    attached(DomainType.BLOCKED);
    faultAt(0x1000, false);
  }

  @Test
  void aSecondCloseDoesNothing() {
    IommuDomain domain = attached(DomainType.UNMANAGED);
    domain.close();
    domain.close();
    iommu.close();
    iommu.close();
    domain.close();
  }

  @Test
  void closingGivesEveryTableBack() {
    for (DomainType type : DomainType.values()) {
      attached(type);
    }
    iommu.close();
    assertEquals(Map.of(), bench.liveTables());
  }

  @Test
  void instancesShareNothing() {
    IommuBench otherBench = new IommuBench();
    try (Iommu other = kind().open(unit(), otherBench)) {
      attached(DomainType.BLOCKED);
      IommuDomain identity = other.newDomain(DomainType.IDENTITY);
      assertEquals(0, other.attach(stream(), identity));
      assertAll(
          () -> faultAt(0x1000, false),
          () ->
              assertEquals(
                  new Translated(0x1000, false), other.translate(stream(), 0x1000, false)));
    }
    faultAt(0x1000, false);
  }

  @Test
  void pageSizesAreProvedByTheWholeSuite() {
    if (!(this instanceof IommuContract)) {
      for (DomainType type : DomainType.values()) {
        assertEquals(
            0,
            iommu.newDomain(type).geometry().pageSizes(),
            () -> type + " has a table: extend IommuContract");
      }
    }
  }

  /** A domain that no IOMMU under test has made. */
  private static final class ForeignDomain implements IommuDomain {
    @Override
    public Geometry geometry() {
      return Geometry.IDENTITY;
    }

    @Override
    public long map(long iova, long phys, long pageSize, long count, int prot) {
      return pageSize;
    }

    @Override
    public long unmap(long iova, long pageSize, long count) {
      return 0;
    }

    @Override
    public long iovaToPhys(long iova) {
      return iova;
    }

    @Override
    public void sync() {}

    @Override
    public void close() {}
  }
}
