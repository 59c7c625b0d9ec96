package org.bufferyard.web.document;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.eclipse.emf.common.notify.Notification;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.util.EContentAdapter;

/** Elements that were touched since somebody asked last. One thread. */
final class ChangeCollector extends EContentAdapter {
  private Set<EObject> changed = Collections.newSetFromMap(new IdentityHashMap<>());
  private Set<EObject> moved = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * @param changed elements of which a feature changed, attached or not
   * @param moved roots of what entered or left a container
   */
  record Touched(Set<EObject> changed, Set<EObject> moved) {}

  @Override
  public void notifyChanged(Notification notification) {
    super.notifyChanged(notification);
    if (notification.isTouch() || !(notification.getNotifier() instanceof EObject element)) {
      return;
    }
    changed.add(element);
    if (notification.getFeature() instanceof EReference reference && reference.isContainment()) {
      note(notification.getOldValue());
      note(notification.getNewValue());
    }
  }

  private void note(Object value) {
    if (value instanceof EObject element) {
      moved.add(element);
    } else if (value instanceof Collection<?> many) {
      many.forEach(this::note);
    }
  }

  Touched take() {
    Touched touched = new Touched(changed, moved);
    changed = Collections.newSetFromMap(new IdentityHashMap<>());
    moved = Collections.newSetFromMap(new IdentityHashMap<>());
    return touched;
  }
}
