package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.emf.ecore.EObject;

/** Ids are unique in a file, and written so that references can hold them. */
final class IdCheck {
  private static final String LETTERS = "[A-Za-z0-9][A-Za-z0-9,._+@/\\-]*";

  private final Problems problems;

  IdCheck(Problems problems) {
    this.problems = problems;
  }

  void check(EObject root) {
    Map<String, EObject> seen = new HashMap<>();
    List<EObject> all = new ArrayList<>();
    all.add(root);
    root.eAllContents().forEachRemaining(all::add);
    for (EObject element : all) {
      String id = Elements.id(element);
      if (id.isEmpty()) {
        continue;
      }
      EObject first = seen.putIfAbsent(id, element);
      if (first != null) {
        problems.error(
            element,
            "two elements have this id, the other is " + problems.place(first),
            "give one of them another id");
      }
      if (!id.matches(LETTERS)) {
        problems.error(
            element,
            "the id has letters that references cannot have",
            "use letters, digits and , . _ + - @ /");
      }
    }
  }
}
