package org.bufferyard.web.document;

import java.util.List;
import org.eclipse.emf.ecore.EAttribute;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.util.EcoreUtil;

/** Makes copies of elements that can stand beside the originals. Stateless. */
final class Parcel {
  private Parcel() {}

  /**
   * Copies without ids and without what an import recorded; references among them stay among them.
   *
   * @param keepsOthers whether references to elements outside stay
   */
  static List<EObject> of(List<EObject> originals, boolean keepsOthers) {
    EcoreUtil.Copier copier = new EcoreUtil.Copier(true, keepsOthers);
    List<EObject> copies = List.copyOf(copier.copyAll(originals));
    copier.copyReferences();
    for (EObject copy : copies) {
      strip(copy);
    }
    return copies;
  }

  private static void strip(EObject copy) {
    EAttribute id = copy.eClass().getEIDAttribute();
    if (id != null) {
      copy.eUnset(id);
      var provenance = copy.eClass().getEStructuralFeature("provenance");
      if (provenance != null) {
        copy.eUnset(provenance);
      }
    }
    copy.eContents().forEach(Parcel::strip);
  }
}
