/** The DMA API, direct and through an IOMMU, with coherent remap. */
package org.bufferyard.dma;
