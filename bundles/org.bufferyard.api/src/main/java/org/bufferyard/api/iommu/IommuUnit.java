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

  /**
   * The kernel's name of the device, after the last part of the id as of_device_make_bus_id() makes
   * it: {@code soc/smmu@9050000} is {@code 9050000.smmu}.
   */
  public String deviceName() {
    String node = id.substring(id.lastIndexOf('/') + 1);
    int at = node.indexOf('@');
    return at < 0 ? node : node.substring(at + 1) + "." + node.substring(0, at);
  }
}
