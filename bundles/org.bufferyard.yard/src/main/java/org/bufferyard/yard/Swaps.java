package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.BouncePoolKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.event.DmaEvent.PlatformChanged;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.SwapOutcome;
import org.bufferyard.yard.ChosenKinds.Held;
import org.bufferyard.yard.Needs.Choice;
import org.bufferyard.yard.Needs.Need;
import org.bufferyard.yard.guard.Failures;

/**
 * Exchanges the plug-ins of a running yard. A successor is opened before its predecessor is closed, so
 * that whoever declines or breaks leaves everything as it was. What goes wrong while a predecessor is
 * closed is told as an event and stops nothing. Engine thread only.
 */
final class Swaps {
  private final EngineState state;
  private final ChosenKinds kinds;

  Swaps(EngineState state, ChosenKinds kinds) {
    this.state = state;
    this.kinds = kinds;
  }

  List<SwapOutcome> swap(List<KindSwap> plan) {
    plan.forEach(this::checkIdle);
    List<SwapOutcome> outcomes = new ArrayList<>();
    for (KindSwap swap : plan) {
      outcomes.add(swap.to().isPresent() ? exchange(swap) : parkChecked(swap));
    }
    return outcomes;
  }

  SwapOutcome park(KindSwap swap) {
    checkIdle(swap);
    return parkChecked(swap);
  }

  private static Choice choice(KindSwap swap) {
    return new Choice(swap.type(), swap.model());
  }

  private boolean isOutdated(KindSwap swap) {
    return kinds.now(choice(swap)).orElse(null) != swap.from().orElse(null);
  }

  private void checkIdle(KindSwap swap) {
    for (String device : devices(swap)) {
      int held = state.ledger().of(device).size();
      if (held > 0) {
        throw new IllegalStateException(
            "device '" + device + "' holds " + held + " mappings and allocations: "
                + swap.subject() + " cannot be exchanged under it");
      }
    }
  }

  /** Those that this board really has behind it, whatever the plan says. */
  private Set<String> devices(KindSwap swap) {
    return kinds.need(choice(swap)).map(Need::devices).orElse(Set.of());
  }

  private SwapOutcome exchange(KindSwap swap) {
    if (isOutdated(swap)) {
      return new SwapOutcome.Outdated(swap);
    }
    Held successor = new Held(swap.type().cast(swap.to().orElseThrow()));
    Failures closing = new Failures("closing " + swap.subject());
    SwapOutcome outcome;
    try {
      outcome = new SwapOutcome.Done(swap, exchange(swap, successor, closing));
    } catch (AdoptionDeclinedException declined) {
      outcome = new SwapOutcome.Declined(swap, declined.getMessage());
    } catch (PlugInException broken) {
      outcome = new SwapOutcome.Broken(swap, broken.getMessage());
    }
    tell(swap, outcome, closing);
    return outcome;
  }

  /** How many live ranges went over. */
  private int exchange(KindSwap swap, Held successor, Failures closing)
      throws AdoptionDeclinedException {
    Class<?> type = swap.type();
    if (type == IommuKind.class) {
      state.devices().exchangeIommus(choice(swap), devices(swap), Optional.of(successor), closing);
      return 0;
    }
    int adopted = 0;
    if (type == AllocatorKind.class) {
      adopted = state.pools().books().exchange(swap.model(), successor, closing);
    } else if (type == BouncePoolKind.class) {
      adopted = state.pools().bounceBooks().exchange(successor, closing);
    } else if (type == IovaAllocatorKind.class) {
      state.translations().flush(closing);
      adopted = state.translations().spaces().exchange(successor, closing);
    } else if (type == DeviceKind.class) {
      state.closeHardware(elements(swap), closing);
    }
    // Ops: live buffers keep theirs, new ones get the successor's.
    kinds.hold(choice(swap), Optional.of(successor));
    return adopted;
  }

  private SwapOutcome parkChecked(KindSwap swap) {
    if (isOutdated(swap)) {
      return new SwapOutcome.Outdated(swap);
    }
    Failures closing = new Failures("closing " + swap.subject());
    Class<?> type = swap.type();
    int live = 0;
    if (type == IommuKind.class) {
      try {
        state.devices().exchangeIommus(choice(swap), devices(swap), Optional.empty(), closing);
      } catch (PlugInException broken) {
        closing.run(() -> { throw broken; });
      }
    } else if (type == AllocatorKind.class) {
      live = state.pools().books().park(swap.model(), closing);
    } else if (type == BouncePoolKind.class) {
      live = state.pools().bounceBooks().park(closing);
    } else if (type == IovaAllocatorKind.class) {
      state.translations().flush(closing);
      live = state.translations().spaces().park(closing);
    } else if (type == DeviceKind.class) {
      state.closeHardware(elements(swap), closing);
    } else if (type == DmaBufOpsKind.class) {
      live = kinds.buffersWith(choice(swap));
    }
    kinds.hold(choice(swap), Optional.empty());
    SwapOutcome outcome = new SwapOutcome.Parked(swap, live);
    tell(swap, outcome, closing);
    return outcome;
  }

  private List<String> elements(KindSwap swap) {
    return kinds.need(choice(swap)).map(Need::elements).orElse(List.of());
  }

  private void tell(KindSwap swap, SwapOutcome outcome, Failures closing) {
    String what =
        switch (outcome) {
          case SwapOutcome.Done done ->
              provider(swap.from()) + " gave way to " + provider(swap.to())
                  + (done.adopted() > 0 ? ", which took over " + done.adopted() + " live ranges" : "");
          case SwapOutcome.Parked parked ->
              provider(swap.from()) + " left, nobody serves"
                  + (parked.live() > 0 ? ", " + parked.live() + " live ones wait" : "");
          case SwapOutcome.Declined declined ->
              provider(swap.to()) + " declined to take over: " + declined.reason();
          case SwapOutcome.Broken broken -> broken.reason();
          case SwapOutcome.Outdated outdated -> "somebody else serves already";
        };
    state.platformChanged(swap.subject() + ": " + what);
    closing.tell(state::platformChanged);
  }

  private static String provider(Optional<Object> service) {
    return service.map(s -> s.getClass().getName()).orElse("nobody");
  }
}
