package org.bufferyard.scenario.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.pipeline.FrameEnd;
import org.bufferyard.platform.pipeline.FrameEnd.How;
import org.bufferyard.platform.pipeline.Pipeline;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.scenario.share.DriverProbe;

/**
 * A ring of buffers. A step fills the oldest free one; once none is free, all importers use the
 * oldest frame, so that all but one stay in flight. Engine thread only.
 *
 * <p>A frame is in the queue from before its first byte until its end was told, so that whatever
 * throws in between finds it there.
 */
final class StreamingPipeline implements Pipeline {
  /** A frame in its buffer; the buffer is empty while the bytes are kept aside. */
  private static final class Flight {
    private final long frame;
    private Optional<FrameSlot> slot;
    private Optional<KeptFrame> kept = Optional.empty();
    private long bounced;
    private int copies;

    private Flight(long frame, FrameSlot slot) {
      this.frame = frame;
      this.slot = Optional.of(slot);
    }
  }

  private final PipelineSpec spec;
  private final Consumer<FrameEnd> left;
  private final Set<String> devices;
  private final List<FrameSlot> slots = new ArrayList<>();
  private final Deque<FrameSlot> free = new ArrayDeque<>();
  private final Deque<Flight> flying = new ArrayDeque<>();
  private long nextFrame;
  private boolean exported;

  /** The frame that somebody fills or uses; still there when that threw. */
  private Optional<Flight> underWay = Optional.empty();

