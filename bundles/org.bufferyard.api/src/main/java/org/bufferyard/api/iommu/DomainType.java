package org.bufferyard.api.iommu;

/**
 * {@code IOMMU_DOMAIN_*} ({@code include/linux/iommu.h}); {@link #sysfs} is the word in {@code
 * iommu_groups/N/type} (D12).
 */
public enum DomainType {
  BLOCKED("blocked"),
  IDENTITY("identity"),
  UNMANAGED("unmanaged"),
  DMA("DMA"),
  DMA_FQ("DMA-FQ");

  private final String sysfs;

  DomainType(String sysfs) {
    this.sysfs = sysfs;
  }

  public String sysfs() {
    return sysfs;
  }

  /** Whether it has a page table that the DMA API fills. */
  public boolean isDmaApi() {
    return this == DMA || this == DMA_FQ;
  }
}
