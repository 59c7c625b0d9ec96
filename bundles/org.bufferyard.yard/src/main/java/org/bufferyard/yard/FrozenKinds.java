package org.bufferyard.yard;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.Kinds;

/**
 * Kinds of which each is chosen once: later choices get what the first one got, a plug-in that left
 * or broke since included. Safe for any thread.
 */
final class FrozenKinds implements Kinds {
  private record Choice(Class<?> type, String model, String flavour) {}

  private final Kinds kinds;
  private final Map<Choice, Optional<?>> chosen = new ConcurrentHashMap<>();
  private final Map<Class<?>, List<String>> models = new ConcurrentHashMap<>();

  FrozenKinds(Kinds kinds) {
    this.kinds = kinds;
  }

  @Override
  public <K> Optional<K> choose(Class<K> type, String model, String flavour) {
    Choice choice = new Choice(type, model, flavour);
    Optional<?> kind = chosen.get(choice);
    if (kind == null) {
      // Choosing activates a component: not under a lock of the map. Who is second takes the first.
      Optional<K> found = kinds.choose(type, model, flavour);
      Optional<?> earlier = chosen.putIfAbsent(choice, found);
      kind = earlier == null ? found : earlier;
    }
    return kind.map(type::cast);
  }

  @Override
  public List<String> models(Class<?> type) {
    return models.computeIfAbsent(type, kinds::models);
  }

  @Override
  public List<KindStatus> status() {
    return kinds.status();
  }

  @Override
  public void quarantine(Object kind, String reason) {
    kinds.quarantine(kind, reason);
  }

  @Override
  public int release(String provider) {
    return kinds.release(provider);
  }
}
