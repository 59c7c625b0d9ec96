package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.KindStatus.State;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.yard.Needs.Choice;
import org.bufferyard.yard.Needs.Need;
import org.bufferyard.yard.guard.PlugIn;
import org.bufferyard.yard.guard.Standing;
import org.bufferyard.yard.guard.Watch;

/**
 * The plug-ins of one yard: chosen before it starts, exchanged when it is told to.
 *
 * <p>Choosing activates components, which the engine thread must never do: {@link #choose} and {@link
 * #plan} are for other threads. Everything else is the engine thread's.
 */
final class ChosenKinds {
  /** What to do about a plug-in that is out of use. */
  static final String MEND = "update or remove that plug-in";

  /** Who serves, and how he stands. Compared by identity. */
  static final class Held {
    private final Object service;
    private final Standing standing = new Standing();

    Held(Object service) {
      this.service = service;
    }
  }

  /** Live buffers of an exporter that have somebody's ops. */
  private record Use(Held ops, String exporter) {}

  private final Kinds registry;
  private final Needs needs;
  private final String flavour;

  /** Null: nobody watches. */
  private final Watch watch;

  /** Replaced as a whole, on the engine thread. */
  private volatile Map<Choice, Held> held;

  private volatile boolean forgotten;

  /** How many buffers; written on the engine thread. */
  private final Map<Use, Integer> uses = new ConcurrentHashMap<>();

  private ChosenKinds(
      Kinds registry, Needs needs, String flavour, Watch watch, Map<Choice, Held> held) {
    this.registry = registry;
    this.needs = needs;
    this.flavour = flavour;
    this.watch = watch;
    this.held = Map.copyOf(held);
  }

  /**
   * Chooses everything that the board needs.
   *
   * @throws BadInputException when nobody brings what it cannot do without
   */
  static ChosenKinds choose(Kinds registry, Needs needs, String flavour) {
    Map<Choice, Held> found = new HashMap<>();
    ChosenKinds none = new ChosenKinds(registry, needs, flavour, null, found);
    for (Need need : needs.all()) {
      Choice choice = need.choice();
      if (choice.type() == IovaAllocatorKind.class) {
        continue;
      }
      Optional<Held> held = registry.choose(choice.type(), choice.model(), flavour).map(Held::new);
      if (held.isEmpty() && !need.optional()) {
        throw none.missing(choice.type(), choice.model(), need.who());
      }
      held.ifPresent(h -> found.put(choice, h));
    }
    if (found.keySet().stream().anyMatch(c -> c.type() == IommuKind.class)) {
      Object iova =
          registry
              .choose(IovaAllocatorKind.class, Needs.IOVA, flavour)
              .orElseThrow(
                  () ->
                      none.missing(
                          IovaAllocatorKind.class, Needs.IOVA, "the DMA API behind an IOMMU"));
      found.put(new Choice(IovaAllocatorKind.class, Needs.IOVA), new Held(iova));
    }
    for (String name : registry.models(DmaBufOpsKind.class)) {
      registry
          .choose(DmaBufOpsKind.class, name, flavour)
          .ifPresent(k -> found.put(new Choice(DmaBufOpsKind.class, name), new Held(k)));
    }
    return new ChosenKinds(registry, needs, flavour, null, found);
  }

  /** The same choices under a watch. */
  ChosenKinds watchedBy(Watch who) {
    return new ChosenKinds(registry, needs, flavour, who, held);
  }

  /** Those of the choices that did not break, for a yard that begins anew. */
  ChosenKinds survivors() {
    Map<Choice, Held> whole = new HashMap<>();
    held.forEach(
        (choice, h) -> {
          if (!h.standing.isBroken()) {
            whole.put(choice, new Held(h.service));
          }
        });
    return new ChosenKinds(registry, needs, flavour, watch, whole);
  }

  int size() {
    return held.size();
  }

  /** Drops everything: a closed yard holds on to no plug-in. */
  void forget() {
    forgotten = true;
    held = Map.of();
    uses.clear();
  }

  /** What is due to be exchanged; nothing in a closed yard. */
  List<KindSwap> plan() {
    if (forgotten) {
      return List.of();
    }
    Map<Choice, Held> now = held;
    List<KindSwap> due = new ArrayList<>();
    boolean translates =
        needs.all().stream()
            .map(Need::choice)
            .anyMatch(c -> c.type() == IommuKind.class && next(c).isPresent());
    for (Need need : needs.all()) {
      Choice choice = need.choice();
      boolean idle = choice.type() == IovaAllocatorKind.class && !translates;
      if (!idle || now.containsKey(choice)) {
        add(due, choice, now, need.elements(), need.devices());
      }
    }
    Set<String> names = new TreeSet<>(registry.models(DmaBufOpsKind.class));
    now.keySet().stream()
        .filter(c -> c.type() == DmaBufOpsKind.class)
        .forEach(c -> names.add(c.model()));
    for (String name : names) {
      Choice choice = new Choice(DmaBufOpsKind.class, name);
      add(due, choice, now, exportersWith(now.get(choice)), Set.of());
    }
    return due;
  }

