package org.bufferyard.registry;

import org.bufferyard.api.device.DeviceKind;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Every {@link DeviceKind} in the framework. One component a kind: Felix SCR 2.2 stalls five seconds at
 * shutdown when one component holds several dynamic references.
 */
@Component(service = DeviceShelf.class)
public final class DeviceShelf {
  private final Shelf<DeviceKind> shelf = new Shelf<>(DeviceKind.class);

  @Reference(
      name = "kind",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      updated = "updated")
  void bind(ComponentServiceObjects<DeviceKind> objects) {
    shelf.add(objects);
  }

  void unbind(ComponentServiceObjects<DeviceKind> objects) {
    shelf.remove(objects);
  }

  void updated(ComponentServiceObjects<DeviceKind> objects) {
    shelf.add(objects);
  }

  Shelf<DeviceKind> shelf() {
    return shelf;
  }
}
