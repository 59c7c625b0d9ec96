package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaFence;

/**
 * {@code struct dma_fence_chain}: a link of a timeline, signaled when its own fence and those of all
 * links before it are. A walk drops links whose fence is signaled.
 */
final class FenceChain implements FenceOps {
  private final Fence base;
  private final DmaFence contained;
  private final long previousSeqno;
  private Optional<DmaFence> previous;

  /**
   * @param previousSeqno number of the link before it in the same context; 0 for none
   */
  FenceChain(Fence base, Optional<DmaFence> previous, DmaFence contained, long previousSeqno) {
    this.base = base;
    this.previous = previous;
    this.contained = contained;
    this.previousSeqno = previousSeqno;
  }

  /** to_dma_fence_chain(). */
  static Optional<FenceChain> of(DmaFence fence) {
    return fence instanceof Fence f && f.ops() instanceof FenceChain chain
        ? Optional.of(chain)
        : Optional.empty();
  }

  /** dma_fence_chain_contained(): the fence of a link; of another fence itself. */
  static DmaFence contained(DmaFence fence) {
    return of(fence).map(c -> c.contained).orElse(fence);
  }

  long previousSeqno() {
    return previousSeqno;
  }

  /** dma_fence_chain_walk(): the link before {@code fence} that still matters. */
  static Optional<DmaFence> walk(DmaFence fence) {
    Optional<FenceChain> link = of(fence);
    return link.isEmpty() ? Optional.empty() : link.get().walkBack();
  }

  private Optional<DmaFence> walkBack() {
    while (previous.isPresent() && contained(previous.get()).isSignaled()) {
      DmaFence gone = previous.get();
      Optional<DmaFence> before = of(gone).flatMap(c -> c.previous);
      before.ifPresent(DmaFence::get);
      previous = before;
      gone.put();
    }
    return previous;
  }

  /** dma_fence_chain_for_each(): from this link back. */
  static List<DmaFence> links(DmaFence head) {
    List<DmaFence> links = new ArrayList<>();
    for (Optional<DmaFence> at = Optional.of(head); at.isPresent(); at = walk(at.get())) {
      links.add(at.get());
    }
    return links;
  }

  /** dma_fence_chain_signaled(). */
  @Override
  public boolean isSignaled() {
    return firstOpen().isEmpty();
  }

  private Optional<DmaFence> firstOpen() {
    for (Optional<DmaFence> at = Optional.of(base); at.isPresent(); at = walk(at.get())) {
      // The head itself is asked for its own fence only: asking it as a whole would ask again here.
      DmaFence fence = contained(at.get());
      if (!fence.isSignaled()) {
        return Optional.of(fence);
      }
    }
    return Optional.empty();
  }

  /** dma_fence_chain_enable_signaling(): waits for the newest that is open, then looks again. */
  @Override
  public boolean enableSignaling() {
    base.get();
    Optional<DmaFence> open = firstOpen();
    while (open.isPresent()) {
      DmaFence fence = open.get();
      fence.get();
      if (fence.addCallback(() -> rearm(fence)) == 0) {
        return true;
      }
      fence.put();
      open = firstOpen();
    }
    base.put();
    return false;
  }

  /** dma_fence_chain_irq_work(). */
  private void rearm(DmaFence fence) {
    if (!enableSignaling()) {
      base.signal();
    }
    base.put();
    fence.put();
  }

  /** dma_fence_chain_set_deadline(): each link's own fence. */
  @Override
  public void setDeadline(Fence self, long deadlineNanos) {
    links(self).forEach(link -> contained(link).setDeadline(deadlineNanos));
  }

  /** dma_fence_chain_release(): link by link, or a long chain would recurse. */
  @Override
  public void release() {
    Optional<DmaFence> at = previous;
    previous = Optional.empty();
    contained.put();
    while (at.isPresent()) {
      DmaFence fence = at.get();
      Optional<FenceChain> link = of(fence).filter(c -> fence.references() == 1);
      at = link.flatMap(c -> c.previous);
      link.ifPresent(c -> c.previous = Optional.empty());
      fence.put();
    }
  }

  @Override
  public List<DmaFence> unwrapped(Fence self) {
    List<DmaFence> all = new ArrayList<>();
    for (DmaFence link : links(self)) {
      DmaFence fence = contained(link);
      all.addAll(fence instanceof Fence f ? f.ops().unwrapped(f) : List.of(fence));
    }
    return all;
  }

  @Override
  public String driverName() {
    return "dma_fence_chain";
  }

  @Override
  public boolean isContainer() {
    return true;
  }
}
