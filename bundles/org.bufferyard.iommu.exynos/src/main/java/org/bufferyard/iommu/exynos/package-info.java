/** The Exynos SysMMU, and what 32-bit IOMMUs with tables in memory share. */
package org.bufferyard.iommu.exynos;
