/** Shared buffers: export, attachments, mappings, CPU access, fences. */
package org.bufferyard.dmabuf;
