package org.bufferyard.registry;

import org.bufferyard.api.allocator.AllocatorKind;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Every {@link AllocatorKind} in the framework. One component a kind: Felix SCR 2.2 stalls five seconds at
 * shutdown when one component holds several dynamic references.
 */
@Component(service = AllocatorShelf.class)
public final class AllocatorShelf {
  private final Shelf<AllocatorKind> shelf = new Shelf<>(AllocatorKind.class);

  @Reference(
      name = "kind",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      updated = "updated")
  void bind(ComponentServiceObjects<AllocatorKind> objects) {
    shelf.add(objects);
  }

  void unbind(ComponentServiceObjects<AllocatorKind> objects) {
    shelf.remove(objects);
  }

  void updated(ComponentServiceObjects<AllocatorKind> objects) {
    shelf.add(objects);
  }

  Shelf<AllocatorKind> shelf() {
    return shelf;
  }
}
