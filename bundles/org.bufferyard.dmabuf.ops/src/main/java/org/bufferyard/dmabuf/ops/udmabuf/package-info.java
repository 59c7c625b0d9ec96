/** The ops of udmabuf: pages of a memfd as a dma-buf (SEMANTICS G2). */
package org.bufferyard.dmabuf.ops.udmabuf;
