package org.bufferyard.dmabuf.ops.physvec;

/** Whom an exporter of registers takes. */
enum Importers {
  ANY,
  /** Importers that speak peer-to-peer and follow an invalidation (G7). */
  REVOCABLE
}
