package org.bufferyard.platform.yard;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One choice of a running yard that is due to become another.
 *
 * @param type the kind interface
 * @param model the string by which it is chosen
 * @param from who serves now; empty: nobody does
 * @param to who shall; empty: nobody is there
 * @param elements ids of the model elements that it serves or would serve: pools, zones ({@code
 *     zone:DMA32}), IOMMUs, devices; for ops, of the exporters whose live buffers use the old ones,
 *     which go on doing so until they are released
 * @param devices ids of the devices that must hold nothing while it happens and are made anew by it;
 *     empty where the successor can take over under their feet
 */
public record KindSwap(
    Class<?> type,
    String model,
    Optional<Object> from,
    Optional<Object> to,
    List<String> elements,
    Set<String> devices) {
  public KindSwap {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    elements = List.copyOf(elements);
    devices = Set.copyOf(devices);
  }

  /** For people: {@code IommuKind 'arm,smmu-v3'}. */
  public String subject() {
    return type.getSimpleName() + " '" + model + "'";
  }
}
