/** The ARM SMMU, and the formats of translation tables that ARM's architecture gave to others. */
package org.bufferyard.iommu.arm;
