package org.bufferyard.registry;

import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Every {@link IovaAllocatorKind} in the framework. One component a kind: Felix SCR 2.2 stalls five seconds at
 * shutdown when one component holds several dynamic references.
 */
@Component(service = IovaAllocatorShelf.class)
public final class IovaAllocatorShelf {
  private final Shelf<IovaAllocatorKind> shelf = new Shelf<>(IovaAllocatorKind.class);

  @Reference(
      name = "kind",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      updated = "updated")
  void bind(ComponentServiceObjects<IovaAllocatorKind> objects) {
    shelf.add(objects);
  }

  void unbind(ComponentServiceObjects<IovaAllocatorKind> objects) {
    shelf.remove(objects);
  }

  void updated(ComponentServiceObjects<IovaAllocatorKind> objects) {
    shelf.add(objects);
  }

  Shelf<IovaAllocatorKind> shelf() {
    return shelf;
  }
}
