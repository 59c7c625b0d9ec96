package org.bufferyard.registry;

import org.bufferyard.api.iommu.IommuKind;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Every {@link IommuKind} in the framework. One component a kind: Felix SCR 2.2 stalls five seconds at
 * shutdown when one component holds several dynamic references.
 */
@Component(service = IommuShelf.class)
public final class IommuShelf {
  private final Shelf<IommuKind> shelf = new Shelf<>(IommuKind.class);

  @Reference(
      name = "kind",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      updated = "updated")
  void bind(ComponentServiceObjects<IommuKind> objects) {
    shelf.add(objects);
  }

  void unbind(ComponentServiceObjects<IommuKind> objects) {
    shelf.remove(objects);
  }

  void updated(ComponentServiceObjects<IommuKind> objects) {
    shelf.add(objects);
  }

  Shelf<IommuKind> shelf() {
    return shelf;
  }
}
