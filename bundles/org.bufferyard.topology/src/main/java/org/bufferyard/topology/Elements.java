package org.bufferyard.topology;

import java.util.List;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EAttribute;
import org.eclipse.emf.ecore.EObject;

/** How elements are called in messages and ids. Stateless. */
final class Elements {
  private Elements() {}

  /** The id of an element; empty when it has none. */
  static String id(EObject element) {
    EAttribute attribute = element.eClass().getEIDAttribute();
    Object id = attribute == null ? null : element.eGet(attribute);
    return id == null ? "" : id.toString();
  }

  /** The id of an element or of the next one above that has one; empty when none has. */
  static String nearestId(EObject element) {
    EObject at = element;
    while (at != null && !(at instanceof Topology)) {
      if (!id(at).isEmpty()) {
        return id(at);
      }
      at = at.eContainer();
    }
    return "";
  }

  /** Id, or name, or where it stands inside the next element above that has one. */
  static String label(EObject element) {
    if (element == null || element instanceof Topology) {
      return "";
    }
    String id = id(element);
    if (!id.isEmpty()) {
      return id;
    }
    if (element instanceof Component component && component.getName() != null) {
      return component.getName();
    }
    EObject container = element.eContainer();
    if (container == null || element.eContainmentFeature() == null) {
      return "";
    }
    String feature = element.eContainmentFeature().getName();
    String place =
        container.eGet(element.eContainmentFeature()) instanceof List<?> list && list.size() > 1
            ? feature + " no. " + (list.indexOf(element) + 1)
            : feature;
    return (label(container) + " " + place).strip();
  }

  /** Names from the root, joined by slashes. */
  static String path(Component component) {
    String name = component.getName() == null ? "" : component.getName();
    return component.eContainer() instanceof Component parent ? path(parent) + "/" + name : name;
  }
}
