package org.bufferyard.web.document;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.function.BiFunction;
import org.bufferyard.web.schema.ClassNames;
import org.bufferyard.web.schema.Shape;
import org.eclipse.emf.ecore.EAttribute;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.EStructuralFeature;
import org.eclipse.emf.ecore.util.EcoreUtil;

/** One element as the protocol has it. One thread. */
final class ElementJson {
  private final Keys keys;
  private final ClassNames names;
  private final BiFunction<EObject, String, List<String>> unknownChildren;

  /**
   * @param unknownChildren keys of the elements that nobody explains, by parent and feature
   */
  ElementJson(
      Keys keys, ClassNames names, BiFunction<EObject, String, List<String>> unknownChildren) {
    this.keys = keys;
    this.names = names;
    this.unknownChildren = unknownChildren;
  }

  JsonObject of(EObject element) {
    JsonObject json = new JsonObject();
    json.addProperty("class", names.of(element.eClass()));
    json.addProperty("label", Naming.label(element));
    if (element.eContainer() != null) {
      json.addProperty("parent", keys.enter(element.eContainer()));
      json.addProperty("feature", element.eContainmentFeature().getName());
    }
    JsonObject attrs = new JsonObject();
    JsonObject refs = new JsonObject();
    JsonObject children = new JsonObject();
    JsonObject dangling = new JsonObject();
    for (EStructuralFeature feature : element.eClass().getEAllStructuralFeatures()) {
      if (!Shape.isVisible(feature)) {
        continue;
      }
      switch (feature) {
        case EAttribute attribute when element.eIsSet(attribute) ->
            attrs.add(attribute.getName(), value(attribute, element.eGet(attribute)));
        case EReference reference when reference.isContainment() ->
            children(element, reference, children);
        case EReference reference when element.eIsSet(reference) ->
            references(reference, element.eGet(reference, false), refs, dangling);
        default -> {}
      }
    }
    json.add("attrs", attrs);
    json.add("refs", refs);
    json.add("children", children);
    if (!dangling.isEmpty()) {
      json.add("dangling", dangling);
    }
    return json;
  }

  private static JsonElement value(EAttribute attribute, Object value) {
    if (attribute.isMany() && value instanceof List<?> list) {
      JsonArray array = new JsonArray();
      list.forEach(v -> array.add(Values.print(attribute, v)));
      return array;
    }
    return new com.google.gson.JsonPrimitive(Values.print(attribute, value));
  }

  private static List<?> list(Object value) {
    return value instanceof List<?> many ? many : value == null ? List.of() : List.of(value);
  }

  private void children(EObject element, EReference reference, JsonObject children) {
    JsonArray array = new JsonArray();
    list(element.eGet(reference)).forEach(c -> array.add(keys.enter((EObject) c)));
    unknownChildren.apply(element, reference.getName()).forEach(array::add);
    if (!array.isEmpty()) {
      children.add(reference.getName(), array);
    }
  }

  private void references(
      EReference reference, Object value, JsonObject refs, JsonObject dangling) {
    JsonArray found = new JsonArray();
    JsonArray lost = new JsonArray();
    for (Object one : list(value)) {
      EObject target = (EObject) one;
      if (target.eIsProxy()) {
        lost.add(String.valueOf(EcoreUtil.getURI(target).fragment()));
      } else {
        found.add(keys.enter(target));
      }
    }
    if (reference.isMany() && !found.isEmpty()) {
      refs.add(reference.getName(), found);
    } else if (!found.isEmpty()) {
      refs.add(reference.getName(), found.get(0));
    }
    if (!lost.isEmpty()) {
      dangling.add(reference.getName(), lost);
    }
  }
}
