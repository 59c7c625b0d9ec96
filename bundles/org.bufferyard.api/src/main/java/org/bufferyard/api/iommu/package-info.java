/**
 * Translation hardware: domains, page tables, faults as data.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.api.iommu;
