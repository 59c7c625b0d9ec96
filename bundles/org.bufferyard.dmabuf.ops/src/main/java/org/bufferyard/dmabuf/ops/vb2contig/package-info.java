/** videobuf2-dma-contig as mainline has it: one ops table for every buffer (SEMANTICS G1). */
package org.bufferyard.dmabuf.ops.vb2contig;
