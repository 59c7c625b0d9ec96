package org.bufferyard.live;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.SwapOutcome;
import org.bufferyard.platform.yard.YardState;

/**
 * One exchange of plug-ins in one yard: pipelines that it touches are held at the frame boundary as
 * far as the kind demands, the yard swaps, and whoever can goes on.
 *
 * <ul>
 *   <li>ops: importers detach, the export is taken away; buffers and bytes stay
 *   <li>whatever remakes devices (IOMMU, IOVA allocator, device type): buffers are freed, bytes kept
 *   <li>allocators and bounce pools: nothing, when the successor adopts what is live; else buffers
 *       are freed and made anew with their bytes; if even that is not enough, the old one is parked
 * </ul>
 *
 * Engine thread only; used once.
 */
final class Exchange {
  private final YardState state;
  private final List<PipelineActor> actors;
  private final Recovery recovery;
  private int swaps;
  private boolean again;

  Exchange(YardState state, List<PipelineActor> actors, Recovery recovery) {
    this.state = state;
    this.actors = actors;
    this.recovery = recovery;
  }

  /** Choices that were exchanged. */
  int swaps() {
    return swaps;
  }

  /**
   * @return whether the plan was out of date or a successor broke: plan anew
   */
  boolean run(List<KindSwap> plan) {
    actors.forEach(PipelineActor::startGap);
    recovery.inOneGo(state, () -> exchange(plan));
    return again;
  }

  private void exchange(List<KindSwap> plan) {
    for (PipelineActor actor : actors) {
      boolean buffersToo = plan.stream().anyMatch(swap -> remakes(swap, actor));
      boolean exportsToo = plan.stream().anyMatch(swap -> exports(swap, actor));
      if (buffersToo || exportsToo) {
        actor.hold(state, exportsToo, buffersToo);
      }
    }
    List<KindSwap> declined = settle(state.swap(plan));
    if (declined.isEmpty()) {
      return;
    }
    // What the successor cannot represent has to be moved out: copied.
    actors.forEach(actor -> actor.hold(state, true, true));
    List<KindSwap> stubborn = settle(state.swap(declined));
    stubborn.forEach(swap -> settle(List.of(state.park(swap))));
  }

  private static boolean remakes(KindSwap swap, PipelineActor actor) {
    return swap.devices().stream().anyMatch(actor.devices()::contains)
        || swap.type() == DeviceKind.class
            && swap.elements().stream().anyMatch(actor.devices()::contains);
  }

  private static boolean exports(KindSwap swap, PipelineActor actor) {
    return swap.type() == DmaBufOpsKind.class && actor.opsInUse().contains(swap.model());
  }

  /** Takes note of outcomes; the swaps that were declined. */
  private List<KindSwap> settle(List<SwapOutcome> outcomes) {
    List<KindSwap> declined = new ArrayList<>();
    for (SwapOutcome outcome : outcomes) {
      recovery.note(outcome);
      switch (outcome) {
        case SwapOutcome.Done done -> swaps++;
        case SwapOutcome.Parked parked -> swaps++;
        case SwapOutcome.Declined d -> declined.add(d.swap());
        case SwapOutcome.Broken broken -> again = true;
        case SwapOutcome.Outdated outdated -> again = true;
      }
    }
    return declined;
  }
}
