package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.topology.model.board.BoardPackage;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Memory;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.common.util.EList;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.EStructuralFeature;
import org.eclipse.emf.ecore.util.EcoreUtil;

/**
 * Takes a newer import into a board that was edited. Three ways meet, feature by feature: what the
 * last import brought, what stands there now, what the new one brings. What was not edited follows
 * the new import; edits stay, and so do elements that were drawn or removed by hand. Everything
 * that changed or was kept against the new import is listed. One use, one thread.
 */
final class BoardMerge {
  private final Topology board;
  private final ImportKeys boardKeys;
  private final ImportKeys freshKeys;
  private final Map<String, Map<String, String>> records;
  private final Map<EObject, EObject> counterparts = new HashMap<>();
  private final List<String> changes = new ArrayList<>();

  private BoardMerge(Topology board, Topology fresh) {
    this.board = board;
    boardKeys = new ImportKeys(board);
    freshKeys = new ImportKeys(fresh);
    records = ImportRecord.read(board);
  }

  /**
   * @param board changed in place
   * @param fresh stays as it is
   * @return one line a change
   */
  static List<String> merge(Topology board, Topology fresh) {
    return new BoardMerge(board, fresh).merge();
  }

  private List<String> merge() {
    // Parents come before children and elder siblings before younger ones.
    freshKeys.elements().forEach(this::take);
    boardKeys.elements().keySet().stream()
        .filter(key -> records.containsKey(key) && freshKeys.element(key).isEmpty())
        .toList()
        .reversed()
        .forEach(this::dismiss);
    new LinkRepair(board, counterparts).repair();
    ImportRecord.write(board, freshKeys);
    return changes;
  }

  private void take(String key, EObject element) {
    Optional<EObject> there = boardKeys.element(key);
    EObject home = counterparts.get(element.eContainer());
    if (there.isPresent()) {
      counterparts.put(element, there.get());
      update(key, there.get(), element);
    } else if (records.containsKey(key)) {
      changes.add("left out " + key + ": it was removed by hand");
    } else if (home != null) {
      add((Component) element, home);
      changes.add("added " + key);
    }
  }

  private void update(String key, EObject there, EObject element) {
    Map<String, String> was = records.getOrDefault(key, Map.of());
    for (EStructuralFeature feature : ImportRecord.features(element)) {
      String now = ImportRecord.checksum(there, feature, boardKeys);
      String next = ImportRecord.checksum(element, feature, freshKeys);
      String before = was.getOrDefault(feature.getName(), "");
      if (now.equals(next)) {
        continue;
      }
      if (records.containsKey(key) && now.equals(before)) {
        copy(there, element, feature);
        changes.add("changed " + key + ": " + feature.getName());
      } else if (!next.equals(before)) {
        changes.add(
            "kept " + key + ": " + feature.getName() + " was edited, the new file has another");
      }
    }
  }

  private void add(Component element, EObject home) {
    Component added = (Component) EcoreUtil.create(element.eClass());
    ImportRecord.features(element).forEach(feature -> copy(added, element, feature));
    added.setProvenance(EcoreUtil.copy(element.getProvenance()));
    EList<Component> neighbours = children(home, element);
    added.setName(free(element.getName(), neighbours));
    neighbours.add(elderBrother(element).map(neighbours::indexOf).orElse(-1) + 1, added);
    counterparts.put(element, added);
  }

  /** The counterpart of the nearest sibling before that has one. */
  private Optional<EObject> elderBrother(Component element) {
    Optional<EObject> found = Optional.empty();
    for (EObject sibling : element.eContainer().eContents()) {
      if (sibling == element) {
        break;
      }
      if (sibling instanceof Component && counterparts.containsKey(sibling)) {
        found = Optional.of(counterparts.get(sibling));
      }
    }
    return found;
  }

  @SuppressWarnings("unchecked")
  private static EList<Component> children(EObject home, Component element) {
    EReference feature =
        switch (home) {
          case Bus bus -> BoardPackage.Literals.BUS__COMPONENTS;
          case Memory memory -> BoardPackage.Literals.MEMORY__POOLS;
          case Topology topology -> BoardPackage.Literals.TOPOLOGY__COMPONENTS;
          default ->
              throw new IllegalStateException(Elements.label(element) + " stands in " + home);
        };
    return (EList<Component>) home.eGet(feature);
  }

  private static String free(String wanted, List<? extends Component> neighbours) {
    Set<String> taken = new HashSet<>();
    neighbours.forEach(c -> taken.add(c.getName()));
    String name = wanted;
    for (int n = 2; taken.contains(name); n++) {
      name = wanted + "-" + n;
    }
    return name;
  }

  @SuppressWarnings("unchecked")
  private static void copy(EObject to, EObject from, EStructuralFeature feature) {
    if (!from.eIsSet(feature)) {
      to.eUnset(feature);
      return;
    }
    boolean parts = feature instanceof EReference reference && reference.isContainment();
    Object value = from.eGet(feature);
    if (feature.isMany()) {
      List<EObject> copies = new ArrayList<>((List<EObject>) value);
      to.eSet(feature, parts ? new ArrayList<>(EcoreUtil.copyAll(copies)) : copies);
    } else {
      to.eSet(feature, parts ? EcoreUtil.copy((EObject) value) : value);
    }
  }

  /** An element that the new file does not have. */
  private void dismiss(String key) {
    EObject element = boardKeys.element(key).orElseThrow();
    if (ImportRecord.isEdited(element, records.get(key), boardKeys)) {
      changes.add("kept " + key + ": the new file does not have it, but it was edited");
    } else if (element.eContents().stream().anyMatch(Component.class::isInstance)) {
      changes.add("kept " + key + ": the new file does not have it, but something stands in it");
    } else {
      EcoreUtil.remove(element);
      changes.add("removed " + key + ": the new file does not have it");
    }
  }
}
