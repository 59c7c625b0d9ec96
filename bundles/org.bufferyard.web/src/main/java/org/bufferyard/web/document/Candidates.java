package org.bufferyard.web.document;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bufferyard.web.schema.ClassNames;
import org.bufferyard.web.schema.Shape;
import org.bufferyard.web.wire.Failure;
import org.eclipse.emf.ecore.EClass;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EReference;

/** What a reference may name: everything of its type, the nearest first. Stateless. */
final class Candidates {
  private static final int MOST = 500;

  private Candidates() {}

  static JsonObject of(EditSession session, String key, String feature, ClassNames names) {
    EObject element =
        session
            .keys()
            .find(key)
            .orElseThrow(() -> Failure.notFound("there is no element '" + key + "'"));
    EClass wanted = wanted(element, feature);
    List<EObject> found = new ArrayList<>();
    session
        .root()
        .eAllContents()
        .forEachRemaining(
            e -> {
              if (e != element && wanted.isInstance(e)) {
                found.add(e);
              }
            });
    found.sort(
        Comparator.comparingInt((EObject e) -> distance(element, e))
            .thenComparing(Naming::label));
    JsonArray candidates = new JsonArray();
    found.stream().limit(MOST).forEach(e -> candidates.add(json(session, e, names)));
    JsonObject json = new JsonObject();
    json.add("candidates", candidates);
    json.addProperty("truncated", found.size() > MOST);
    return json;
  }

  private static EClass wanted(EObject element, String feature) {
    Optional<Shape.Edge> edge =
        Shape.edges(element.eClass()).stream()
            .filter(e -> e.feature().getName().equals(feature))
            .findFirst();
    if (edge.isPresent()) {
      return edge.get().target();
    }
    if (element.eClass().getEStructuralFeature(feature) instanceof EReference reference
        && !reference.isContainment()) {
      return reference.getEReferenceType();
    }
    throw Failure.refused(element.eClass().getName() + " has no reference '" + feature + "'");
  }

  /** Steps up from the first to where both meet. */
  private static int distance(EObject from, EObject to) {
    int steps = 0;
    for (EObject above = from; above != null; above = above.eContainer()) {
      for (EObject e = to; e != null; e = e.eContainer()) {
        if (e == above) {
          return steps;
        }
      }
      steps++;
    }
    return steps;
  }

  private static JsonObject json(EditSession session, EObject element, ClassNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("key", session.keys().enter(element));
    json.addProperty("label", Naming.label(element));
    json.addProperty("class", names.of(element.eClass()));
    EObject above = element.eContainer();
    json.addProperty("where", above == null ? "" : Naming.label(above));
    return json;
  }
}
