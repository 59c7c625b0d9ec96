/**
 * Physical memory, pages and scatterlists. A scatterlist entry has a page or it has not, and the type says which.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.api.memory;
