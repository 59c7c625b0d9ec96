package org.bufferyard.api.iommu;

import java.util.Map;
import java.util.Objects;

/**
 * One IOMMU of the board.
 *
 * @param id of the model element
 * @param model its compatible string
 * @param parameters of the model, such as {@code "version"}
 */
public record IommuUnit(String id, String model, Map<String, String> parameters) {
  public IommuUnit {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(model, "model");
    parameters = Map.copyOf(parameters);
  }
}
