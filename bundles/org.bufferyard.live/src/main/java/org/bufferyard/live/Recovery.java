package org.bufferyard.live;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.platform.live.TimelineEntry.Kind;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.SwapOutcome;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardState;

/**
 * What happens when a pipeline breaks. An oops ends that pipeline. A broken plug-in ends the frame it
 * was used for: everybody gives back what he holds, the balance is looked at, and the yard begins
 * anew when something is left over.
 *
 * <p>Engine thread only. A thread that was given up may come back into {@link #guarded} once more:
 * it finds that its generation is over and touches nothing.
 */
final class Recovery {
  private final Yard yard;
  private final List<PipelineActor> actors;
  private final Timeline timeline;

  /** Choices that nobody serves, by their subject. */
  private final Map<String, KindSwap> missing = new LinkedHashMap<>();

  private final Generation generation = new Generation();

  /** Inside of an exchange, or of another recovery: nobody is let loose yet. */
  private boolean nested;

  /** Somebody broke: what he says he gave back is not to be relied on. */
  private boolean suspect;

  /** Somebody could not even give back what he held. */
  private boolean leftOver;

  Recovery(Yard yard, List<PipelineActor> actors, Timeline timeline) {
    this.yard = yard;
    this.actors = actors;
    this.timeline = timeline;
  }

  /** Grows with every state that was given up. */
  int generation() {
    return generation.now();
  }

  /** One line for each thing that is wanted and not there. */
  List<String> waiting() {
    return missing.keySet().stream().map(what -> "waits for the " + what).toList();
  }

  /** Takes note of what became of a swap. */
  void note(SwapOutcome outcome) {
    KindSwap swap = outcome.swap();
    switch (outcome) {
      // The yard's own events say who gave way to whom.
      case SwapOutcome.Done done -> missing.remove(swap.subject());
      case SwapOutcome.Parked parked -> missing.put(swap.subject(), swap);
      case SwapOutcome.Declined declined ->
          timeline.add(
              Kind.SWAP, first(swap), swap.subject() + " is not adopted: " + declined.reason());
      case SwapOutcome.Broken broken ->
          timeline.add(
              Kind.QUARANTINE, first(swap), swap.subject() + " broke: " + broken.reason());
      case SwapOutcome.Outdated outdated -> {
        // The next plan says it.
      }
    }
  }

  private static String first(KindSwap swap) {
    return swap.elements().isEmpty() ? "" : swap.elements().getFirst();
  }

  boolean guarded(YardState state, PipelineActor actor, Runnable work) {
    int mine = generation.now();
    try {
      work.run();
      return mine == generation.now();
    } catch (KernelOops oops) {
      if (mine == generation.now()) {
        String why = "the kernel died: " + oops.getMessage();
        actor.abandon(why);
        actor.fail(why);
      }
    } catch (PlugInException broken) {
      if (mine == generation.now()) {
        timeline.add(Kind.QUARANTINE, actor.name(), broken.getMessage());
        recover(state, actor, broken.getMessage());
      }
    } catch (RuntimeException | LinkageError | AssertionError bug) {
      if (mine == generation.now()) {
        leftOver = true;
        recover(state, actor, StreamingYard.BUG + bug);
      }
    }
    return false;
  }

  private void recover(YardState state, PipelineActor broken, String why) {
    suspect = true;
    leftOver |= !released(state, broken, why);
    broken.breakDown(why);
    if (!nested) {
      settle(state, why, false);
    }
  }

  /**
   * Runs something in which pipelines may break without any of them being let loose meanwhile; then
   * all that may stream do.
   */
  void inOneGo(YardState state, Runnable work) {
    int mine = generation.now();
    nested = true;
    try {
      work.run();
    } catch (PlugInException | IllegalStateException failed) {
      if (mine == generation.now()) {
        leftOver = true;
        timeline.add(Kind.SWAP, "", "an exchange of plug-ins failed: " + failed.getMessage());
      }
    }
    if (mine == generation.now()) {
      nested = false;
      settle(state, "an exchange of plug-ins left something behind", true);
    }
  }

  /**
   * Lets everybody loose who may stream, after a look at the balance if there is reason for one.
   *
   * @param exchanged others serve now: who broke may try again
   */
  private void settle(YardState state, String why, boolean exchanged) {
    if (leftOver || suspect) {
      for (PipelineActor actor : actors) {
        leftOver |= !released(state, actor, why);
      }
      boolean clean = !leftOver && state.balance().isClean();
      leftOver = false;
      suspect = false;
      if (!clean) {
        // Queued before everything else; rebuilt() lets the pipelines loose.
        yard.rebuild(why);
        return;
      }
    }
    for (PipelineActor actor : actors) {
      if (actor.mayRecover() && (exchanged || !actor.isBroken())) {
        resume(state, actor);
      }
    }
  }

  private boolean released(YardState state, PipelineActor actor, String why) {
    try {
      actor.release(state, why);
      return true;
    } catch (PlugInException | KernelOops | IllegalStateException failed) {
      actor.abandon(why);
      return false;
    }
  }

  /** Lets a pipeline stream, unless one of its devices lacks its type or its way to memory. */
  void resume(YardState state, PipelineActor actor) {
    Optional<KindSwap> lacks =
        missing.values().stream()
            .filter(
                swap ->
                    swap.devices().stream().anyMatch(actor.devices()::contains)
                        || swap.type() == DeviceKind.class
                            && swap.elements().stream().anyMatch(actor.devices()::contains))
            .findFirst();
    if (lacks.isPresent()) {
      actor.park("waits for the " + lacks.get().subject());
    } else {
      actor.resume(state);
    }
  }

  /** The state of the yard was given up: nobody holds anything. */
  void rebuilt(YardState fresh, String why) {
    generation.next();
    nested = false;
    leftOver = false;
    suspect = false;
    actors.forEach(actor -> actor.abandon(why));
    for (PipelineActor actor : actors) {
      if (actor.mayRecover() && !actor.isBroken()) {
        resume(fresh, actor);
      }
    }
  }
}
