/** Intel VT-d: root and context tables, second-level page tables, the IOTLB. */
package org.bufferyard.iommu.intel;
