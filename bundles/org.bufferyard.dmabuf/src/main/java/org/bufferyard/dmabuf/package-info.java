/** The dma-buf core: export, attachments, mappings, CPU access, fences. */
package org.bufferyard.dmabuf;
