package org.bufferyard.web.document;

import java.util.List;
import org.bufferyard.web.schema.Shape;
import org.bufferyard.web.wire.Failure;
import org.eclipse.emf.common.util.EList;
import org.eclipse.emf.ecore.EClass;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.EStructuralFeature;

/** Where elements may go. Stateless. */
final class Placement {
  /** Well below what the XML parser of the JDK reads again (100). */
  private static final int DEEPEST = 64;

  private Placement() {}

  /**
   * The feature of that name, if such a child may go into it.
   *
   * @throws Failure when it may not
   */
  static EReference containment(EObject parent, String name, EClass child) {
    EStructuralFeature feature = Operations.feature(parent, name);
    boolean legal =
        feature instanceof EReference reference
            && Shape.containments(parent.eClass()).contains(reference)
            && reference.getEReferenceType().isSuperTypeOf(child);
    if (!legal) {
      throw Failure.refused(
          "no "
              + child.getName()
              + " goes into '"
              + name
              + "' of "
              + Naming.label(parent));
    }
    return (EReference) feature;
  }

  /**
   * @param index -1 for the end
   */
  static void add(EObject parent, EReference into, EObject element, long index) {
    int depth = 0;
    for (EObject above = parent; above != null; above = above.eContainer()) {
      depth++;
    }
    if (depth + height(element) > DEEPEST) {
      throw Failure.refused("elements are nested at most " + DEEPEST + " deep");
    }
    if (!into.isMany()) {
      if (parent.eGet(into) != null) {
        throw Failure.refused(
            Naming.label(parent) + " has its '" + into.getName() + "' already");
      }
      parent.eSet(into, element);
      return;
    }
    EList<Object> list = list(parent, into);
    if (index < -1 || index > list.size()) {
      throw Failure.bad("'index' " + index + " is out of range");
    }
    list.add(index < 0 ? list.size() : (int) index, element);
  }

  private static int height(EObject element) {
    return 1 + element.eContents().stream().mapToInt(Placement::height).max().orElse(0);
  }

  @SuppressWarnings("unchecked")
  private static EList<Object> list(EObject element, EStructuralFeature feature) {
    return (EList<Object>) element.eGet(feature);
  }

  /** The one way in which two elements are connected, of the name given unless that is empty. */
  static Shape.Edge edge(EObject source, EObject target, String feature) {
    List<Shape.Edge> legal =
        Shape.edges(source.eClass()).stream()
            .filter(e -> e.target().isInstance(target))
            .filter(e -> feature.isEmpty() || e.feature().getName().equals(feature))
            .toList();
    if (legal.isEmpty()) {
      throw Failure.refused(
          "a " + source.eClass().getName() + " is not connected to a " + target.eClass().getName());
    }
    if (legal.size() > 1) {
      throw Failure.refused(
          "say which: " + String.join(", ", legal.stream().map(e -> e.feature().getName()).toList()));
    }
    return legal.getFirst();
  }
}
