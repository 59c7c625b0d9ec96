/** dma_map_*, one range or a list, direct or through an IOMMU. */
package org.bufferyard.dma.streaming;
