package org.bufferyard.platform.draft;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.memory.PhysRange;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The addresses of a devicetree as the kernel works them out. {@code drivers/of/address.c}. One
 * thread. Nodes are named by path; each method but {@link #has} wants one that is there.
 */
@ProviderType
public interface AddressTree {
  boolean has(String node);

  /**
   * {@code of_dma_get_range()}: the search starts at this node (A3).
   *
   * @return empty for -ENODEV and -EINVAL
   */
  List<DmaRange> dmaRanges(String node);

  /**
   * The entries of {@code ranges} or {@code dma-ranges}, neighbours merged (A4).
   *
   * @param dma which of the two
   */
  List<Window> windows(String node, boolean dma);

  /** {@code of_range_count()}: entries of {@code ranges} as they are written. */
  int rangeCount(String node);

  /**
   * {@code of_address_to_resource()}.
   *
   * @return empty where no bus above passes it on
   */
  Optional<PhysRange> register(String node, int index);

  /**
   * An entry of {@code ranges} or {@code dma-ranges}.
   *
   * @param flags of a bus whose addresses have some
   * @param bus first address below
   * @param cpu the same place for the CPU, or in memory; empty where the way ends
   * @param size bytes
   */
  record Window(long flags, long bus, OptionalLong cpu, long size) {}
}
