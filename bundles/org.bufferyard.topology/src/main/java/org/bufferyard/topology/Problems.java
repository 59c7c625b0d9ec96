package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.emf.ecore.EObject;

/** Collects what checks find, with the line of the element it is about. One thread. */
final class Problems {
  private final ModelResource resource;
  private final List<Problem> list = new ArrayList<>();

  Problems(ModelResource resource) {
    this.resource = resource;
  }

  void error(EObject element, String what, String remedy) {
    list.add(Problem.error(resource.line(element), Elements.label(element), what, remedy));
  }

  void warn(EObject element, String what, String remedy) {
    list.add(Problem.warning(resource.line(element), Elements.label(element), what, remedy));
  }

  /** An element by its kind and line. */
  String place(EObject element) {
    int line = resource.line(element);
    return "the " + element.eClass().getName() + (line > 0 ? " at line " + line : "");
  }

  boolean hasErrors() {
    return list.stream().anyMatch(Problem::isError);
  }

  List<Problem> list() {
    return List.copyOf(list);
  }
}
