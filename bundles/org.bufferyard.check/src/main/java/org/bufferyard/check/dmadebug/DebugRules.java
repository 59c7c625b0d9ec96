package org.bufferyard.check.dmadebug;

import org.bufferyard.api.kernel.Rule;

/** Section I. */
final class DebugRules {
  static final Rule INVALID_ADDRESS = Rule.of("I1", "check_unmap");
  static final Rule NOT_ALLOCATED = Rule.of("I2", "check_unmap");
  static final Rule SIZE = Rule.of("I3", "check_unmap");
  static final Rule FUNCTION = Rule.of("I4", "check_unmap");
  static final Rule CPU_ADDRESS = Rule.of("I5", "check_unmap");
  static final Rule LIST_COUNT = Rule.of("I6", "check_unmap");
  static final Rule DIRECTION = Rule.of("I7", "check_unmap");
  static final Rule UNCHECKED = Rule.of("I8", "check_unmap");

  /** Entries remember their attributes. */
  static final Rule ATTRIBUTES = Rule.of("I9", "check_unmap").since(7, 0);

  static final Rule STACK = Rule.of("I10", "check_for_stack");
  static final Rule INVALID_AREA = Rule.of("I12", "debug_dma_map_single");
  static final Rule SYNC_NOT_ALLOCATED = Rule.of("I13", "check_sync");
  static final Rule SYNC_RANGE = Rule.of("I14", "check_sync");
  static final Rule SYNC_DIRECTION = Rule.of("I15", "check_sync");
  static final Rule SYNC_READ_ONLY = Rule.of("I16", "check_sync");
  static final Rule SYNC_WRITE_ONLY = Rule.of("I17", "check_sync");
  static final Rule SYNC_COUNT = Rule.of("I18", "check_sync");
  static final Rule SEGMENT_SIZE = Rule.of("I19", "check_sg_segment");
  static final Rule SEGMENT_BOUNDARY = Rule.of("I20", "check_sg_segment");

  /** Registers are looked at as one core call maps both. */
  static final Rule RAM_RESOURCE = Rule.of("I21", "debug_dma_map_phys").since(7, 0);

  static final Rule OVERLAP = Rule.of("I22", "add_dma_entry");

  /**
   * Overlaps are forgiven where lines need no alignment, where small buffers bounce, and between
   * mappings that both promise to leave caches alone.
   */
  static final Rule OVERLAP_FORGIVEN = Rule.of("I22", "add_dma_entry").since(7, 0);

  static final Rule PENDING = Rule.of("I23", "dma_debug_device_change");
  static final Rule OUT_OF_MEMORY = Rule.of("I24", "dma_entry_alloc");

  /** dma_map_page(), dma_map_single() and dma_map_resource() are one type. */
  static final Rule ONE_TYPE = Rule.of("I4", "debug_dma_map_phys").since(7, 0);

  private DebugRules() {}
}
