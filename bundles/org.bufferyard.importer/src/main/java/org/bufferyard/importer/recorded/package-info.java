/** Environments of recorded kernels, compiled to boards. */
package org.bufferyard.importer.recorded;
