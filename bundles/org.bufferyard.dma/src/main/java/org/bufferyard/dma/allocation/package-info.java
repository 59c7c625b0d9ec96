/**
 * dma_alloc_*: where memory comes from, how it is freed, and how the CPU and a dma-buf see it.
 */
package org.bufferyard.dma.allocation;
