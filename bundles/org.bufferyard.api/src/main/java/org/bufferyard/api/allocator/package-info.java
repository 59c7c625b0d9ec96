/**
 * What writes the book of physical pages, IOVA ranges and bounce slots. Memory itself belongs to the yard.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.api.allocator;
