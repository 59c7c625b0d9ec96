/**
 * Translation tables of the ARM architecture, as io-pgtable-arm and io-pgtable-arm-v7s fill them.
 */
package org.bufferyard.iommu.arm.pgtable;
