package org.bufferyard.web.schema;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bufferyard.topology.edit.ModelPackage;
import org.eclipse.emf.ecore.EClass;
import org.eclipse.emf.ecore.EClassifier;
import org.eclipse.emf.ecore.EPackage;

/**
 * How the classes of some packages are called on the wire: {@code prefix:Name}. Holds the packages:
 * drop it when one leaves. Immutable.
 */
public final class ClassNames {
  private final Map<String, ModelPackage> byPrefix = new LinkedHashMap<>();
  private final Map<String, String> prefixes = new HashMap<>();

  /**
   * @param packages in the order in which a prefix is granted
   */
  public ClassNames(List<ModelPackage> packages) {
    for (ModelPackage one : packages) {
      String wanted = one.ePackage().getNsPrefix();
      String prefix = wanted;
      for (int n = 2; byPrefix.putIfAbsent(prefix, one) != null; n++) {
        prefix = wanted + n;
      }
      prefixes.put(one.ePackage().getNsURI(), prefix);
    }
  }

  public Map<String, ModelPackage> packages() {
    return Map.copyOf(byPrefix);
  }

  Collection<String> prefixes() {
    return byPrefix.keySet();
  }

  /** Of a class, data type or enumeration. */
  public String of(EClassifier classifier) {
    EPackage ePackage = classifier.getEPackage();
    String prefix = prefixes.getOrDefault(ePackage.getNsURI(), ePackage.getNsPrefix());
    return prefix + ":" + classifier.getName();
  }

  public Optional<EClass> find(String name) {
    int colon = name.indexOf(':');
    ModelPackage owner = colon < 0 ? null : byPrefix.get(name.substring(0, colon));
    return owner != null
            && owner.ePackage().getEClassifier(name.substring(colon + 1)) instanceof EClass found
        ? Optional.of(found)
        : Optional.empty();
  }

  /** All classes, abstract ones too. */
  public Stream<EClass> classes() {
    return byPrefix.values().stream()
        .flatMap(p -> p.ePackage().getEClassifiers().stream())
        .filter(EClass.class::isInstance)
        .map(EClass.class::cast);
  }

  Stream<EClassifier> classifiers() {
    return byPrefix.values().stream().flatMap(p -> p.ePackage().getEClassifiers().stream());
  }
}
