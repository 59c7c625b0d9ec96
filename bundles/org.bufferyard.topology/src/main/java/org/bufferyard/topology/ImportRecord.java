package org.bufferyard.topology;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.bufferyard.topology.model.board.BoardFactory;
import org.bufferyard.topology.model.board.BoardPackage;
import org.bufferyard.topology.model.board.ImportedElement;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EAttribute;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EReference;
import org.eclipse.emf.ecore.EStructuralFeature;
import org.eclipse.emf.ecore.util.EcoreUtil;

/**
 * Checksums of what an import brought, element by element and feature by feature: what differs from
 * them was edited since. Values count, not how they are written.
 */
final class ImportRecord {
  /** What belongs to the file and not to what was imported, and what holds elements of its own. */
  private static final Set<EStructuralFeature> APART =
      Set.of(
          BoardPackage.Literals.TOPOLOGY__ID,
          BoardPackage.Literals.TOPOLOGY__REQUIRES,
          BoardPackage.Literals.TOPOLOGY__IMPORTED,
          BoardPackage.Literals.TOPOLOGY__COMPONENTS,
          BoardPackage.Literals.COMPONENT__ID,
          BoardPackage.Literals.COMPONENT__PROVENANCE,
          BoardPackage.Literals.BUS__COMPONENTS,
          BoardPackage.Literals.MEMORY__POOLS);

  private ImportRecord() {}

  /** The features that an import may set. */
  static List<EStructuralFeature> features(EObject element) {
    return element.eClass().getEAllStructuralFeatures().stream()
        .filter(f -> f.getEContainingClass().getEPackage() == BoardPackage.eINSTANCE)
        .filter(f -> !APART.contains(f) && !f.isDerived() && !f.isTransient())
        .toList();
  }

  /** Checksum of a feature's value; empty when it is not set. */
  static String checksum(EObject element, EStructuralFeature feature, ImportKeys keys) {
    if (!element.eIsSet(feature)) {
      return "";
    }
    CRC32 sum = new CRC32();
    sum.update(text(element, feature, keys).getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(sum.getValue());
  }

  private static String text(EObject element, EStructuralFeature feature, ImportKeys keys) {
    Object value = element.eGet(feature);
    List<?> values = feature.isMany() ? (List<?>) value : List.of(value);
    return values.stream().map(v -> one(v, feature, keys)).collect(Collectors.joining("|"));
  }

  private static String one(Object value, EStructuralFeature feature, ImportKeys keys) {
    return switch (feature) {
      case EAttribute attribute ->
          EcoreUtil.convertToString(attribute.getEAttributeType(), value);
      case EReference reference when reference.isContainment() -> parts((EObject) value, keys);
      default -> keys.key((EObject) value).orElseGet(() -> Elements.label((EObject) value));
    };
  }

  private static String parts(EObject part, ImportKeys keys) {
    List<String> texts = new ArrayList<>();
    for (EStructuralFeature feature : part.eClass().getEAllStructuralFeatures()) {
      if (part.eIsSet(feature)) {
        texts.add(feature.getName() + "=" + text(part, feature, keys));
      }
    }
    return texts.toString();
  }

  /** Writes down on a board what was imported. */
  static void write(Topology board, ImportKeys freshKeys) {
    List<ImportedElement> records = new ArrayList<>();
    freshKeys
        .elements()
        .forEach(
            (key, element) -> {
              ImportedElement record = BoardFactory.eINSTANCE.createImportedElement();
              record.setElement(key);
              record.setWas(
                  features(element).stream()
                      .filter(element::eIsSet)
                      .map(f -> f.getName() + "=" + checksum(element, f, freshKeys))
                      .collect(Collectors.joining(" ")));
              records.add(record);
            });
    board.getImported().clear();
    board.getImported().addAll(records);
  }

  /** By key, then by feature. */
  static Map<String, Map<String, String>> read(Topology board) {
    Map<String, Map<String, String>> records = new LinkedHashMap<>();
    for (ImportedElement record : board.getImported()) {
      Map<String, String> sums = new LinkedHashMap<>();
      String was = record.getWas() == null ? "" : record.getWas();
      for (String pair : was.split(" ")) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          sums.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
      }
      records.put(record.getElement(), sums);
    }
    return records;
  }

  /** Whether anything of it differs from what was imported. */
  static boolean isEdited(EObject element, Map<String, String> was, ImportKeys keys) {
    return features(element).stream()
        .anyMatch(f -> !checksum(element, f, keys).equals(was.getOrDefault(f.getName(), "")));
  }
}
