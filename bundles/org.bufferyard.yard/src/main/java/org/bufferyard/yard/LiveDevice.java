package org.bufferyard.yard;

import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.yard.BounceArea;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/**
 * A device from its creation to its removal; re-creating makes another object. Engine thread only.
 */
final class LiveDevice implements YardDevice {
  private static final long DEFAULT_MAX_SEGMENT = 65536;
  private static final long PCI_BOUNDARY = 0xffff_ffffL;
  private static final long NO_BOUNDARY = -1L;

  /** What fits into the fields of {@code struct device_dma_parameters}. */
  private static final long UNSIGNED_INT = 0xffff_ffffL;

  /** What stands behind a device's reserved memory and its IOMMU. */
  record Attachments(
      Optional<Domain> domain,
      Optional<Pool> coherentPool,
      Optional<Pool> cmaArea,
      Optional<BounceArea> restrictedPool) {
    static final Attachments NONE =
        new Attachments(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  private final DeviceSpec spec;
  private Optional<Long> dmaMask;
  private long coherentDmaMask;
  private long maxSegmentSize;
  private long segmentBoundary;
  private long minAlignMask;
  private boolean untrusted;
  private boolean present = true;
  private Attachments attachments = Attachments.NONE;

  LiveDevice(DeviceSpec spec) {
    this.spec = Objects.requireNonNull(spec, "spec");
    DeviceSpec.Reach reach = spec.reach();
    DeviceSpec.Limits limits = spec.limits();
    this.dmaMask =
        reach.dmaMask().isPresent()
            ? Optional.of(reach.dmaMask().getAsLong())
            : Optional.empty();
    this.coherentDmaMask = reach.coherentDmaMask();
    this.maxSegmentSize = segmentSize(limits.maxSegmentSize().orElse(DEFAULT_MAX_SEGMENT));
    // pci_setup_device() sets 32 bits; other buses leave dma_parms alone.
    long boundary = boundary(limits.segmentBoundary());
    this.segmentBoundary = spec.pci() && boundary == NO_BOUNDARY ? PCI_BOUNDARY : boundary;
    this.minAlignMask = limits.minAlignMask() & UNSIGNED_INT;
  }

  void attach(Attachments what) {
    attachments = what;
  }

  void remove() {
    present = false;
  }

  @Override
  public DeviceSpec spec() {
    return spec;
  }

  @Override
  public String id() {
    return spec.id();
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Optional<Long> dmaMask() {
    return dmaMask;
  }

  @Override
  public void setDmaMask(long mask) {
    if (dmaMask.isEmpty()) {
      throw new IllegalStateException("device '" + spec.id() + "' has no dma_mask pointer");
    }
    dmaMask = Optional.of(mask);
  }

  /** dma_set_mask_and_coherent(), as an IOMMU's driver calls it. */
  void setMasks(long mask) {
    dmaMask = dmaMask.map(old -> mask);
    coherentDmaMask = mask;
  }

  @Override
  public long coherentDmaMask() {
    return coherentDmaMask;
  }

  @Override
  public void setCoherentDmaMask(long mask) {
    coherentDmaMask = mask;
  }

  @Override
  public long busDmaLimit() {
    return spec.reach().busDmaLimit();
  }

  @Override
  public DmaRangeMap rangeMap() {
    return spec.reach().rangeMap();
  }

  @Override
  public boolean isCoherent() {
    return spec.reach().coherent();
  }

  @Override
  public long maxSegmentSize() {
    return maxSegmentSize;
  }

  @Override
  public void setMaxSegmentSize(long bytes) {
    maxSegmentSize = segmentSize(bytes);
  }

  /** dma_get_max_seg_size(): 0 is unset. */
  private static long segmentSize(long bytes) {
    long kept = bytes & UNSIGNED_INT;
    return kept == 0 ? DEFAULT_MAX_SEGMENT : kept;
  }

  @Override
  public long segmentBoundary() {
    return segmentBoundary;
  }

  @Override
  public void setSegmentBoundary(long mask) {
    segmentBoundary = boundary(mask);
  }

  /** dma_get_seg_boundary(): 0 is unset. */
  private static long boundary(long mask) {
    return mask == 0 ? NO_BOUNDARY : mask;
  }

  @Override
  public long minAlignMask() {
    return minAlignMask;
  }

  @Override
  public void setMinAlignMask(long mask) {
    minAlignMask = mask & UNSIGNED_INT;
  }

  @Override
  public boolean isPci() {
    return spec.pci();
  }

  @Override
  public Optional<PciPath> pciPath() {
    return spec.pciPath();
  }

  @Override
  public boolean isUntrusted() {
    return untrusted;
  }

  @Override
  public void setUntrusted(boolean newValue) {
    untrusted = newValue;
  }

  @Override
  public Optional<String> dmaDomain() {
    return attachments.domain().filter(d -> d.type().isDmaApi()).map(Domain::id);
  }

  @Override
  public boolean isPresent() {
    return present;
  }

  @Override
  public Optional<Pool> coherentPool() {
    return attachments.coherentPool();
  }

  @Override
  public Optional<Pool> cmaArea() {
    return attachments.cmaArea();
  }

  @Override
  public void releasePools() {
    attachments =
        new Attachments(
            attachments.domain(),
            Optional.empty(),
            Optional.empty(),
            attachments.restrictedPool());
  }

  @Override
  public Optional<BounceArea> restrictedPool() {
    return attachments.restrictedPool();
  }

  @Override
  public Optional<Domain> domain() {
    return attachments.domain();
  }

  @Override
  public String toString() {
    return "device " + spec.id() + (present ? "" : " (removed)");
  }
}
