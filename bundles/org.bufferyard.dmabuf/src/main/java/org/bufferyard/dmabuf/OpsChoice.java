package org.bufferyard.dmabuf;

import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.ExportedMemory;

/** Which ops a buffer gets, and the step of the allocation that decided it (P1, P2, G1). */
final class OpsChoice {
  static final String COHERENT = "coherent-remap";
  static final String STREAMING = "streaming";

  private final Dma dma;
  private final Narrator narrator;

  OpsChoice(Dma dma, Narrator narrator) {
    this.dma = dma;
    this.narrator = narrator;
  }

  String choose(
      ExportedMemory memory, OpsPolicy policy, String driverOps, Optional<String> forcedOps) {
    String exporter = memory.exporter().id();
    if (forcedOps.isPresent()) {
      narrator.decided(
          CoreRules.EXPORT,
          exporter,
          "the ops " + forcedOps.get() + " were asked for, whatever the memory is",
          "ops",
          forcedOps.get());
      return forcedOps.get();
    }
    // Page exporters do not stand where vb2_dc_get_dmabuf() does: the proposal leaves them alone.
    if (memory.allocation().isEmpty()) {
      narrator.decided(
          CoreRules.EXPORT,
          exporter,
          "these pages come with the ops of their exporter, " + driverOps + ", in either world",
          values(memory, driverOps));
      return driverOps;
    }
    if (policy == OpsPolicy.MAINLINE) {
      narrator.decided(
          CoreRules.DRIVER_TABLE,
          exporter,
          "the driver exports with its one table, "
              + driverOps
              + ", wherever the memory came from"
              + memory.allocation().map(a -> "; here: " + step(a.source())).orElse(""),
          values(memory, driverOps));
      return driverOps;
    }
    return perBuffer(memory, memory.allocation().get());
  }

  private String perBuffer(ExportedMemory memory, Allocation allocation) {
    boolean coherent = dma.checkDevCoherent(memory.exporter(), allocation);
    String ops = coherent ? COHERENT : STREAMING;
    narrator.decided(
        CoreRules.OPS_PER_BUFFER,
        memory.exporter().id(),
        "dma_check_dev_coherent() is "
            + coherent
            + " for this buffer: "
            + step(allocation.source())
            + "; it gets the "
            + ops
            + " ops for life",
        values(memory, ops));
    return ops;
  }

  private static String[] values(ExportedMemory memory, String ops) {
    return memory
        .allocation()
        .map(
            a ->
                new String[] {
                  "ops", ops, "source", a.source().name(), "handle", DmaAddress.hex(a.handle())
                })
        .orElseGet(() -> new String[] {"ops", ops});
  }

  /** The allocation step as a clause, with its rule. */
  static String step(AllocationSource source) {
    return switch (source) {
      case DEVICE_POOL -> "the device's own pool served it (B2, dma_alloc_from_dev_coherent)";
      case GLOBAL_POOL -> "the global pool served it (B7.2, dma_alloc_from_global_coherent)";
      case DEVICE_CMA -> "the device's CMA area served it (B6, dma_alloc_contiguous)";
      case DEFAULT_CMA -> "the default CMA area served it (B6, dma_alloc_contiguous)";
      case BUDDY -> "the page allocator served it (B7.5, __dma_direct_alloc_pages)";
      case ATOMIC_POOL -> "an atomic pool served it (B9, dma_alloc_from_pool)";
      case RESTRICTED_POOL -> "the restricted pool served it (B7.4, swiotlb_alloc)";
      case IOMMU_PAGES -> "single pages behind the IOMMU served it (B10, iommu_dma_alloc)";
    };
  }
}
