package org.bufferyard.api.kernel;

import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Service property {@code flavour}: {@code "fidelity"} places as the kernel would, {@code "fast"}
 * places anywhere legal. A kind without the property serves both.
 */
@ComponentPropertyType
public @interface Flavour {
  String KEY = "flavour";
  String FIDELITY = "fidelity";
  String FAST = "fast";

  String value();
}
