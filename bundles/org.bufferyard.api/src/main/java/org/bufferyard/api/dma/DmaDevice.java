package org.bufferyard.api.dma;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * {@code struct device} as the DMA API sees it. State of the yard: it can be re-created in mid-run,
 * and a plug-in must not keep it beyond the call or instance it was given to. Engine thread only.
 */
@ProviderType
public interface DmaDevice {
  /** Id of the model element. */
  String id();

  /** Name for messages, as dev_name() would print it. */
  String name();

  /** dma_mask; empty when the device has no mask pointer (A7). */
  Optional<Long> dmaMask();

  long coherentDmaMask();

  /** bus_dma_limit; 0: none. */
  long busDmaLimit();

  DmaRangeMap rangeMap();

  /** Whether its accesses snoop the CPU caches (A6). */
  boolean isCoherent();

  /** Bytes, 65536 unless the driver set dma_parms. */
  long maxSegmentSize();

  /** Boundary mask, all ones for none. */
  long segmentBoundary();

  /** Mask of address bits that a bounce must keep. */
  long minAlignMask();

  boolean isPci();

  /** Where it stands as a PCI function; empty for any other device, and where nobody says it. */
  default Optional<PciPath> pciPath() {
    return Optional.empty();
  }

  /** Whether it is an untrusted PCI function (bounces partial granules behind an IOMMU, E2). */
  boolean isUntrusted();

  /** The DMA domain it is attached to; empty when it uses dma-direct (A10). */
  Optional<String> dmaDomain();

  /** Whether the object still stands for a device that is there. */
  boolean isPresent();
}
