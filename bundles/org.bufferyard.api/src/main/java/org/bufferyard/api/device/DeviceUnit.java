package org.bufferyard.api.device;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One device of the board, as the topology holds it.
 *
 * @param id of the model element
 * @param model the string by which the topology asks for the kind
 * @param type nsURI and class of the model element, {@code nsURI#class}
 * @param attributes of the type: Long, Boolean, String, enum names, ids of referenced elements
 */
public record DeviceUnit(String id, String model, String type, Map<String, Object> attributes) {
  public DeviceUnit {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(type, "type");
    attributes = Map.copyOf(attributes);
  }

  public Optional<Long> number(String name) {
    return attributes.get(name) instanceof Long value ? Optional.of(value) : Optional.empty();
  }

  public Optional<String> text(String name) {
    return attributes.get(name) instanceof String value ? Optional.of(value) : Optional.empty();
  }
}
