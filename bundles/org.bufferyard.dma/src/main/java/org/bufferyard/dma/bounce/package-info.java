/** Bounce buffers of streaming mappings (SEMANTICS B). */
package org.bufferyard.dma.bounce;