  StreamingPipeline(PipelineSpec spec, Consumer<FrameEnd> left) {
    this.spec = Objects.requireNonNull(spec, "spec");
    this.left = Objects.requireNonNull(left, "left");
    Set<String> all = new LinkedHashSet<>();
    all.add(spec.exporter());
    all.addAll(spec.importers());
    this.devices = Set.copyOf(all);
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Set<String> devices() {
    return devices;
  }

  @Override
  public Set<String> opsInUse() {
    Set<String> names = new LinkedHashSet<>();
    if (exported) {
      slots.forEach(slot -> names.add(slot.opsName()));
    }
    return names;
  }

  @Override
  public long framesIn() {
    return nextFrame;
  }

  @Override
  public int inFlight() {
    return flying.size();
  }

  @Override
  public Optional<String> start(YardState yard) {
    if (!slots.isEmpty()) {
      throw new IllegalStateException("pipeline '" + spec.name() + "' has been started");
    }
    Optional<String> trouble = inWords(() -> make(yard));
    if (trouble.isPresent()) {
      letGo();
      return trouble;
    }
    for (Flight flight : flying) {
      FrameSlot slot = free.remove();
      slot.putBack(flight.kept.orElseThrow());
      flight.slot = Optional.of(slot);
      flight.kept = Optional.empty();
    }
    exported = true;
    return Optional.empty();
  }

  private Optional<String> make(YardState yard) {
    DriverProbe probe = new DriverProbe(yard);
    devices.stream().sorted().forEach(id -> probe.bind(yard.device(id)));
    for (int i = 0; i < Math.max(1, spec.buffers()); i++) {
      FrameSlot slot = new FrameSlot(spec, yard);
      slots.add(slot);
      Optional<String> trouble = slot.make();
      if (trouble.isPresent()) {
        return trouble;
      }
      free.add(slot);
    }
    return Optional.empty();
  }

  @Override
  public Optional<String> step(YardState yard) {
    // None is free only when the importers refused the last time.
    Optional<String> trouble =
        (free.isEmpty() ? useOldest(yard) : Optional.<String>empty()).or(() -> fill(yard));
    return trouble.isEmpty() && free.isEmpty() ? useOldest(yard) : trouble;
  }

  private Optional<String> fill(YardState yard) {
    FrameSlot slot = free.remove();
    Flight flight = new Flight(nextFrame++, slot);
    flight.copies = FrameSlot.copiesOf(spec);
    flying.addLast(flight);
    FrameSlot.Use use = observed(yard, flight, () -> slot.fill(flight.frame));
    if (use.trouble().isEmpty()) {
      return Optional.empty();
    }
    flying.removeLast();
    return end(flight, use, 0);
  }

  private Optional<String> useOldest(YardState yard) {
    Flight flight = flying.getFirst();
    FrameSlot slot = flight.slot.orElseThrow();
    FrameSlot.Use use = observed(yard, flight, () -> slot.consume(flight.frame));
    if (!use.goesOn()) {
      // Nobody got it: it may fare better when the pipeline is let loose again.
      return use.trouble();
    }
    flying.removeFirst();
    return end(flight, use, spec.sizeBytes() * spec.importers().size());
  }

  /** What user space would be told in words is an end like any other; bounces are counted on the way. */
  private FrameSlot.Use observed(YardState yard, Flight flight, Supplier<FrameSlot.Use> work) {
    long mark = yard.events().mark();
    underWay = Optional.of(flight);
    FrameSlot.Use use;
    try {
      use = work.get();
    } catch (BadInputException refused) {
      use = FrameSlot.Use.refused(refused.getMessage());
    }
    for (DmaEvent event : yard.events().since(mark)) {
      if (event instanceof DmaEvent.Bounced bounced) {
        flight.bounced += bounced.size();
        flight.copies++;
      }
    }
    underWay = Optional.empty();
    return use;
  }

  private Optional<String> end(Flight flight, FrameSlot.Use use, long bytes) {
    flight.slot.ifPresent(free::addLast);
    How how =
        use.trouble()
            .<How>map(
                reason ->
                    use.wrong()
                        ? new How.Wrong(reason, use.fault())
                        : new How.Dropped(reason, use.fault()))
            .orElseGet(How.Delivered::new);
    boolean read = how instanceof How.Delivered;
    left.accept(new FrameEnd(flight.frame, how, read ? bytes : 0, flight.bounced, flight.copies));
    return use.goesOn() ? Optional.empty() : use.trouble();
  }

  @Override
  public Optional<String> drain(YardState yard) {
    while (!flying.isEmpty() && flying.getFirst().slot.isPresent()) {
      Optional<String> trouble = useOldest(yard);
      if (trouble.isPresent()) {
        return trouble;
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<String> move(YardState yard) {
    return exported
        ? slots.stream().map(FrameSlot::move).flatMap(Optional::stream).findFirst()
        : Optional.of("it has no buffers that are exported");
  }

  @Override
  public void detach(YardState yard, boolean exportsToo) {
    if (exportsToo && slots.stream().anyMatch(slot -> !slot.canExportAgain())) {
      stop(yard, true, "");
      return;
    }
    slots.forEach(FrameSlot::detach);
    if (exportsToo && exported) {
      slots.forEach(FrameSlot::takeBack);
      exported = false;
    }
  }

  @Override
  public Optional<String> attach(YardState yard) {
    if (slots.isEmpty()) {
      return start(yard);
    }
    Optional<String> trouble = inWords(this::attachAll);
    if (trouble.isEmpty()) {
      exported = true;
    } else {
      keep();
      letGo();
    }
    return trouble;
  }

  private Optional<String> attachAll() {
    for (FrameSlot slot : slots) {
      Optional<String> trouble = exported ? slot.attach() : slot.exportAndAttach();
      if (trouble.isPresent()) {
        return trouble;
      }
    }
    return Optional.empty();
  }

  /** A board or a choice of plug-ins that cannot serve is no accident but an answer. */
  private static Optional<String> inWords(Supplier<Optional<String>> work) {
    try {
      return work.get();
    } catch (BadInputException refused) {
      return Optional.of(refused.getMessage());
    }
  }

  @Override
  public void stop(YardState yard, boolean keepBytes, String reason) {
    underWay.filter(flying::remove).ifPresent(flight -> drop(flight, reason));
    underWay = Optional.empty();
    if (keepBytes) {
      keep();
    } else {
      dropAll(reason);
    }
    letGo();
  }

  private void keep() {
    for (Flight flight : flying) {
      if (flight.slot.isPresent()) {
        flight.kept = Optional.of(flight.slot.get().keep(flight.frame));
        flight.slot = Optional.empty();
      }
    }
  }

  private void letGo() {
    exported = false;
    free.clear();
    List<FrameSlot> all = List.copyOf(slots);
    slots.clear();
    releaseAll(all);
  }

  /** One whose ops break keeps no other from being given back. */
  private static void releaseAll(List<FrameSlot> all) {
    RuntimeException first = null;
    for (FrameSlot slot : all) {
      try {
        slot.release();
      } catch (PlugInException broken) {
        if (first == null) {
          first = broken;
        } else if (first != broken) {
          first.addSuppressed(broken);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private void dropAll(String reason) {
    while (!flying.isEmpty()) {
      drop(flying.removeFirst(), reason);
    }
  }

  private void drop(Flight flight, String reason) {
    left.accept(
        new FrameEnd(
            flight.frame, new How.Dropped(reason, false), 0, flight.bounced, flight.copies));
  }

  @Override
  public void abandon(String reason) {
    slots.clear();
    free.clear();
    exported = false;
    underWay = Optional.empty();
    List<Flight> all = List.copyOf(flying);
    flying.clear();
    for (Flight flight : all) {
      if (flight.kept.isPresent()) {
        flying.addLast(flight);
      } else {
        drop(flight, reason);
      }
    }
  }
}
