/**
 * Recorded kernels: what one boot of a recording machine was, ready to be replayed. The importer
 * reads it, conform replays on it.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.recorded;
