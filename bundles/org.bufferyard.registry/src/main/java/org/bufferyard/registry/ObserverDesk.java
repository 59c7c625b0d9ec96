package org.bufferyard.registry;

import org.bufferyard.platform.registry.KindsObserver;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Takes observers in from the framework. A component of its own, and one that nothing refers to:
 * observers refer to the registry, so that the registry referring to them would be a circle, and Felix
 * SCR 2.2 stalls five seconds at shutdown when one component holds several dynamic references.
 *
 * <p>Immediate, because nobody asks for it.
 */
@Component(service = ObserverDesk.class, immediate = true)
public final class ObserverDesk {
  private final Observers observers;

  @Activate
  public ObserverDesk(@Reference KindRegistry registry) {
    this.observers = registry.observers();
  }

  @Reference(
      name = "observer",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC)
  void bind(KindsObserver observer) {
    observers.add(observer);
  }

  void unbind(KindsObserver observer) {
    observers.remove(observer);
  }
}
