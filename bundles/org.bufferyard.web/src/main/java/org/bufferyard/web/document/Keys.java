package org.bufferyard.web.document;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.emf.ecore.EAttribute;
import org.eclipse.emf.ecore.EObject;

/**
 * How elements are called on the wire, for as long as they live: by their id, or by a number after a
 * tilde. An element that was deleted keeps its key, for an undo may bring it back. One thread.
 */
final class Keys {
  private final Map<EObject, String> keys = new IdentityHashMap<>();
  private final Map<String, EObject> live = new HashMap<>();
  private long next = 1;

  /** The id in the model; empty when there is none. */
  static String id(EObject element) {
    EAttribute attribute = element.eClass().getEIDAttribute();
    Object id = attribute == null ? null : element.eGet(attribute);
    return id == null ? "" : id.toString();
  }

  /** The key of an element that is there; it gets one when it has none. */
  String enter(EObject element) {
    String key = keys.computeIfAbsent(element, this::fresh);
    live.put(key, element);
    return key;
  }

  private String fresh(EObject element) {
    return free(id(element));
  }

  /** A key for something that is no element of the model. */
  String free(String id) {
    boolean usable = !id.isEmpty() && Character.isLetterOrDigit(id.charAt(0));
    return usable && !live.containsKey(id) ? id : "~" + next++;
  }

  /** The element is gone; its key stays its own. */
  void leave(EObject element) {
    String key = keys.get(element);
    if (key != null) {
      live.remove(key, element);
    }
  }

  Optional<EObject> find(String key) {
    return Optional.ofNullable(live.get(key));
  }

  /** Of an element that has one. */
  Optional<String> of(EObject element) {
    return Optional.ofNullable(keys.get(element));
  }

  /** Whether an element of that namespace is, or was, among them. */
  boolean know(String nsUri) {
    return keys.keySet().stream().anyMatch(e -> e.eClass().getEPackage().getNsURI().equals(nsUri));
  }
}
