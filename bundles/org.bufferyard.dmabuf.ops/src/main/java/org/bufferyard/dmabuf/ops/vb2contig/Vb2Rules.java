package org.bufferyard.dmabuf.ops.vb2contig;

import org.bufferyard.api.kernel.Rule;

/** Where videobuf2-dma-contig decides something. */
final class Vb2Rules {
  static final Rule BASE_TABLE = Rule.of("G1", "vb2_dc_get_base_sgt");
  static final Rule GET_DMABUF = Rule.of("G1", "vb2_dc_get_dmabuf");
  static final Rule EXPBUF = Rule.of("G1", "vb2_core_expbuf");
  static final Rule ATTACH = Rule.of("G1", "vb2_dc_dmabuf_ops_attach");
  static final Rule MAP = Rule.of("G1", "vb2_dc_dmabuf_ops_map");
  static final Rule VMAP = Rule.of("G1", "vb2_dc_dmabuf_ops_vmap");

  private Vb2Rules() {}
}
