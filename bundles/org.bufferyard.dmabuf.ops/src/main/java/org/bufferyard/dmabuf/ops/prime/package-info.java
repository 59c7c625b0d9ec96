/** DRM PRIME as drivers with DMA-allocated GEM objects have it (SEMANTICS G6). */
package org.bufferyard.dmabuf.ops.prime;
