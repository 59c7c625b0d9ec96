/** The dma_buf_ops of mainline exporters and of the coherent remap proposal. */
package org.bufferyard.dmabuf.ops;
