/** The proposal's ops for coherent memory: DMA-only tables and remaps (SEMANTICS P3-P6, P9). */
package org.bufferyard.dmabuf.ops.coherentremap;
