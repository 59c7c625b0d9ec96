package org.bufferyard.web.document;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.bufferyard.web.schema.Shape;
import org.bufferyard.web.wire.Failure;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.EStructuralFeature;
import org.eclipse.emf.ecore.util.EcoreUtil;

/** Deleting: an element goes with what is in it and with every reference to that. Stateless. */
final class Removal {
  private Removal() {}

  /** Takes an element out of a board. */
  static void of(EObject element, EObject root) {
    if (element.eContainer() == null) {
      return; // a link that went with its far end
    }
    if (Shape.isReadOnly(element.eContainmentFeature())) {
      throw Failure.refused(Naming.label(element) + " is not for changing");
    }
    Set<EObject> going = new HashSet<>();
    going.add(element);
    element.eAllContents().forEachRemaining(going::add);
    Map<EObject, Collection<EStructuralFeature.Setting>> uses =
        EcoreUtil.UsageCrossReferencer.findAll(going, root);
    EcoreUtil.remove(element);
    uses.forEach(
        (target, settings) -> settings.forEach(s -> forget(s, target, going, root)));
  }

  /** A reference to what is gone goes too, and with it an element that is nothing without it. */
  private static void forget(
      EStructuralFeature.Setting use, EObject target, Set<EObject> going, EObject root) {
    EObject holder = use.getEObject();
    EReference reference = (EReference) use.getEStructuralFeature();
    if (going.contains(holder) || !reference.isChangeable() || reference.isContainment()) {
      return;
    }
    if (Shape.isLifeLine(reference)) {
      of(holder, root);
    } else if (reference.isMany()) {
      Operations.list(holder, reference).remove(target);
    } else {
      holder.eUnset(reference);
    }
  }
}
