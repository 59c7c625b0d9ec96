package org.bufferyard.iommu.arm.smmu;

/** What became of the search for a stream's configuration. */
sealed interface ConfigLookup permits StreamConfig, ConfigLookup.Refusal, ConfigLookup.Unreached {
  /**
   * There is none that can be used.
   *
   * @param fetched what could not be read; 0 else
   */
  record Refusal(SmmuV3Event event, long fetched) implements ConfigLookup {}

  /**
   * Stage 2 keeps back a context descriptor or the table of them.
   *
   * @param config as far as it is known
   */
  record Unreached(WalkFault fault, StreamConfig config) implements ConfigLookup {}
}
