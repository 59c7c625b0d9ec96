package org.bufferyard.api.dmabuf;

/**
 * What the dma-buf core must know of a set of ops.
 *
 * @param name exp_name
 * @param dynamic has pin and unpin (F1)
 * @param cacheSgtMapping the core caches the table per attachment (until 7.x, F4)
 */
public record OpsTraits(String name, boolean dynamic, boolean cacheSgtMapping) {}
