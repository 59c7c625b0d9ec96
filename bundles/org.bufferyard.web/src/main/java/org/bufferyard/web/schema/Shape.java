package org.bufferyard.web.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.topology.model.board.BoardPackage;
import org.eclipse.emf.ecore.EAttribute;
import org.eclipse.emf.ecore.EClass;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.EStructuralFeature;

/** What an editor may do with a class: its visible features, legal children, edges. Stateless. */
public final class Shape {
  /** What a save writes, not people: never on the page. */
  private static final Set<EReference> HIDDEN =
      Set.of(BoardPackage.Literals.TOPOLOGY__REQUIRES, BoardPackage.Literals.TOPOLOGY__IMPORTED);

  /** What an import wrote: to be seen, not to be changed. */
  private static final Set<EClass> RECORDED = Set.of(BoardPackage.Literals.PROVENANCE);

  private Shape() {}

  /**
   * A reference that is drawn as a line.
   *
   * @param via reference of the link that names the far end; empty when the feature itself does
   */
  public record Edge(EReference feature, Optional<EReference> via) {
    /** Class of the far end. */
    public EClass target() {
      return via.orElse(feature).getEReferenceType();
    }
  }

  public static boolean isVisible(EStructuralFeature feature) {
    return !HIDDEN.contains(feature)
        && !feature.isDerived()
        && !feature.isTransient()
        && !(feature instanceof EReference reference && reference.isContainer());
  }

  /** Whether people do not change it: ids stay as they were given. */
  public static boolean isReadOnly(EStructuralFeature feature) {
    return !feature.isChangeable()
        || feature instanceof EAttribute attribute && attribute.isID()
        || RECORDED.contains(feature.getEContainingClass())
        || feature instanceof EReference reference
            && RECORDED.contains(reference.getEReferenceType());
  }

  /** Own features first, then those of the supertypes, the nearest first. */
  public static List<EStructuralFeature> features(EClass eClass) {
    List<EStructuralFeature> features = new ArrayList<>(eClass.getEStructuralFeatures());
    for (EClass above : supers(eClass)) {
      features.addAll(above.getEStructuralFeatures());
    }
    features.removeIf(f -> !isVisible(f));
    return features;
  }

  /** Nearest first. */
  public static List<EClass> supers(EClass eClass) {
    List<EClass> supers = new ArrayList<>(eClass.getEAllSuperTypes());
    return supers.reversed();
  }

  /** Containment features in which elements can be made. */
  public static List<EReference> containments(EClass eClass) {
    return features(eClass).stream()
        .filter(f -> !isReadOnly(f))
        .filter(f -> f instanceof EReference reference && reference.isContainment())
        .map(EReference.class::cast)
        .toList();
  }

  public static List<Edge> edges(EClass eClass) {
    List<Edge> edges = new ArrayList<>();
    for (EStructuralFeature feature : features(eClass)) {
      if (feature instanceof EReference reference && !isReadOnly(reference)) {
        if (!reference.isContainment()) {
          edges.add(new Edge(reference, Optional.empty()));
        } else {
          via(reference.getEReferenceType())
              .ifPresent(via -> edges.add(new Edge(reference, Optional.of(via))));
        }
      }
    }
    return edges;
  }

  /** The far end of a link: the one reference that an element without an id must have. */
  static Optional<EReference> via(EClass eClass) {
    if (eClass.isAbstract() || eClass.getEIDAttribute() != null) {
      return Optional.empty();
    }
    List<EReference> required =
        eClass.getEAllReferences().stream()
            .filter(r -> !r.isContainment() && !r.isContainer() && !r.isMany() && r.isRequired())
            .toList();
    return required.size() == 1 ? Optional.of(required.getFirst()) : Optional.empty();
  }

  /** Whether an element is nothing without what this reference names. */
  public static boolean isLifeLine(EReference reference) {
    return via(reference.getEContainingClass()).filter(v -> v == reference).isPresent();
  }

  /** What a diagram draws it as. */
  static String role(EClass eClass) {
    if (eClass == BoardPackage.Literals.TOPOLOGY) {
      return "root";
    }
    if (BoardPackage.Literals.DEVICE.isSuperTypeOf(eClass)) {
      return "device";
    }
    if (BoardPackage.Literals.BUS.isSuperTypeOf(eClass)) {
      return "bus";
    }
    if (BoardPackage.Literals.MEMORY.isSuperTypeOf(eClass)) {
      return "memory";
    }
    if (BoardPackage.Literals.RESERVED_POOL.isSuperTypeOf(eClass)) {
      return "pool";
    }
    return BoardPackage.Literals.IOMMU.isSuperTypeOf(eClass) ? "iommu" : "part";
  }
}
