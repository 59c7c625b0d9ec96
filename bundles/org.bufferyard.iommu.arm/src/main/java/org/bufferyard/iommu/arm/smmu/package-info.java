/** The System MMU. */
package org.bufferyard.iommu.arm.smmu;
