package org.bufferyard.itest.floors;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** The floors of the house, lowest first; a bundle that none of them names is a mistake. */
enum Floor {
  CONTRACTS("api", "topology.model"),
  /** Floor 0 too, but it speaks of what the api names. */
  PLATFORM("platform"),
  INPUTS_ENGINE_PROVIDERS(
      "importer",
      "topology",
      "registry",
      "yard",
      "dma",
      "dmabuf",
      "allocator",
      "iommu.basic",
      "iommu.arm",
      "iommu.intel",
      "iommu.exynos",
      "dmabuf.ops",
      "device.camera",
      "device.codec",
      "device.display"),
  READERS("scenario", "conform", "check", "live"),
  FACES("shell", "web", "sweep"),
  /** Beside the house: nobody may lean on it. */
  BESIDE("feature", "itest");

  private static final String PREFIX = "org.bufferyard.";

  private final Set<String> names;

  Floor(String... names) {
    this.names = Set.of(names);
  }

  static Optional<Floor> of(String symbolicName) {
    if (!symbolicName.startsWith(PREFIX)) {
      return Optional.empty();
    }
    String name = symbolicName.substring(PREFIX.length());
    return Arrays.stream(values()).filter(floor -> floor.names.contains(name)).findFirst();
  }
}
