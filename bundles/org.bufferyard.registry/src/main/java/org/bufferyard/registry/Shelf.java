package org.bufferyard.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.platform.registry.KindStatus;
import org.osgi.service.component.ComponentServiceObjects;

/**
 * The candidates of one kind: an immutable list, best first, in a volatile field, and the services
 * that were got because somebody chose them.
 *
 * <p>Safe for any thread. Readers take the snapshot and no lock. A service is got and given back
 * outside the lock, because getting one activates its component and so runs plug-in code.
 */
final class Shelf<K> {
  private static final List<String> FLAVOURS = List.of(Flavour.FIDELITY, Flavour.FAST);

  private final Class<K> type;

  /** Nobody, until the registry is there: what was found at its start is no news. */
  private volatile Observers observers = new Observers();

  /** Why a component of that name could not be activated, as far as SCR knows. */
  private volatile Function<String, Optional<String>> failures = name -> Optional.empty();

  private final Object lock = new Object();
  private volatile List<Candidate<K>> candidates = List.of();

  /** Service objects in our hands by service id; guarded by {@link #lock}. */
  private final Map<Long, K> got = new HashMap<>();

  /** Guarded by {@link #lock}. */
  private final Quarantine<K> quarantine = new Quarantine<>();

  Shelf(Class<K> type) {
    this.type = type;
  }

  void attach(Observers who, Function<String, Optional<String>> why) {
    observers = who;
    failures = why;
  }

  /**
   * A service came, or changed its properties: then its candidate is judged anew. Properties free
   * nobody from quarantine.
   */
  void add(ComponentServiceObjects<K> objects) {
    Candidate<K> candidate = Candidate.of(objects);
    synchronized (lock) {
      put(
          quarantine
              .reason(candidate.implementation())
              .map(reason -> candidate.with(new Candidate.Verdict.Quarantined(reason)))
              .orElse(candidate));
    }
    observers.changed(type);
  }

  /**
   * A service leaves. Whoever observes may still use what was chosen before; then it is given back.
   */
  void remove(ComponentServiceObjects<K> objects) {
    Candidate<K> leaver = Candidate.of(objects);
    long id = leaver.id();
    K service;
    synchronized (lock) {
      // As it was when it came: a reference may have lost its bundle by now.
      Implementation whose =
          candidate(id).map(Candidate::implementation).orElse(leaver.implementation());
      candidates = candidates.stream().filter(c -> c.id() != id).toList();
      service = got.get(id);
      if (service != null) {
        quarantine.departs(service, whose);
      }
    }
    if (service == null) {
      observers.changed(type);
      return;
    }
    try {
      observers.leaving(type, service);
    } finally {
      synchronized (lock) {
        got.remove(id);
      }
      unget(objects, service);
    }
  }

  /** The best candidate for a model that can really be got. */
  Optional<K> choose(String model, String flavour) {
    while (true) {
      Optional<Candidate<K>> best = best(model, flavour);
      if (best.isEmpty()) {
        return Optional.empty();
      }
      Optional<K> service = get(best.get());
      if (service.isPresent()) {
        return service;
      }
      // Refused or gone meanwhile: the list is shorter by one now, so this ends.
    }
  }

  List<String> models() {
    TreeSet<String> models = new TreeSet<>();
    for (Candidate<K> candidate : candidates) {
      if (candidate.isEligible()) {
        models.addAll(candidate.models());
      }
    }
    return List.copyOf(models);
  }

  /**
   * Whether {@code kind} came from here; then whatever runs its code is out of use from now on. It
   * stays got until it leaves: instances of it may still be undoing their work.
   */
  boolean quarantine(Object kind, String reason) {
    synchronized (lock) {
      Optional<Implementation> whose =
          candidates.stream()
              .filter(c -> got.get(c.id()) == kind)
              .findFirst()
              .map(Candidate::implementation)
              .or(() -> quarantine.formerly(kind));
      if (whose.isEmpty()) {
        return false;
      }
      quarantine.add(whose.get(), reason);
      for (Candidate<K> candidate : candidates) {
        if (candidate.implementation().equals(whose.get())) {
          put(candidate.with(new Candidate.Verdict.Quarantined(reason)));
        }
      }
    }
    observers.changed(type);
    return true;
  }

  /** Gives those another chance that a provider of that name has in quarantine; how many. */
  int release(String provider) {
    int released = 0;
    synchronized (lock) {
      for (Candidate<K> candidate : candidates) {
        if (candidate.verdict() instanceof Candidate.Verdict.Quarantined
            && isNamed(candidate.provider(), provider)) {
          quarantine.lift(candidate.implementation());
          put(candidate.with(new Candidate.Verdict.Eligible()));
          released++;
        }
      }
    }
    if (released > 0) {
      observers.changed(type);
    }
    return released;
  }

  private static boolean isNamed(String provider, String name) {
    return provider.equals(name) || provider.endsWith("." + name);
  }

