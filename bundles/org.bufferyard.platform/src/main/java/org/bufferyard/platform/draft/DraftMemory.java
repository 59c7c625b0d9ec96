package org.bufferyard.platform.draft;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.memory.PhysRange;

/**
 * Memory of a draft.
 *
 * @param banks in the order of the file; none where firmware adds the node
 * @param regions static and dynamic reserved regions, in the order in which the file has them
 */
public record DraftMemory(List<Bank> banks, List<Region> regions) {

  /**
   * A bank.
   *
   * @param name unique among the banks
   * @param base first CPU address
   * @param size bytes; 0 where firmware fills it in
   */
  public record Bank(
      Provenance provenance, String name, boolean disabled, long base, long size) {
    public Bank {
      Objects.requireNonNull(provenance, "provenance");
      Objects.requireNonNull(name, "name");
    }
  }

  /** What a region is for. */
  public enum Purpose {
    /** {@code shared-dma-pool}: coherent pool, or with {@code reusable} a CMA area. */
    SHARED_DMA_POOL,
    /** {@code restricted-dma-pool}. */
    RESTRICTED_DMA_POOL,
    /** Anything else. */
    RESERVED
  }

  /** Whether devices that name no region are served too. */
  public enum DefaultFor {
    NONE,
    /** {@code linux,cma-default}. */
    CMA,
    /** {@code linux,dma-default}. */
    DMA
  }

  /**
   * A piece of a device's IOVA space that is spoken for ({@code iommu-addresses}, D3).
   *
   * @param device node path
   */
  public record IommuAddress(String device, PhysRange iova) {
    public IommuAddress {
      Objects.requireNonNull(device, "device");
      Objects.requireNonNull(iova, "iova");
    }
  }

  /**
   * A reserved region.
   *
   * @param name unique among the regions
   * @param base empty for a region that the kernel places at boot (B4b)
   * @param size bytes, at least 1
   * @param alignment of a dynamic region; 0 when nothing is said
   * @param allocRanges where a dynamic region may lie, tried in order; empty for anywhere
   */
  public record Region(
      Provenance provenance,
      String name,
      boolean disabled,
      Purpose purpose,
      OptionalLong base,
      long size,
      long alignment,
      boolean noMap,
      boolean reusable,
      DefaultFor defaultFor,
      List<PhysRange> allocRanges,
      List<IommuAddress> iommuAddresses,
      Optional<String> label) {
    public Region {
      Objects.requireNonNull(provenance, "provenance");
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(purpose, "purpose");
      Objects.requireNonNull(base, "base");
      Objects.requireNonNull(defaultFor, "defaultFor");
      allocRanges = List.copyOf(allocRanges);
      iommuAddresses = List.copyOf(iommuAddresses);
      Objects.requireNonNull(label, "label");
    }
  }

  public DraftMemory {
    banks = List.copyOf(banks);
    regions = List.copyOf(regions);
  }
}
