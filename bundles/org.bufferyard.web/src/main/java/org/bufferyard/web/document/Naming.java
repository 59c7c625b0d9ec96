package org.bufferyard.web.document;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.emf.ecore.EAttribute;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EStructuralFeature;

/** Names and ids for new elements, and what elements are called in labels. Stateless. */
final class Naming {
  private Naming() {}

  static Optional<String> name(EObject element) {
    EStructuralFeature feature = element.eClass().getEStructuralFeature("name");
    return feature instanceof EAttribute && element.eGet(feature) instanceof String text
        ? Optional.of(text).filter(t -> !t.isBlank())
        : Optional.empty();
  }

  /** Name, id, or class with the first thing that tells it from others. */
  static String label(EObject element) {
    Optional<String> name = name(element);
    if (name.isPresent()) {
      return name.get();
    }
    String id = Keys.id(element);
    if (!id.isEmpty()) {
      return id;
    }
    return (element.eClass().getName() + " " + firstValue(element)).strip();
  }

  private static String firstValue(EObject element) {
    for (EStructuralFeature feature : element.eClass().getEAllStructuralFeatures()) {
      if (element.eIsSet(feature)) {
        if (feature instanceof EAttribute attribute && !attribute.isMany()) {
          return String.valueOf(Values.print(attribute, element.eGet(attribute)));
        }
        if (element.eGet(feature) instanceof EObject target && target.eClass() != null) {
          return name(target).orElse(Keys.id(target));
        }
      }
    }
    return "";
  }

  /** Gives names to elements that need one and have none, and ids from the names on the way. */
  static void complete(EObject element, EObject root) {
    Set<String> taken = new HashSet<>();
    taken.add(Keys.id(root));
    root.eAllContents().forEachRemaining(e -> taken.add(Keys.id(e)));
    complete(element, taken);
  }

  private static void complete(EObject element, Set<String> taken) {
    EAttribute id = element.eClass().getEIDAttribute();
    if (id != null) {
      EStructuralFeature name = element.eClass().getEStructuralFeature("name");
      if (name instanceof EAttribute && name(element).isEmpty()) {
        element.eSet(name, freeName(element));
      }
      if (Keys.id(element).isEmpty()) {
        element.eSet(id, free(path(element), taken));
      }
    }
    List.copyOf(element.eContents()).forEach(child -> complete(child, taken));
  }

  /** The class in lower case, with a number when a neighbour is called so. */
  private static String freeName(EObject element) {
    return freeName(element, element.eClass().getName().toLowerCase(Locale.ROOT));
  }

  static String freeName(EObject element, String wanted) {
    Set<String> names =
        element.eContainer().eContents().stream()
            .filter(e -> e != element)
            .flatMap(e -> name(e).stream())
            .collect(Collectors.toSet());
    String name = wanted;
    for (int n = 2; names.contains(name); n++) {
      name = wanted + n;
    }
    return name;
  }

  private static String path(EObject element) {
    String own = name(element).orElse(element.eClass().getName().toLowerCase(Locale.ROOT));
    EObject above = element.eContainer();
    return above == null || above.eContainer() == null ? own : path(above) + "/" + own;
  }

  private static String free(String wanted, Set<String> taken) {
    String id = wanted;
    for (int n = 2; !taken.add(id); n++) {
      id = wanted + "-" + n;
    }
    return id;
  }
}
