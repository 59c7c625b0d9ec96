package org.bufferyard.api.contract;

import java.util.Optional;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.dma.PciPath;

/** A device with 32-bit masks and, unless told, no IOMMU, for contract suites and unit tests. */
public final class PlainDevice implements DmaDevice {
  private final String id;
  private Optional<String> domain = Optional.empty();
  private Optional<PciPath> pciPath = Optional.empty();
  private boolean present = true;

  public PlainDevice(String id) {
    this.id = id;
  }

  /** The device is attached to this DMA domain from now on. */
  public void setDomain(String name) {
    domain = Optional.of(name);
  }

  /** The device is a PCI function that stands there. */
  public PlainDevice at(PciPath path) {
    pciPath = Optional.of(path);
    return this;
  }

  /** The device object is gone from now on. */
  public void remove() {
    present = false;
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
    return Optional.of(0xffffffffL);
  }

  @Override
  public long coherentDmaMask() {
    return 0xffffffffL;
  }

  @Override
  public long busDmaLimit() {
    return 0;
  }

  @Override
  public DmaRangeMap rangeMap() {
    return DmaRangeMap.IDENTITY;
  }

  @Override
  public boolean isCoherent() {
    return false;
  }

  @Override
  public long maxSegmentSize() {
    return 65536;
  }

  @Override
  public long segmentBoundary() {
    return -1L;
  }

  @Override
  public long minAlignMask() {
    return 0;
  }

  @Override
  public boolean isPci() {
    return pciPath.isPresent();
  }

  @Override
  public Optional<PciPath> pciPath() {
    return pciPath;
  }

  @Override
  public boolean isUntrusted() {
    return false;
  }

  @Override
  public Optional<String> dmaDomain() {
    return domain;
  }

  @Override
  public boolean isPresent() {
    return present;
  }

  @Override
  public String toString() {
    return id;
  }
}
