package org.bufferyard.registry;

import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Every {@link DmaBufOpsKind} in the framework. One component a kind: Felix SCR 2.2 stalls five seconds at
 * shutdown when one component holds several dynamic references.
 */
@Component(service = DmaBufOpsShelf.class)
public final class DmaBufOpsShelf {
  private final Shelf<DmaBufOpsKind> shelf = new Shelf<>(DmaBufOpsKind.class);

  @Reference(
      name = "kind",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      updated = "updated")
  void bind(ComponentServiceObjects<DmaBufOpsKind> objects) {
    shelf.add(objects);
  }

  void unbind(ComponentServiceObjects<DmaBufOpsKind> objects) {
    shelf.remove(objects);
  }

  void updated(ComponentServiceObjects<DmaBufOpsKind> objects) {
    shelf.add(objects);
  }

  Shelf<DmaBufOpsKind> shelf() {
    return shelf;
  }
}