  private Optional<Candidate<K>> candidate(long id) {
    return candidates.stream().filter(c -> c.id() == id).findFirst();
  }

  List<KindStatus> status() {
    List<KindStatus> lines = new ArrayList<>();
    List<Candidate<K>> snapshot = candidates;
    for (Candidate<K> candidate : snapshot) {
      for (String model : candidate.models().isEmpty() ? List.of("") : candidate.models()) {
        lines.add(status(candidate, model, snapshot));
      }
    }
    return lines;
  }

  private KindStatus status(Candidate<K> candidate, String model, List<Candidate<K>> snapshot) {
    KindStatus.State state;
    String reason;
    switch (candidate.verdict()) {
      case Candidate.Verdict.Refused refused -> {
        state = KindStatus.State.REFUSED;
        reason = refused.reason();
      }
      case Candidate.Verdict.Quarantined quarantined -> {
        state = KindStatus.State.QUARANTINED;
        reason = quarantined.reason();
      }
      case Candidate.Verdict.Eligible eligible -> {
        Optional<Candidate<K>> winner = winnerOver(candidate, model, snapshot);
        state = winner.isEmpty() ? KindStatus.State.USED : KindStatus.State.SHADOWED;
        reason = winner.map(w -> shadowedBy(candidate, w)).orElse("");
      }
    }
    return new KindStatus(
        type.getSimpleName(), model, candidate.provider(), candidate.ranking(), state, reason);
  }

  /** Who is chosen in its place; empty when it is chosen itself, be it for one flavour only. */
  private static <K> Optional<Candidate<K>> winnerOver(
      Candidate<K> candidate, String model, List<Candidate<K>> snapshot) {
    Optional<Candidate<K>> winner = Optional.empty();
    for (String flavour : FLAVOURS) {
      if (candidate.serves(model, flavour)) {
        winner = first(snapshot, c -> c.isEligible() && c.serves(model, flavour));
        if (winner.filter(w -> w.id() == candidate.id()).isPresent()) {
          return Optional.empty();
        }
      }
    }
    return winner;
  }

  private static String shadowedBy(Candidate<?> loser, Candidate<?> winner) {
    return loser.ranking() == winner.ranking()
        ? winner.provider() + " has the same ranking and came earlier"
        : winner.provider() + " has ranking " + winner.ranking();
  }

  private Optional<Candidate<K>> best(String model, String flavour) {
    return first(candidates, c -> c.isEligible() && c.serves(model, flavour));
  }

  private static <K> Optional<Candidate<K>> first(
      List<Candidate<K>> snapshot, Predicate<Candidate<K>> wanted) {
    return snapshot.stream().filter(wanted).findFirst();
  }

  private Optional<K> get(Candidate<K> candidate) {
    synchronized (lock) {
      K service = got.get(candidate.id());
      if (service != null) {
        return Optional.of(service);
      }
    }
    K service = null;
    String failure = "its component could not be activated: see the log or scr:info";
    try {
      service = candidate.objects().getService();
    } catch (RuntimeException | LinkageError thrown) {
      failure = ("getting it failed: " + thrown).replaceAll("\\s*\\R\\s*", " ");
    }
    if (service == null) {
      String why = failures.apply(candidate.provider()).map(f -> "its activation failed: " + f).orElse(failure);
      replace(candidate.id(), new Candidate.Verdict.Refused(why));
      return Optional.empty();
    }
    return keep(candidate, service);
  }

  /**
   * Files a service that was just got, unless it left, another thread was faster, or it broke under
   * another registration.
   */
  private Optional<K> keep(Candidate<K> candidate, K service) {
    K kept;
    synchronized (lock) {
      Optional<String> why = quarantine.formerly(service).flatMap(quarantine::reason);
      if (why.isPresent()) {
        replace(candidate.id(), new Candidate.Verdict.Quarantined(why.get()));
        unget(candidate.objects(), service);
        return Optional.empty();
      }
      boolean present = candidates.stream().anyMatch(c -> c.id() == candidate.id());
      kept = present ? got.putIfAbsent(candidate.id(), service) : null;
      if (present && kept == null) {
        return Optional.of(service);
      }
    }
    unget(candidate.objects(), service);
    return Optional.ofNullable(kept);
  }

  private void replace(long id, Candidate.Verdict verdict) {
    synchronized (lock) {
      candidate(id).ifPresent(c -> put(c.with(verdict)));
    }
  }

  private void put(Candidate<K> candidate) {
    synchronized (lock) {
      List<Candidate<K>> next = new ArrayList<>();
      candidates.stream().filter(c -> c.id() != candidate.id()).forEach(next::add);
      next.add(candidate);
      next.sort(Candidate::order);
      candidates = List.copyOf(next);
    }
  }

  private static <K> void unget(ComponentServiceObjects<K> objects, K service) {
    try {
      objects.ungetService(service);
    } catch (IllegalStateException | IllegalArgumentException alreadyGivenBack) {
      // The service was unregistered, or we are being deactivated: SCR released it before us.
      return;
    }
  }
}
