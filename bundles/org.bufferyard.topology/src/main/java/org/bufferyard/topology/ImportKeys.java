package org.bufferyard.topology;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.Iommu;
import org.bufferyard.topology.model.board.Memory;
import org.bufferyard.topology.model.board.ReservedPool;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EObject;

/**
 * What imported elements are told by, whatever they are called now and whatever type their device
 * has been given: kind and node path, and a number where a node brought several. Elements that
 * nobody imported have none.
 */
final class ImportKeys {
  static final String ROOT = "Topology /";

  private final Map<String, EObject> elements = new LinkedHashMap<>();
  private final Map<EObject, String> keys = new HashMap<>();

  ImportKeys(Topology board) {
    put(ROOT, board);
    Map<String, Integer> seen = new HashMap<>();
    board
        .eAllContents()
        .forEachRemaining(
            e -> {
              if (e instanceof Component component && nodePath(component).isPresent()) {
                String key = kind(component) + " " + nodePath(component).get();
                int count = seen.merge(key, 1, Integer::sum);
                put(count == 1 ? key : key + " no. " + count, component);
              }
            });
  }

  private void put(String key, EObject element) {
    elements.put(key, element);
    keys.put(element, key);
  }

  private static Optional<String> nodePath(Component component) {
    return Optional.ofNullable(component.getProvenance())
        .flatMap(p -> Optional.ofNullable(p.getNodePath()));
  }

  private static String kind(Component component) {
    return switch (component) {
      case Bus b -> "Bus";
      case Iommu i -> "Iommu";
      case Device d -> "Device";
      case Memory m -> "Memory";
      case ReservedPool p -> "ReservedPool";
      default -> component.eClass().getName();
    };
  }

  /** Parents before children. */
  Map<String, EObject> elements() {
    return elements;
  }

  Optional<EObject> element(String key) {
    return Optional.ofNullable(elements.get(key));
  }

  Optional<String> key(EObject element) {
    return Optional.ofNullable(keys.get(element));
  }
}
