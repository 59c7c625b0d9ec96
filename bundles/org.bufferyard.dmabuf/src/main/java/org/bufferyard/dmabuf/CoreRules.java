package org.bufferyard.dmabuf;

import org.bufferyard.api.kernel.Rule;

/** The rules of the core; where releases differ, the rule carries the range. */
final class CoreRules {
  static final Rule DRIVER_TABLE = Rule.of("G1", "vb2_dc_get_dmabuf");
  static final Rule OPS_PER_BUFFER = Rule.of("P2", "vb2_dc_get_dmabuf");
  static final Rule EXPORT = Rule.of("F1", "dma_buf_export");

  /** "cachepin": a cached table cannot move. 7.x has no cached tables to refuse. */
  static final Rule NO_CACHE_WITH_PIN = Rule.of("F1", "dma_buf_export").until(7, 0);

  static final Rule RELEASE = Rule.of("F2", "dma_buf_release");
  static final Rule ATTACH = Rule.of("F3", "dma_buf_dynamic_attach");
  /** Until 7.x importer ops without move_notify are refused. */
  static final Rule MOVE_NOTIFY_REQUIRED = Rule.of("F1", "dma_buf_dynamic_attach").until(7, 0);

  static final Rule PIN = Rule.of("F6", "dma_buf_pin");
  static final Rule PIN_ON_MAP = Rule.of("F4", "dma_buf_map_attachment");

  /** Until 7.x every importer of a dynamic exporter pins, unless DMABUF_MOVE_NOTIFY is built in. */
  static final Rule PINS_FOR_ALL = Rule.of("F4", "dma_buf_map_attachment").until(7, 0);

  static final Rule INVALIDATE = Rule.of("F6", "dma_buf_invalidate_mappings");
  static final Rule DETACH = Rule.of("F3", "dma_buf_detach");

  /** vectors, "7.3 against 6.12": importer and exporter of different nature meet in a cached map. */
  static final Rule MAP_AT_ATTACH = Rule.of("F4", "dma_buf_dynamic_attach").until(7, 0);

  /** vectors, observation 23: cache_sgt_mapping is gone from 7.x. */
  static final Rule CACHED_TABLE = Rule.of("F4", "dma_buf_map_attachment").until(7, 0);

  /** vectors, "DMABUF_DEBUG (7.3)": a copy; before, flipped page links. */
  static final Rule COPIED_TABLE = Rule.of("F9", "dma_buf_wrap_sg_table").since(7, 0);

  static final Rule MAP = Rule.of("F4", "dma_buf_map_attachment");
  static final Rule UNMAP = Rule.of("F5", "dma_buf_unmap_attachment");
  static final Rule MMAP = Rule.of("F8", "dma_buf_mmap_internal");
  static final Rule VMAP = Rule.of("F8", "dma_buf_vmap");
  static final Rule VUNMAP = Rule.of("F8", "dma_buf_vunmap");
  static final Rule LOCK = Rule.of("F10", "dma_resv_lock");

  /** Who gives way; and what CONFIG_DEBUG_WW_MUTEXES checks. */
  static final Rule WOUND_WAIT = Rule.of("F10", "ww_mutex_lock");

  static final Rule FENCE_WAIT = Rule.of("F11", "dma_resv_wait_timeout");
  static final Rule MISUSE = Rule.of("F16", "dma_buf_detach");
  static final Rule GET = Rule.of("F2", "dma_buf_get");
  static final Rule IOCTL = Rule.of("F13", "dma_buf_ioctl");

  /** DMA_BUF_IOCTL_SYNC and its relatives are older than every profile; this one is not. */
  static final Rule SYNC_DEADLINE = Rule.of("K1", "sync_file_ioctl_set_deadline").since(6, 4);
  static final Rule HEAP_IOCTL = Rule.of("G5", "dma_heap_ioctl");
  static final Rule SYSTEM_HEAP = Rule.of("G3", "system_heap_allocate");
  static final Rule CMA_HEAP = Rule.of("G4", "cma_heap_allocate");
  static final Rule UDMABUF = Rule.of("G2", "udmabuf_create");

  /** Files of huge pages are taken since 6.11. */
  static final Rule UDMABUF_HUGE = Rule.of("G2", "check_memfd_seals").since(6, 11);
  static final Rule RESERVE = Rule.of("F11", "dma_resv_reserve_fences");
  static final Rule ADD_FENCE = Rule.of("F11", "dma_resv_add_fence");

  /** Names of a signaled fence are no longer its driver's. */
  static final Rule FENCE_DETACHED = Rule.of("F11", "dma_fence_driver_name").since(6, 17);

  static final Rule DEADLINE = Rule.of("F11", "dma_fence_set_deadline").since(6, 4);

  /** What is made of fences that are all signaled keeps the time of the last one. */
  static final Rule MERGED_TIME = Rule.of("F11", "__dma_fence_unwrap_merge").since(6, 5);

  static final Rule LIFETIME = Rule.of("P9", "dma_free_attrs");

  private CoreRules() {}
}
