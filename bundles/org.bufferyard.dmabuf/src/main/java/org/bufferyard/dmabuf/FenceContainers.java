package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.event.EventSink;

/** Many fences as one, and back ({@code dma-fence-unwrap.c}, {@code dma-fence-array.c}). */
final class FenceContainers {
  private final EventSink events;

  /** dma_fence_context_alloc() for arrays, far from what drivers number. */
  private long lastContext = Long.MIN_VALUE;

  FenceContainers(EventSink events) {
    this.events = events;
  }

  /** dma_fence_get_stub(): signaled from the start. */
  DmaFence stub() {
    return Fence.stub(events);
  }

  /** dma_resv_get_singleton(): what is not signaled of that class, as one fence. */
  DmaFence singleton(Reservation reservation, FenceUsage usage) {
    return one(
        reservation.fences(usage).stream()
            .map(entry -> entry.fence())
            .filter(fence -> !fence.isSignaled())
            .toList());
  }

  private DmaFence one(List<DmaFence> fences) {
    return switch (fences.size()) {
      case 0 -> stub();
      case 1 -> fences.getFirst();
      default -> new FenceArray(new Fence(++lastContext, 1, events), fences);
    };
  }

  /** dma_fence_unwrap_for_each(): the fences of a container, signaled ones too. */
  static List<DmaFence> unwrap(DmaFence fence) {
    return fence instanceof FenceArray array ? array.fences() : List.of(fence);
  }

  /** dma_fence_unwrap_merge(): of each context the latest that is not signaled. */
  DmaFence merge(DmaFence first, DmaFence second) {
    List<DmaFence> all = new ArrayList<>(unwrap(first));
    all.addAll(unwrap(second));
    Map<Long, DmaFence> latest = new TreeMap<>(Comparator.comparing(c -> c, Long::compareUnsigned));
    for (DmaFence fence : all) {
      if (!fence.isSignaled()) {
        latest.merge(fence.context(), fence, FenceContainers::later);
      }
    }
    return one(List.copyOf(latest.values()));
  }

  private static DmaFence later(DmaFence a, DmaFence b) {
    return b.seqno() - a.seqno() > 0 ? b : a;
  }
}
