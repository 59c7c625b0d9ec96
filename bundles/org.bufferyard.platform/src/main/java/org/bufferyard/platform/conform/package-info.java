/**
 * Agreement with recorded kernels: what is asked for and what is counted.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.conform;
