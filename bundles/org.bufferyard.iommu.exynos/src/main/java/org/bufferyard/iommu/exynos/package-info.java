/** The Exynos SysMMU. */
package org.bufferyard.iommu.exynos;
