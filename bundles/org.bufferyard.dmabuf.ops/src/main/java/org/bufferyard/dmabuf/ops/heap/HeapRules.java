package org.bufferyard.dmabuf.ops.heap;

import org.bufferyard.api.kernel.Rule;

/** What one heap does with its errors, and where. */
enum HeapRules {
  SYSTEM(
      SystemHeapOpsKind.NAME,
      Rule.of("G3", "system_heap_map_dma_buf"),
      Rule.of("G3", "system_heap_detach"),
      false,
      false),
  CMA(
      CmaHeapOpsKind.NAME,
      Rule.of("G4", "cma_heap_map_dma_buf"),
      Rule.of("G4", "cma_heap_detach"),
      true,
      true);

  private final String opsName;
  private final Rule map;
  private final Rule detach;
  private final boolean launders;
  private final boolean sharedOnly;

  HeapRules(String opsName, Rule map, Rule detach, boolean launders, boolean sharedOnly) {
    this.opsName = opsName;
    this.map = map;
    this.detach = detach;
    this.launders = launders;
    this.sharedOnly = sharedOnly;
  }

  String opsName() {
    return opsName;
  }

  Rule map() {
    return map;
  }

  Rule detach() {
    return detach;
  }

  /** Whether every map error becomes -ENOMEM. */
  boolean launders() {
    return launders;
  }

  /** Whether user mappings must be MAP_SHARED. */
  boolean sharedOnly() {
    return sharedOnly;
  }
}
