package org.bufferyard.dmabuf.ops.coherentremap;

import org.bufferyard.api.kernel.Rule;

/** Where the coherent ops decide something. */
final class RemapRules {
  static final Rule GET_SGTABLE = Rule.of("P3", "get_sgtable");
  static final Rule MAP_SG = Rule.of("P4", "map_sg");
  static final Rule ONE_DIRECTION = Rule.of("P5", "map_sg");
  static final Rule UNMAP_SG = Rule.of("P5", "unmap_sg");
  static final Rule VMAP = Rule.of("P6", "vmap");
  static final Rule REVOKED = Rule.of("P9", "map_sg");

  private RemapRules() {}
}
