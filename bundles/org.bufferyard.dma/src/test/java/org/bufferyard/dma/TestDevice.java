package org.bufferyard.dma;

import java.util.Optional;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/** A device whose every property a test sets. Fresh: 32-bit masks, coherent, no pool, no IOMMU. */
final class TestDevice implements YardDevice {
  private final String id;
  Optional<Long> mask = Optional.of(0xffff_ffffL);
  long coherentMask = 0xffff_ffffL;
  long busLimit;
  DmaRangeMap rangeMap = DmaRangeMap.IDENTITY;
  boolean coherent = true;
  long maxSegment = 65536;
  long boundary = -1L;
  long minAlign;
  boolean pci;
  Optional<PciPath> path = Optional.empty();
  boolean untrusted;
  Optional<Pool> pool = Optional.empty();
  Optional<Pool> cma = Optional.empty();
  Optional<BounceArea> restricted = Optional.empty();
  Optional<Domain> domain = Optional.empty();

  TestDevice(String id) {
    this.id = id;
  }

  TestDevice incoherent() {
    coherent = false;
    return this;
  }

  TestDevice masks(long both) {
    mask = Optional.of(both);
    coherentMask = both;
    return this;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String name() {
    return id;
  }

  @Override
  public Optional<Long> dmaMask() {
    return mask;
  }

  @Override
  public long coherentDmaMask() {
    return coherentMask;
  }

  @Override
  public long busDmaLimit() {
    return busLimit;
  }

  @Override
  public DmaRangeMap rangeMap() {
    return rangeMap;
  }

  @Override
  public boolean isCoherent() {
    return coherent;
  }

  @Override
  public long maxSegmentSize() {
    return maxSegment;
  }

  @Override
  public long segmentBoundary() {
    return boundary;
  }

  @Override
  public long minAlignMask() {
    return minAlign;
  }

  @Override
  public boolean isPci() {
    return pci;
  }

  @Override
  public Optional<PciPath> pciPath() {
    return path;
  }

  @Override
  public boolean isUntrusted() {
    return untrusted;
  }

  @Override
  public Optional<String> dmaDomain() {
    return domain.filter(d -> d.type().isDmaApi()).map(Domain::id);
  }

  @Override
  public boolean isPresent() {
    return true;
  }

  @Override
  public DeviceSpec spec() {
    throw new UnsupportedOperationException("the DMA engine needs no device spec");
  }

  @Override
  public void setDmaMask(long newMask) {
    mask = Optional.of(newMask);
  }

  @Override
  public void setCoherentDmaMask(long newMask) {
    coherentMask = newMask;
  }

  @Override
  public void setMaxSegmentSize(long bytes) {
    maxSegment = bytes;
  }

  @Override
  public void setSegmentBoundary(long newMask) {
    boundary = newMask;
  }

  @Override
  public void setMinAlignMask(long newMask) {
    minAlign = newMask;
  }

  @Override
  public void setUntrusted(boolean now) {
    untrusted = now;
  }

  @Override
  public Optional<Pool> coherentPool() {
    return pool;
  }

  @Override
  public Optional<Pool> cmaArea() {
    return cma;
  }

  @Override
  public void releasePools() {
    throw new AssertionError("the DMA API does not do that");
  }

  @Override
  public Optional<BounceArea> restrictedPool() {
    return restricted;
  }

  @Override
  public Optional<Domain> domain() {
    return domain;
  }
}
