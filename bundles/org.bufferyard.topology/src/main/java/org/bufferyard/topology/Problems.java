package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.kernel.Rule;
import org.eclipse.emf.ecore.EObject;

/** Collects what checks find, with the line of the element it is about. One thread. */
final class Problems {
  /** A problem and the element itself. */
  record Located(Problem problem, EObject element) {}

  private final ModelResource resource;
  private final List<Located> list = new ArrayList<>();

  Problems(ModelResource resource) {
    this.resource = resource;
  }

  void error(EObject element, String what, String remedy) {
    add(Problem.error(resource.line(element), Elements.label(element), what, remedy), element);
  }

  /** Something odd that the kernel meets under that rule. */
  void warn(Rule rule, EObject element, String what, String remedy) {
    add(
        Problem.warning(resource.line(element), Elements.label(element), what, remedy).under(rule),
        element);
  }

  void warn(EObject element, String what, String remedy) {
    add(Problem.warning(resource.line(element), Elements.label(element), what, remedy), element);
  }

  private void add(Problem problem, EObject element) {
    list.add(new Located(problem, element));
  }

  /** An element by its kind and line. */
  String place(EObject element) {
    int line = resource.line(element);
    return "the " + element.eClass().getName() + (line > 0 ? " at line " + line : "");
  }

  boolean hasErrors() {
    return list.stream().anyMatch(l -> l.problem().isError());
  }

  List<Problem> list() {
    return list.stream().map(Located::problem).toList();
  }

  List<Located> located() {
    return List.copyOf(list);
  }
}
