/** videobuf2-dma-sg: pages that the driver allocated, mapped once for each attachment (SEMANTICS G1). */
package org.bufferyard.dmabuf.ops.vb2sg;
