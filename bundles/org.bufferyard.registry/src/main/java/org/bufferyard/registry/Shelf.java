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

  Shelf(Class<K> type) {
    this.type = type;
  }

  void attach(Observers who, Function<String, Optional<String>> why) {
    observers = who;
    failures = why;
  }

  /** A service came, or changed its properties: then its candidate is judged anew. */
  void add(ComponentServiceObjects<K> objects) {
    put(Candidate.of(objects));
    observers.changed(type);
  }

  /**
   * A service leaves. Whoever observes may still use what was chosen before; then it is given back.
   */
  void remove(ComponentServiceObjects<K> objects) {
    long id = Candidate.of(objects).id();
    K service;
    synchronized (lock) {
      candidates = candidates.stream().filter(c -> c.id() != id).toList();
      service = got.get(id);
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

  /** Whether {@code kind} came from here; then it is out of use from now on. */
  boolean quarantine(Object kind, String reason) {
    boolean ours = false;
    synchronized (lock) {
      for (Map.Entry<Long, K> entry : got.entrySet()) {
        if (entry.getValue() == kind) {
          // It stays got until it leaves: instances of it may still be undoing their work.
          replace(entry.getKey(), new Candidate.Verdict.Quarantined(reason));
          ours = true;
        }
      }
    }
    if (ours) {
      observers.changed(type);
    }
    return ours;
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

  /** Files a service that was just got, unless it left or another thread was faster. */
  private Optional<K> keep(Candidate<K> candidate, K service) {
    K kept;
    synchronized (lock) {
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
      candidates.stream()
          .filter(c -> c.id() == id)
          .findFirst()
          .ifPresent(c -> put(c.with(verdict)));
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
