/** MediaTek's M4U of generation 1 and 2, as mtk_iommu_v1.c and mtk_iommu.c drive them. */
package org.bufferyard.iommu.arm.m4u;
