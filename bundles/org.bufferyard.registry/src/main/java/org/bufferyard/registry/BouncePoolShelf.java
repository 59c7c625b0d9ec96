package org.bufferyard.registry;

import org.bufferyard.api.allocator.BouncePoolKind;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Every {@link BouncePoolKind} in the framework. One component a kind: Felix SCR 2.2 stalls five seconds at
 * shutdown when one component holds several dynamic references.
 */
@Component(service = BouncePoolShelf.class)
public final class BouncePoolShelf {
  private final Shelf<BouncePoolKind> shelf = new Shelf<>(BouncePoolKind.class);

  @Reference(
      name = "kind",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      updated = "updated")
  void bind(ComponentServiceObjects<BouncePoolKind> objects) {
    shelf.add(objects);
  }

  void unbind(ComponentServiceObjects<BouncePoolKind> objects) {
    shelf.remove(objects);
  }

  void updated(ComponentServiceObjects<BouncePoolKind> objects) {
    shelf.add(objects);
  }

  Shelf<BouncePoolKind> shelf() {
    return shelf;
  }
}
