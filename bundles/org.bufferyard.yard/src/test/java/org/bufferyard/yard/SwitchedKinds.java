package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.Kinds;

/** The kinds of the real bundles, which a test shadows, takes away and gives back. */
final class SwitchedKinds implements Kinds {
  private final Kinds real;

  /** Kind and model to who serves in place of the real one; empty: nobody does. */
  private final Map<String, Optional<Object>> instead = new ConcurrentHashMap<>();

  private final Map<Object, String> quarantined = new IdentityHashMap<>();

  SwitchedKinds(Kinds real) {
    this.real = real;
  }

  private static String key(Class<?> type, String model) {
    return type.getSimpleName() + " " + model;
  }

  /** Shadows whoever serves. */
  <K> K put(Class<K> type, String model, K kind) {
    instead.put(key(type, model), Optional.of(kind));
    return kind;
  }

  /** Nobody serves. */
  void remove(Class<?> type, String model) {
    instead.put(key(type, model), Optional.empty());
  }

  /** The real one serves again. */
  void restore(Class<?> type, String model) {
    instead.remove(key(type, model));
  }

  /** Takes it out of quarantine. */
  void forgive(Object kind) {
    quarantined.remove(kind);
  }

  /** The real one, whoever serves. */
  <K> K real(Class<K> type, String model) {
    return real.choose(type, model, "fidelity").orElseThrow();
  }

  <K> K real(Class<K> type, String model, String flavour) {
    return real.choose(type, model, flavour).orElseThrow();
  }

  @Override
  public <K> Optional<K> choose(Class<K> type, String model, String flavour) {
    Optional<Object> other = instead.get(key(type, model));
    if (other != null && other.filter(k -> reasonOf(k).isEmpty()).isPresent()) {
      return other.map(type::cast);
    }
    boolean gone = other != null && other.isEmpty();
    return gone
        ? Optional.empty()
        : real.choose(type, model, flavour).filter(k -> reasonOf(k).isEmpty());
  }

  @Override
  public List<String> models(Class<?> type) {
    TreeSet<String> models = new TreeSet<>(real.models(type));
    String prefix = type.getSimpleName() + " ";
    instead.forEach(
        (key, kind) -> {
          if (key.startsWith(prefix)) {
            if (kind.isPresent()) {
              models.add(key.substring(prefix.length()));
            } else {
              models.remove(key.substring(prefix.length()));
            }
          }
        });
    return List.copyOf(models);
  }

  /** Why a kind is out of use; empty: it is not. */
  synchronized String reasonOf(Object kind) {
    return quarantined.getOrDefault(kind, "");
  }

  @Override
  public synchronized List<KindStatus> status() {
    List<KindStatus> lines = new ArrayList<>();
    instead.forEach(
        (key, kind) ->
            kind.filter(quarantined::containsKey)
                .ifPresent(
                    k -> {
                      String[] name = key.split(" ", 2);
                      lines.add(
                          new KindStatus(
                              name[0],
                              name[1],
                              "the test",
                              0,
                              KindStatus.State.QUARANTINED,
                              quarantined.get(k)));
                    }));
    return lines;
  }

  @Override
  public synchronized void quarantine(Object kind, String reason) {
    quarantined.put(kind, reason);
  }
}
