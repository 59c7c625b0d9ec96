package org.bufferyard.api.kernel;

import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Service property {@code models}: the strings by which a topology asks for this kind, such as
 * {@code "samsung,exynos-sysmmu"} or {@code "coherent-pool"}. The topology names the same string.
 */
@ComponentPropertyType
public @interface Models {
  /** The property's name. */
  String KEY = "models";

  String[] value();
}
