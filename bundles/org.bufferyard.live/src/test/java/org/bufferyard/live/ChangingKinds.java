package org.bufferyard.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.Kinds;

/** The kinds on the class path, with others put before them or taken out as a test likes. */
final class ChangingKinds implements Kinds {
  private record Key(Class<?> type, String model) {}

  private final Kinds real;
  private final KindsBell bell;
  private final Map<Key, List<Object>> preferred = new ConcurrentHashMap<>();
  private final List<Object> out = new CopyOnWriteArrayList<>();
  private final List<String> quarantined = new CopyOnWriteArrayList<>();

  ChangingKinds(Kinds real, KindsBell bell) {
    this.real = real;
    this.bell = bell;
  }

  /** Somebody with a higher ranking came. */
  <K> void add(Class<K> type, String model, K kind) {
    preferred.computeIfAbsent(new Key(type, model), k -> new CopyOnWriteArrayList<>()).add(0, kind);
    bell.changed(type);
  }

  /** Whoever was added leaves; waits as the registry does. */
  void remove(Class<?> type, String model, Object kind) {
    preferred.getOrDefault(new Key(type, model), new ArrayList<>()).remove(kind);
    bell.leaving(type, kind);
  }

  /** Whoever serves from the class path is gone, until {@link #back}. */
  <K> K takeOut(Class<K> type, String model, String flavour) {
    K kind = choose(type, model, flavour).orElseThrow();
    out.add(kind);
    bell.leaving(type, kind);
    return kind;
  }

  void back(Class<?> type, Object kind) {
    out.remove(kind);
    bell.changed(type);
  }

  List<String> quarantined() {
    return List.copyOf(quarantined);
  }

  @Override
  public <K> Optional<K> choose(Class<K> type, String model, String flavour) {
    for (Object kind : preferred.getOrDefault(new Key(type, model), List.of())) {
      if (!out.contains(kind)) {
        return Optional.of(type.cast(kind));
      }
    }
    return real.choose(type, model, flavour).filter(kind -> !out.contains(kind));
  }

  @Override
  public List<String> models(Class<?> type) {
    List<String> models = new ArrayList<>(real.models(type));
    preferred.keySet().stream()
        .filter(key -> key.type() == type && !models.contains(key.model()))
        .forEach(key -> models.add(key.model()));
    return models;
  }

  @Override
  public List<KindStatus> status() {
    return real.status();
  }

  @Override
  public void quarantine(Object kind, String reason) {
    out.add(kind);
    quarantined.add(reason);
    bell.changed(Object.class);
  }
}
