/**
 * The DMA API as drivers and dma-buf ops call it: masks, ranges, allocation, mapping, and the coherent remap of the 2017 proposal.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.api.dma;
