package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.eclipse.emf.common.util.TreeIterator;
import org.eclipse.emf.ecore.EDataType;
import org.eclipse.emf.ecore.EEnum;
import org.eclipse.emf.ecore.EEnumLiteral;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.EStructuralFeature;
import org.eclipse.emf.ecore.resource.Resource;
import org.eclipse.emf.ecore.util.FeatureMap;
import org.eclipse.emf.ecore.xmi.ClassNotFoundException;
import org.eclipse.emf.ecore.xmi.FeatureNotFoundException;
import org.eclipse.emf.ecore.xmi.IllegalValueException;
import org.eclipse.emf.ecore.xmi.PackageNotFoundException;
import org.eclipse.emf.ecore.xmi.UnresolvedReferenceException;
import org.eclipse.emf.ecore.xml.type.AnyType;

/** What EMF reports of a load, in words for people. Nothing of EMF's own texts gets through. */
final class LoadProblems {
  private final ModelResource resource;
  private final boolean incomplete;
  private final Function<String, Optional<String>> newerBundle;
  private final List<Problem> problems = new ArrayList<>();
  private final Set<String> unexplained = new LinkedHashSet<>();

  /**
   * @param incomplete whether types are missing: then elements are lost and references lead nowhere
   *     for that reason alone
   * @param newerBundle why the file may hold features of a namespace that the installed package
   *     does not have
   */
  LoadProblems(
      ModelResource resource, boolean incomplete, Function<String, Optional<String>> newerBundle) {
    this.resource = resource;
    this.incomplete = incomplete;
    this.newerBundle = newerBundle;
    for (Resource.Diagnostic diagnostic : resource.getErrors()) {
      report(diagnostic);
    }
    for (Map.Entry<EObject, AnyType> extension : resource.getEObjectToExtensionMap().entrySet()) {
      report(extension.getKey(), extension.getValue());
    }
  }

  List<Problem> problems() {
    return List.copyOf(problems);
  }

  /** Content that only a newer version of an installed bundle explains. */
  Optional<String> unexplained() {
    return unexplained.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", unexplained));
  }

  private void report(Resource.Diagnostic diagnostic) {
    int line = Math.max(diagnostic.getLine(), 0);
    switch (diagnostic) {
      case UnresolvedReferenceException e -> dangling(line, e.getReference());
      case IllegalValueException e -> illegalValue(line, e);
      case FeatureNotFoundException e -> unknownFeature(line, e.getObject(), e.getName());
      case PackageNotFoundException e -> {
        if (!incomplete) {
          problems.add(
              Problem.error(line, "", "unknown namespace " + e.uri(), "correct the xmlns"));
        }
      }
      case ClassNotFoundException e -> {
        if (!incomplete) {
          problems.add(
              Problem.error(line, "", "there is no type '" + e.getName() + "'", "correct it"));
        }
      }
      default ->
          problems.add(
              Problem.error(line, "", "the element cannot be read", "correct the file there"));
    }
  }

  private void dangling(int line, String reference) {
    String what = "reference to '" + reference + "' leads nowhere";
    problems.add(
        incomplete
            ? Problem.warning(line, "", what, "perhaps the missing bundle brings it")
            : Problem.error(line, "", what, nearest(reference)));
  }

  private String nearest(String reference) {
    String best = "";
    int distance = Math.max(3, reference.length() / 3);
    for (TreeIterator<EObject> all = resource.getAllContents(); all.hasNext(); ) {
      String id = Elements.id(all.next());
      int d = EditDistance.between(id, reference, distance);
      if (!id.isEmpty() && d < distance) {
        best = id;
        distance = d;
      }
    }
    return best.isEmpty() ? "add that element or correct the id" : "did you mean '" + best + "'?";
  }

  private void illegalValue(int line, IllegalValueException e) {
    EStructuralFeature feature = e.getFeature();
    if (feature instanceof EReference reference
        && !reference.isContainment()
        && e.getValue() instanceof EObject target
        && !Elements.id(target).isEmpty()) {
      problems.add(
          Problem.error(
              line > 0 ? line : resource.line(e.getObject()),
              Elements.label(e.getObject()),
              feature.getName()
                  + ": '"
                  + Elements.id(target)
                  + "' is no "
                  + reference.getEReferenceType().getName(),
              "refer to one"));
      return;
    }
    if (feature == null || e.getValue() instanceof EObject) {
      // An element of an unknown type where a known one is expected.
      if (!incomplete) {
        String name = feature == null ? "" : " '" + feature.getName() + "'";
        problems.add(
            Problem.error(
                line,
                Elements.label(e.getObject()),
                "the element does not fit into" + name,
                "move it or correct its type"));
      }
      return;
    }
    String why =
        e.getCause() instanceof IllegalArgumentException cause && isOurs(feature)
            ? cause.getMessage()
            : "'" + e.getValue() + "' is not " + expected(feature);
    problems.add(
        Problem.error(line, Elements.label(e.getObject()), feature.getName() + ": " + why, ""));
  }

  /** Whether the data type's own messages are written for people. */
  private static boolean isOurs(EStructuralFeature feature) {
    return feature.getEType().getEPackage().getNsURI().startsWith("http://bufferyard.org/")
        && feature.getEType() instanceof EDataType type
        && (type.getName().equals("Address")
            || type.getName().equals("Size")
            || type.getName().equals("Cells"));
  }

  private static String expected(EStructuralFeature feature) {
    if (feature.getEType() instanceof EEnum eEnum) {
      TreeSet<String> words = new TreeSet<>();
      for (EEnumLiteral literal : eEnum.getELiterals()) {
        words.add(literal.getLiteral());
      }
      return "one of " + String.join(", ", words);
    }
    Class<?> type = feature.getEType().getInstanceClass();
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return "a whole number";
    }
    return "a " + feature.getEType().getName();
  }

  private void report(EObject owner, AnyType extension) {
    int line = resource.line(owner);
    for (FeatureMap.Entry entry : extension.getAnyAttribute()) {
      unknownFeature(line, owner, entry.getEStructuralFeature().getName());
    }
    for (FeatureMap.Entry entry : extension.getMixed()) {
      String name = entry.getEStructuralFeature().getName();
      if (!isText(entry.getEStructuralFeature())) {
        unknownElement(line, owner, name);
      }
    }
  }

  private static boolean isText(EStructuralFeature feature) {
    return feature.getName().equals("text")
        || feature.getName().equals("comment")
        || feature.getName().equals("cDATA");
  }

  /** An element that is known by name was recorded because its type is not. */
  private void unknownElement(int line, EObject owner, String name) {
    if (owner.eClass().getEStructuralFeature(name) == null || !incomplete) {
      unknownFeature(line, owner, name);
    }
  }

  private void unknownFeature(int line, EObject owner, String name) {
    Optional<String> newer = newerBundle.apply(owner.eClass().getEPackage().getNsURI());
    if (newer.isPresent()) {
      unexplained.add(
          "nothing installed explains '" + name + "' at line " + line + ": " + newer.get());
      return;
    }
    problems.add(
        Problem.error(
            line,
            Elements.label(owner),
            owner.eClass().getName() + " has no '" + name + "'",
            "remove it or correct its name"));
  }
}
