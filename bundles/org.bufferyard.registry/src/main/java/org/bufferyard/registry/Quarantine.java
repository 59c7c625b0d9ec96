package org.bufferyard.registry;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Implementations of one kind that are out of use, and why. Who broke stays in it when his service
 * changes its properties, goes and comes back; an update of his bundle makes him another. A service
 * without a component is known by its id and by its object. One small entry for each that ever
 * broke. Guarded by its shelf's lock.
 */
final class Quarantine<K> {
  /** A service that was given back; whoever opened it may still find out that it is broken. */
  private record Departed<K>(WeakReference<K> service, Implementation implementation) {}

  private final Map<Implementation, String> reasons = new HashMap<>();
  private final List<Departed<K>> departed = new ArrayList<>();

  Optional<String> reason(Implementation implementation) {
    return Optional.ofNullable(reasons.get(implementation));
  }

  void add(Implementation implementation, String reason) {
    reasons.put(implementation, reason);
  }

  /** Services without a component have their bundle's name alone, and are released by it. */
  void lift(Implementation implementation) {
    reasons.remove(implementation);
    if (implementation.component().isEmpty()) {
      reasons
          .keySet()
          .removeIf(i -> i.component().isEmpty() && i.bundle() == implementation.bundle());
    }
  }

  void departs(K service, Implementation implementation) {
    departed.removeIf(d -> d.service().refersTo(null));
    departed.add(new Departed<>(new WeakReference<>(service), implementation));
  }

  /** Whose a service was that is not in our hands any more. */
  Optional<Implementation> formerly(Object service) {
    return departed.stream()
        .filter(d -> d.service().get() == service)
        .findFirst()
        .map(Departed::implementation);
  }
}
