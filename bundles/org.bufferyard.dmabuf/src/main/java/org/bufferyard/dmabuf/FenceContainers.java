package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaFences;
import org.bufferyard.api.dmabuf.DmaResv;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;

/** Fences, many fences as one, and back. */
final class FenceContainers implements DmaFences {
  private final EventSink events;
  private final Fence.Surroundings around;
  private final boolean keepsMergedTimes;

  /** When the stub was first asked for: its time stamp ever after. */
  private OptionalLong stubSince = OptionalLong.empty();

  /** dma_fence_context_alloc() for containers, far from what drivers number. */
  private long lastContext = Long.MIN_VALUE;

  /**
   * @param clock virtual time, ns
   */
  FenceContainers(KernelProfile kernel, EventSink events, LongSupplier clock) {
    this.events = events;
    this.around =
        new Fence.Surroundings(
            events,
            clock,
            CoreRules.FENCE_DETACHED.holdsIn(kernel),
            CoreRules.DEADLINE.holdsIn(kernel));
    this.keepsMergedTimes = CoreRules.MERGED_TIME.holdsIn(kernel);
  }

  @Override
  public DmaResv reservation() {
    return new Reservation("resv", events);
  }

  @Override
  public DmaFence fence(long context, long seqno) {
    return fence("timeline:" + context, context, seqno);
  }

  /**
   * @param driver id of the device whose driver signals it
   */
  DmaFence fence(String driver, long context, long seqno) {
    events.emit(new DmaEvent.FenceMade(driver, context, seqno));
    return new Fence(context, seqno, false, around);
  }

  @Override
  public DmaFence stub() {
    if (stubSince.isEmpty()) {
      stubSince = OptionalLong.of(around.clock().getAsLong());
    }
    return Fence.stub(stubSince.getAsLong(), around);
  }

  @Override
  public DmaFence array(List<DmaFence> fences, boolean any) {
    if (fences.isEmpty()) {
      throw new IllegalArgumentException("an array of no fences");
    }
    Fence base = new Fence(++lastContext, 1, false, around);
    base.setOps(new FenceArray(base, fences, any));
    return base;
  }

  /** A link of the same context as long as numbers rise; else a context of its own. */
  @Override
  public DmaFence chain(Optional<DmaFence> previous, DmaFence fence, long seqno) {
    Optional<DmaFence> before = previous.filter(p -> FenceChain.of(p).isPresent());
    boolean continues =
        before.filter(p -> Long.compareUnsigned(seqno, p.seqno()) > 0).isPresent();
    long context = continues ? before.get().context() : ++lastContext;
    long number = before.map(p -> max(p.seqno(), seqno)).orElse(seqno);
    Fence base = new Fence(context, number, true, around);
    base.setOps(
        new FenceChain(base, previous, fence, continues ? before.get().seqno() : 0));
    return base;
  }

  private static long max(long a, long b) {
    return Long.compareUnsigned(a, b) > 0 ? a : b;
  }

  @Override
  public FindResult findSeqno(DmaFence chain, long seqno) {
    if (seqno == 0) {
      return new FindResult(0, Optional.of(chain));
    }
    if (FenceChain.of(chain).isEmpty() || Long.compareUnsigned(chain.seqno(), seqno) < 0) {
      return new FindResult(Errno.EINVAL.rc(), Optional.of(chain));
    }
    Optional<DmaFence> at = Optional.of(chain);
    while (at.isPresent()
        && at.get().context() == chain.context()
        && FenceChain.of(at.get())
            .filter(c -> Long.compareUnsigned(c.previousSeqno(), seqno) >= 0)
            .isPresent()) {
      at = FenceChain.walk(at.get());
    }
    return new FindResult(0, at);
  }

  @Override
  public List<DmaFence> links(DmaFence chain) {
    return FenceChain.links(chain);
  }

  @Override
  public List<DmaFence> unwrap(DmaFence fence) {
    return fence instanceof Fence f ? f.ops().unwrapped(f) : List.of(fence);
  }

  /** dma_resv_get_singleton(): what is not signaled of that class, as one fence. */
  DmaFence singleton(DmaResv reservation, FenceUsage usage) {
    return one(
        reservation.fences(usage).stream()
            .map(DmaResv.Entry::fence)
            .filter(fence -> !fence.isSignaled())
            .toList());
  }

  /** With a reference for the caller, whatever it is made of. */
  private DmaFence one(List<DmaFence> fences) {
    fences.forEach(DmaFence::get);
    return switch (fences.size()) {
      case 0 -> stub();
      case 1 -> fences.getFirst();
      default -> array(fences, false);
    };
  }

  @Override
  public DmaFence merge(List<DmaFence> fences) {
    List<DmaFence> all = new ArrayList<>();
    fences.forEach(fence -> all.addAll(unwrap(fence)));
    Map<Long, DmaFence> latest =
        new TreeMap<>(Comparator.comparing(c -> c, Long::compareUnsigned));
    for (DmaFence fence : all) {
      if (!fence.isSignaled()) {
        latest.merge(fence.context(), fence, FenceContainers::later);
      }
    }
    return latest.isEmpty() && keepsMergedTimes
        ? Fence.stub(latestTimestamp(all), around)
        : one(List.copyOf(latest.values()));
  }

  /** dma_fence_allocate_private_stub(): of fences that are all signaled, when the last one was. */
  private static long latestTimestamp(List<DmaFence> signaled) {
    return signaled.stream().mapToLong(f -> f.timestampNanos().orElse(0)).max().orElse(0);
  }

  private static DmaFence later(DmaFence a, DmaFence b) {
    return b instanceof Fence fence && fence.isLaterThan(a) ? b : a;
  }
}
