package org.bufferyard.api.dmabuf;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Makes fences and their containers ({@code dma-fence-array.c}, {@code dma-fence-chain.c}, {@code
 * dma-fence-unwrap.c}). Engine thread only.
 */
@ProviderType
public interface DmaFences {
  /** dma_resv_init(): one that belongs to no buffer. */
  DmaResv reservation();

  /** dma_fence_init(): a fence whose numbers are compared in 32 bit. */
  DmaFence fence(long context, long seqno);

  /** dma_fence_get_stub(): signaled from the start. */
  DmaFence stub();

  /**
   * dma_fence_array_create(): takes over one reference on each of the fences.
   *
   * @param any whether the first signal is enough
   * @throws IllegalArgumentException for no fences (the kernel warns)
   */
  DmaFence array(List<DmaFence> fences, boolean any);

  /**
   * dma_fence_chain_init(): takes over the caller's references on both.
   *
   * @param previous the chain so far, or a plain fence; empty at its beginning
   * @param fence what this link waits for
   * @param seqno of the link; raised to that of the link before it
   */
  DmaFence chain(Optional<DmaFence> previous, DmaFence fence, long seqno);

  /**
   * A link of a chain.
   *
   * @param rc 0, or -EINVAL when there is no such link
   * @param fence the link; empty when everything up to that number is signaled and gone
   */
  record FindResult(int rc, Optional<DmaFence> fence) {}

  /** dma_fence_chain_find_seqno(): the first link that covers that number; 0 asks for nothing. */
  FindResult findSeqno(DmaFence chain, long seqno);

  /** dma_fence_chain_for_each(): the links, newest first; signaled ones behind it are dropped. */
  List<DmaFence> links(DmaFence chain);

  /** dma_fence_unwrap_for_each(): the fences of all containers, signaled ones too. */
  List<DmaFence> unwrap(DmaFence fence);

  /**
   * dma_fence_unwrap_merge(): of each timeline the latest fence that is not signaled, as one fence;
   * the stub's like when there is none.
   */
  DmaFence merge(List<DmaFence> fences);
}
