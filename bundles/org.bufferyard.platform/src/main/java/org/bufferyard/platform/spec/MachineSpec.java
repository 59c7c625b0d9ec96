package org.bufferyard.platform.spec;

import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;

/**
 * What the kernel configuration and command line decide.
 *
 * @param zoneDmaLimit last physical address of the DMA zone ({@code zone_dma_limit})
 * @param nonCoherentMmap CONFIG_DMA_NONCOHERENT_MMAP (C4)
 * @param kmallocBounce CONFIG_DMA_BOUNCE_UNALIGNED_KMALLOC (C10)
 * @param defaultCma the default CMA area; empty: none
 * @param swiotlb the default bounce pool
 * @param iommu how IOMMUs are used
 * @param debugging which checkers are built in
 * @param moveNotify CONFIG_DMABUF_MOVE_NOTIFY, which kernels of 6.x have: a dynamic importer is trusted
 *     to follow a move (F4)
 */
public record MachineSpec(
    Architecture architecture,
    long zoneDmaLimit,
    boolean nonCoherentMmap,
    boolean kmallocBounce,
    Optional<PhysRange> defaultCma,
    Bounce swiotlb,
    IommuMode iommu,
    Debugging debugging,
    boolean moveNotify) {

  /** Whose arch code runs under the DMA API. */
  public enum Architecture {
    ARM,
    ARM64,
    X86;

    /**
     * L1_CACHE_BYTES of a kernel for several machines (ARM_L1_CACHE_SHIFT 6 with CPU_V7, 64 on arm64
     * and x86), and the line of the cores that most boards have.
     */
    public int cacheLineBytes() {
      return 64;
    }
  }

  /** {@code swiotlb=} and what became of it. */
  public enum BounceMode {
    /** Bounces what a device cannot reach. */
    AUTO,
    /** {@code swiotlb=force}: bounces everything. */
    FORCE,
    /** {@code swiotlb=noforce} or no pool. */
    OFF
  }

  /**
   * The default bounce pool.
   *
   * @param region where it lies; empty only when {@link BounceMode#OFF}
   */
  public record Bounce(BounceMode mode, Optional<PhysRange> region, int areas) {
    public static final Bounce NONE = new Bounce(BounceMode.OFF, Optional.empty(), 1);

    public Bounce {
      Objects.requireNonNull(mode, "mode");
      if (mode != BounceMode.OFF && region.isEmpty()) {
        throw new IllegalArgumentException("a bounce pool that is on has a region");
      }
    }
  }

  /** {@code iommu.passthrough}, {@code iommu.strict}, {@code iommu.forcedac}. */
  public record IommuMode(boolean passthrough, boolean strict, boolean forcedac) {
    public static final IommuMode STRICT = new IommuMode(false, true, false);
  }

  /**
   * Checkers that change what can be seen.
   *
   * @param dmaApi CONFIG_DMA_API_DEBUG
   * @param dmaBuf CONFIG_DMABUF_DEBUG: importers get no usable page links (F9)
   */
  public record Debugging(boolean dmaApi, boolean dmaBuf) {
    public static final Debugging NONE = new Debugging(false, false);
  }

  public MachineSpec {
    Objects.requireNonNull(architecture, "architecture");
    Objects.requireNonNull(swiotlb, "swiotlb");
    Objects.requireNonNull(iommu, "iommu");
    Objects.requireNonNull(debugging, "debugging");
  }

  /** A kernel without DMABUF_MOVE_NOTIFY, as distributions ship it. */
  public MachineSpec(
      Architecture architecture,
      long zoneDmaLimit,
      boolean nonCoherentMmap,
      boolean kmallocBounce,
      Optional<PhysRange> defaultCma,
      Bounce swiotlb,
      IommuMode iommu,
      Debugging debugging) {
    this(
        architecture,
        zoneDmaLimit,
        nonCoherentMmap,
        kmallocBounce,
        defaultCma,
        swiotlb,
        iommu,
        debugging,
        false);
  }

  /** A kernel without checkers, as distributions ship it. */
  public MachineSpec(
      Architecture architecture,
      long zoneDmaLimit,
      boolean nonCoherentMmap,
      boolean kmallocBounce,
      Optional<PhysRange> defaultCma,
      Bounce swiotlb,
      IommuMode iommu) {
    this(
        architecture,
        zoneDmaLimit,
        nonCoherentMmap,
        kmallocBounce,
        defaultCma,
        swiotlb,
        iommu,
        Debugging.NONE);
  }
}