  private void add(
      List<KindSwap> due,
      Choice choice,
      Map<Choice, Held> now,
      List<String> elements,
      Set<String> devices) {
    Optional<Held> serving = Optional.ofNullable(now.get(choice));
    Optional<Object> from = serving.map(h -> h.service);
    Optional<Object> to = next(choice);
    // One that broke and was released again begins anew, with instances of its own.
    boolean broke = to.isPresent() && serving.filter(h -> h.standing.isBroken()).isPresent();
    if (from.orElse(null) != to.orElse(null) || broke) {
      due.add(new KindSwap(choice.type(), choice.model(), from, to, elements, devices));
    }
  }

  private Optional<Object> next(Choice choice) {
    return registry.choose(choice.type(), choice.model(), flavour).map(k -> k);
  }

  /** What a choice is for; empty for ops. */
  Optional<Need> need(Choice choice) {
    return needs.all().stream().filter(n -> n.choice().equals(choice)).findFirst();
  }

  private List<String> exportersWith(Held ops) {
    return uses.keySet().stream()
        .filter(u -> u.ops() == ops)
        .map(Use::exporter)
        .sorted()
        .toList();
  }

  /** How many live buffers have the ops of who serves a choice now. */
  int buffersWith(Choice choice) {
    Held ops = held.get(choice);
    return uses.entrySet().stream()
        .filter(e -> e.getKey().ops() == ops)
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** A buffer with these ops came to be, or was released. */
  void used(Held ops, String exporter, int more) {
    uses.merge(
        new Use(ops, exporter), more, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
  }

  /** Who serves a choice now; empty: nobody. */
  Optional<Object> now(Choice choice) {
    return Optional.ofNullable(held.get(choice)).map(h -> h.service);
  }

  /** From now on somebody else serves, or nobody. */
  void hold(Choice choice, Optional<Held> successor) {
    Map<Choice, Held> next = new HashMap<>(held);
    next.remove(choice);
    successor.ifPresent(h -> next.put(choice, h));
    held = Map.copyOf(next);
  }

  /** Who was chosen; empty: nobody brings it. */
  Optional<Held> held(Class<?> type, String model) {
    return Optional.ofNullable(held.get(new Choice(type, model)));
  }

  /** The service of a holder, as its kind. */
  static <K> K service(Class<K> type, Held holder) {
    return type.cast(holder.service);
  }

  /** Whether a device's driver is known. */
  Optional<Held> device(DeviceSpec device) {
    Optional<Held> kind = held(DeviceKind.class, device.model());
    if (kind.isEmpty()) {
      outOfUse(DeviceKind.class, device.model())
          .ifPresent(
              why -> {
                throw new BadInputException(
                    "its DeviceKind '" + device.model() + "' is out of use: " + why,
                    "device '" + device.id() + "'",
                    MEND);
              });
    }
    return kind;
  }

  /**
   * @throws BadInputException when nobody brings these ops
   */
  Held ops(String name) {
    return held(DmaBufOpsKind.class, name)
        .orElseThrow(() -> missing(DmaBufOpsKind.class, name, "the export"));
  }

  /** Who would serve a model and must not: the plug-in and what is wrong with it. */
  Optional<String> outOfUse(Class<?> type, String model) {
    return registry.status().stream()
        .filter(s -> s.kind().equals(type.getSimpleName()) && s.model().equals(model))
        .filter(s -> s.state() == State.QUARANTINED || s.state() == State.REFUSED)
        .findFirst()
        .map(s -> s.provider() + ": " + s.reason());
  }

  /** The description of a plug-in, by which it is blamed when it breaks. */
  PlugIn plugIn(Class<?> type, Held who, String model, String element) {
    return new PlugIn(
        type.getSimpleName(),
        model,
        who.service.getClass().getName(),
        element,
        reason -> {
          who.standing.broke();
          registry.quarantine(who.service, reason);
        },
        who.standing,
        watch);
  }

  private BadInputException missing(Class<?> type, String model, String who) {
    String needs =
        "needs the " + type.getSimpleName() + " '" + model + "' in flavour '" + flavour + "', ";
    return outOfUse(type, model)
        .map(why -> new BadInputException(needs + "which is out of use: " + why, who, MEND))
        .orElseGet(
            () ->
                new BadInputException(
                    needs + "which no plug-in brings", who, "there are: " + registry.models(type)));
  }
}
