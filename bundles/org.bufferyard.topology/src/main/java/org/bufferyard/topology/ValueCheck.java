package org.bufferyard.topology;

import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.emf.common.util.TreeIterator;
import org.eclipse.emf.ecore.EAttribute;
import org.eclipse.emf.ecore.EDataType;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.EStructuralFeature;
import org.eclipse.emf.ecore.util.EcoreUtil;
import org.eclipse.emf.ecore.util.ExtendedMetaData;

/**
 * What the models themselves demand of every element, those of device bundles included: required
 * features are there, and values keep to the facets of their data types.
 */
final class ValueCheck {
  private final Problems problems;
  private final boolean incomplete;

  ValueCheck(Problems problems, boolean incomplete) {
    this.problems = problems;
    this.incomplete = incomplete;
  }

  void check(EObject root) {
    checkOne(root);
    for (TreeIterator<EObject> all = root.eAllContents(); all.hasNext(); ) {
      checkOne(all.next());
    }
  }

  private void checkOne(EObject element) {
    for (EStructuralFeature feature : element.eClass().getEAllStructuralFeatures()) {
      if (feature.isDerived() || feature.isTransient()) {
        continue;
      }
      Object value = element.eGet(feature, false);
      if (feature.isRequired() && isAbsent(value)) {
        missing(element, feature);
      } else if (value != null
          && feature instanceof EAttribute attribute
          && element.eIsSet(feature)) {
        facets(element, attribute, value);
      }
    }
  }

  private void missing(EObject element, EStructuralFeature feature) {
    String what = "'" + feature.getName() + "' is missing";
    if (incomplete && feature instanceof EReference) {
      problems.warn(element, what, "perhaps the missing bundle brings it");
    } else {
      problems.error(element, what, remedy(feature));
    }
  }

  private static boolean isAbsent(Object value) {
    return value == null
        || value instanceof List<?> list && list.isEmpty()
        || value instanceof String text && text.isBlank();
  }

  private static String remedy(EStructuralFeature feature) {
    String doc = EcoreUtil.getDocumentation(feature);
    return doc == null ? "add it" : "add it: " + firstSentence(doc);
  }

  private static String firstSentence(String doc) {
    int end = doc.indexOf(". ");
    String sentence = end < 0 ? doc : doc.substring(0, end);
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private void facets(EObject element, EAttribute attribute, Object value) {
    EDataType type = attribute.getEAttributeType();
    List<?> values = value instanceof List<?> list && attribute.isMany() ? list : List.of(value);
    for (Object one : values) {
      for (String pattern : facet(type, "pattern").split(" ")) {
        if (!pattern.isEmpty() && !Pattern.matches(pattern, one.toString())) {
          problems.error(
              element, attribute.getName() + ": '" + one + "' is no " + type.getName(), doc(type));
        }
      }
      if (one instanceof Number number) {
        range(element, attribute, number.longValue());
      }
    }
  }

  private void range(EObject element, EAttribute attribute, long value) {
    EDataType type = attribute.getEAttributeType();
    String min = facet(type, "minInclusive");
    String max = facet(type, "maxInclusive");
    if (!min.isEmpty() && value < Long.parseLong(min)) {
      problems.error(
          element,
          attribute.getName() + " " + value + " is below " + min,
          "give " + min + " or more");
    }
    if (!max.isEmpty() && value > Long.parseLong(max)) {
      problems.error(
          element,
          attribute.getName() + " " + value + " is above " + max,
          "give " + max + " or less");
    }
  }

  private static String facet(EDataType type, String name) {
    String value = EcoreUtil.getAnnotation(type, ExtendedMetaData.ANNOTATION_URI, name);
    return value == null ? "" : value;
  }

  private static String doc(EDataType type) {
    String doc = EcoreUtil.getDocumentation(type);
    return doc == null ? "" : "it is " + Character.toLowerCase(doc.charAt(0)) + doc.substring(1);
  }
}
