/** IOMMU kinds without page tables: bypass and bus offset. */
package org.bufferyard.iommu.basic;
