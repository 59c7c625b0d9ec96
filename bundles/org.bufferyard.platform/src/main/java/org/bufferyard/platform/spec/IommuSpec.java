package org.bufferyard.platform.spec;

import java.util.Map;
import java.util.Objects;

/**
 * One IOMMU.
 *
 * @param model its compatible string, by which a kind is chosen
 * @param enabled a disabled provider means "no IOMMU" for its devices, never an error
 */
public record IommuSpec(
    String id, String name, String model, boolean enabled, Map<String, String> parameters) {
  public IommuSpec {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(model, "model");
    parameters = Map.copyOf(parameters);
  }
}
