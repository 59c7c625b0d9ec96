/** The Rockchip IOMMU, versions 1 and 2. */
package org.bufferyard.iommu.exynos.rockchip;
