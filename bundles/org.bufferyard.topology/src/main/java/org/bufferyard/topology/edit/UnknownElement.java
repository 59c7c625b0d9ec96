package org.bufferyard.topology.edit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.eclipse.emf.ecore.EObject;

/**
 * An element that no installed bundle explains.
 *
 * @param parent the nearest element above that is known
 * @param feature of the parent that holds it
 * @param nsUri namespace of its type; empty when the file does not declare it
 * @param type as the file names it, without prefix
 * @param attributes as they stand in the file, its id and name among them
 * @param bundle symbolic name of the bundle that the file says it wants; empty when it does not
 */
public record UnknownElement(
    EObject parent,
    String feature,
    String nsUri,
    String type,
    Map<String, String> attributes,
    String bundle) {
  public UnknownElement {
    Objects.requireNonNull(parent, "parent");
    Objects.requireNonNull(feature, "feature");
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }
}
