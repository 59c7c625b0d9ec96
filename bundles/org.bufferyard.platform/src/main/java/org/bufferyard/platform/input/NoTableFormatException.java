package org.bufferyard.platform.input;

import java.util.Objects;

/**
 * Something was asked of an IOMMU whose page-table format no installed bundle brings: what it would
 * map is not known, and nothing is guessed. Whoever can say more than that catches it.
 */
public final class NoTableFormatException extends BadInputException {
  private static final long serialVersionUID = 1L;

  private final String iommu;
  private final String model;

  /**
   * @param iommu id of its model element
   * @param name of the element, for people
   * @param model by which a bundle would have to bring its format
   */
  public NoTableFormatException(String iommu, String name, String model) {
    super(
        noFormat(model),
        "IOMMU '" + name + "'",
        "install a bundle that brings it, or disable the IOMMU in the board");
    this.iommu = Objects.requireNonNull(iommu, "iommu");
    this.model = Objects.requireNonNull(model, "model");
  }

  private static String noFormat(String model) {
    return "no table format bundled for '" + model + "'";
  }

  public String iommu() {
    return iommu;
  }

  public String model() {
    return model;
  }

  /** What is missing, without the remedy. */
  public String missing() {
    return noFormat(model);
  }
}
