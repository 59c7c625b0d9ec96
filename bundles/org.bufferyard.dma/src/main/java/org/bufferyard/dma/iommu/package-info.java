/** Mappings through an IOMMU: address spaces, tables, lists and linked ranges (SEMANTICS D). */
package org.bufferyard.dma.iommu;
