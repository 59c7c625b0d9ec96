package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.util.EcoreUtil;

/**
 * References on a board that lead off it: to a counterpart where there is one, else they go, and a
 * part that is nothing without its reference goes with it. One use, one thread.
 */
final class LinkRepair {
  private final Topology board;
  private final Map<EObject, EObject> counterparts;

  LinkRepair(Topology board, Map<EObject, EObject> counterparts) {
    this.board = board;
    this.counterparts = counterparts;
  }

  void repair() {
    List<EObject> all = new ArrayList<>();
    board.eAllContents().forEachRemaining(all::add);
    for (EObject element : all) {
      for (EReference reference : element.eClass().getEAllReferences()) {
        if (!reference.isContainment() && element.eIsSet(reference)) {
          repair(element, reference);
        }
      }
    }
  }

  private void repair(EObject element, EReference reference) {
    Object value = element.eGet(reference);
    if (value instanceof List<?> list) {
      List<EObject> alive =
          list.stream().map(v -> alive((EObject) v)).flatMap(Optional::stream).toList();
      if (!alive.equals(list)) {
        element.eSet(reference, alive);
      }
      return;
    }
    Optional<EObject> alive = alive((EObject) value);
    if (alive.isPresent()) {
      if (alive.get() != value) {
        element.eSet(reference, alive.get());
      }
    } else if (element instanceof Component) {
      element.eUnset(reference);
    } else {
      EcoreUtil.remove(element);
    }
  }

  private Optional<EObject> alive(EObject target) {
    EObject there = counterparts.getOrDefault(target, target);
    // A proxy is somebody's mistake in the file, and was said when it was read.
    return there.eIsProxy() || EcoreUtil.getRootContainer(there) == board
        ? Optional.of(there)
        : Optional.empty();
  }
}
