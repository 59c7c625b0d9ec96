/** What drivers of several IOMMUs have in common: caches, parameters, limits of what they print. */
package org.bufferyard.iommu.arm.unit;
